"""The description is true: whatever it allows is answered as it says."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import negative_data_rejection

from store.keys import Role
from tests.api.conftest import KeyMaker
from tests.builders import World

ROOT = Path(__file__).parents[2]


def pick(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names if name in body}


def make_sensible(case: Case, brand: str) -> None:
    """Mend what a description cannot say: what there is, in what order days come, and whose cursors are taken."""
    case.query.pop("cursor", None)
    if case.path == "/v1/feeds" and isinstance(case.body, dict):
        case.body = {"brand": brand, "url": "https://t.me/acme"} | pick(case.body, "query", "channel", "every_minutes")
        case.body |= {name: "a name" for name in ("query", "channel") if name in case.body}
    if "brand" in case.query:
        case.query["brand"] = brand
    if case.query.get("from") and case.query.get("to"):
        case.query["from"], case.query["to"] = sorted((case.query["from"], case.query["to"]))


@pytest.mark.parametrize("mode", GenerationMode)
def test_whatever_the_description_allows_or_forbids_is_answered_as_it_says(
    app: FastAPI, key: KeyMaker, spoken: World, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {key(Role.ANALYST)}"}
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    asked = [one for one in operations if one.query or one.path_parameters or one.body or mode.is_positive]

    for operation in asked:

        @given(case=operation.as_strategy(mode))
        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def ask(case: Case) -> None:
            if mode.is_positive:
                make_sensible(case, spoken.brand.slug)
            case.call_and_validate(headers=headers, excluded_checks=[negative_data_rejection])

        ask()

    assert {operation.path for operation in asked} >= {"/v1/gaps", "/v1/nps", "/v1/mentions", "/v1/alerts", "/v1/feeds"}


def test_every_operation_has_a_summary_and_names_its_failures(app: FastAPI) -> None:
    operations = [op for methods in app.openapi()["paths"].values() for op in methods.values()]

    assert all(operation["summary"] for operation in operations)
    failures = {code: response for op in operations for code, response in op["responses"].items() if code >= "400"}
    assert failures.keys() == {"400", "401", "403", "404", "413", "422", "503"}
    assert all("application/problem+json" in response["content"] for response in failures.values())


def test_the_web_process_loads_neither_scrapy_nor_a_model() -> None:
    heavy = {
        "scrapy",
        "twisted.internet",
        "crawlers.process",
        "crawlers.job",
        "sentiment.shipped",
        "torch",
        "openvino",
        "transformers",
        "tokenizers",
    }
    code = f"import sys, api.app; print(*({heavy} & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    assert done.stdout == "\n"
