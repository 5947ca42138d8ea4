"""Failures: one error, one status, one form; and nothing is promised that was not kept."""

from pathlib import Path
from typing import Annotated

import pytest
import sqlalchemy as sa
from fastapi import Body, FastAPI
from starlette.testclient import TestClient

from api.app import create_from_settings
from api.deps import Writing
from core.errors import AfterwordError, Conflict, ModelUnavailable, UnknownSource
from store.models import Brand
from tests.api.conftest import problem
from tests.builders import NOW, World


def test_an_unknown_route_is_a_problem_document(anybody: TestClient) -> None:
    answer = anybody.get("/v1/nothing")

    assert answer.status_code == 404
    assert problem(answer)["detail"] == "there is nothing at /v1/nothing"


def test_a_wrong_method_is_a_problem_document_that_names_the_right_one(anybody: TestClient) -> None:
    answer = anybody.delete("/v1/gaps")

    assert answer.status_code == 405
    assert problem(answer)["instance"] == "/v1/gaps"
    assert answer.headers["allow"] == "GET"


def test_an_invalid_parameter_is_named(client: TestClient) -> None:
    answer = client.get("/v1/mentions?brand=sunflower&limit=0&from=yesterday")

    body = problem(answer)
    assert answer.status_code == 422
    assert {each["field"] for each in body["errors"]} == {"limit", "from"}
    assert "expected a day such as 2026-10-01" in body["detail"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Conflict("taken"), 409),
        (UnknownSource("who?"), 422),
        (ModelUnavailable("gone"), 503),
        (AfterwordError(""), 500),
    ],
)
def test_every_error_has_its_status(app: FastAPI, anybody: TestClient, error: AfterwordError, status: int) -> None:
    @app.get("/v1/failing")
    def fail() -> None:
        raise error

    answer = anybody.get("/v1/failing")

    assert problem(answer)["status"] == status


def test_what_nobody_foresaw_is_a_500_without_its_cause_and_with_the_security_headers(
    app: FastAPI, anybody: TestClient
) -> None:
    @app.get("/v1/failing")
    def fail() -> None:
        msg = "the password is swordfish"
        raise RuntimeError(msg)

    answer = anybody.get("/v1/failing")

    assert problem(answer)["status"] == 500
    assert "swordfish" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_commit_that_fails_is_a_500_and_not_a_200(app: FastAPI, anybody: TestClient, world: World) -> None:
    @app.post("/v1/failing")
    def add_twice(session: Writing) -> dict[str, str]:
        session.add(Brand(slug=world.brand.slug, name="again", timezone="UTC", created_at=NOW))
        return {"status": "done"}

    answer = anybody.post("/v1/failing")

    assert answer.status_code == 500
    with world.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Brand)) == 1


def test_a_write_is_kept_when_it_was_answered(app: FastAPI, anybody: TestClient, world: World) -> None:
    @app.post("/v1/adding")
    def add(session: Writing) -> None:
        session.add(Brand(slug="new", name="new", timezone="UTC", created_at=NOW))

    answer = anybody.post("/v1/adding")

    assert answer.status_code == 200
    with world.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Brand)) == 2


def test_a_body_over_the_limit_is_413(anybody: TestClient) -> None:
    answer = anybody.post("/v1/alerts/1/acknowledge", content=b"x" * 1_001)

    assert answer.status_code == 413
    assert "1000 bytes" in problem(answer)["detail"]


def test_a_body_of_undeclared_length_is_413_too(app: FastAPI, anybody: TestClient) -> None:
    @app.post("/v1/taking")
    def take(body: Annotated[dict[str, str], Body()]) -> int:
        return len(body)

    answer = anybody.post(
        "/v1/taking", content=(b'{"a": "' + b"x" * 400 for _ in range(4)), headers={"content-type": "application/json"}
    )

    assert answer.status_code == 413
    assert problem(answer)["instance"] == "/v1/taking"


def test_a_browser_gets_a_page_for_what_is_missing(anybody: TestClient) -> None:
    answer = anybody.get("/nothing/<b>", headers={"accept": "text/html"})

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "<b>" not in answer.text


def test_no_script_may_run_and_no_frame_may_hold_a_page(anybody: TestClient) -> None:
    policy = anybody.get("/docs").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_factory_of_the_server_closes_the_database_that_it_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AFTERWORD_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")

    with TestClient(create_from_settings()) as client:
        answers = client.get("/healthz"), client.get("/readyz")

    assert [answer.status_code for answer in answers] == [200, 503]
