"""Who may see and do what."""

import base64

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from core.settings import Settings
from store.keys import Role
from store.models import ApiKey, Brand
from tests.api.conftest import ClientMaker, KeyMaker, problem
from tests.builders import NOW, World

READS = ["/v1/gaps", "/v1/nps", "/v1/mentions", "/v1/alerts", "/v1/locations", "/v1/feeds", "/v1/sources"]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", "Basic YTpi", "nonsense"])
def test_without_a_valid_key_it_is_401(client_of: ClientMaker, brand: Brand, header: str | None) -> None:
    client = client_of(**({"Authorization": header} if header else {}))

    answers = [client.get(path, params={"brand": brand.slug}) for path in [*READS, "/v1/brands"]]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"].split()[0] for answer in answers} == {"Bearer"}
    assert {problem(answer)["title"] for answer in answers} == {"Unauthorized"}


def test_a_revoked_key_is_401(client: TestClient, world: World) -> None:
    with world.db.write.begin() as session:
        session.execute(sa.update(ApiKey).values(revoked_at=NOW))

    answer = client.get("/v1/brands")

    assert answer.status_code == 401


@pytest.mark.parametrize("path", READS)
def test_a_brand_of_another_key_cannot_be_told_from_one_that_is_not_there(
    client_of: ClientMaker, key: KeyMaker, brand: Brand, other_brand: Brand, path: str
) -> None:
    client = client_of(Authorization=f"Bearer {key(brand=other_brand)}")

    of_another = problem(client.get(path, params={"brand": brand.slug}))
    unknown = problem(client.get(path, params={"brand": "nobody"}))

    assert of_another["status"] == 404
    assert of_another == unknown | {"detail": unknown["detail"].replace("nobody", brand.slug)}


def test_a_key_of_one_brand_lists_that_brand_alone(
    client_of: ClientMaker, key: KeyMaker, brand: Brand, other_brand: Brand
) -> None:
    client = client_of(Authorization=f"Bearer {key(brand=other_brand)}")

    answer = client.get("/v1/brands")

    assert [item["slug"] for item in answer.json()["items"]] == [other_brand.slug] != [brand.slug]


def test_pages_ask_for_the_key_as_a_password(client_of: ClientMaker, brand: Brand, key: KeyMaker) -> None:
    password = base64.b64encode(f"anybody:{key()}".encode()).decode()
    path = f"/brands/{brand.slug}"

    refused, shown = client_of().get(path), client_of(Authorization=f"Basic {password}").get(path)

    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert shown.status_code == 200


@pytest.mark.parametrize("value", ["Basic", "Basic %%%", "Basic /////w==", "Bearer no"])
def test_a_malformed_password_is_401(client_of: ClientMaker, value: str) -> None:
    answer = client_of(Authorization=value).get("/")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("http://127.0.0.1:8000", {}, 200),
        ("http://localhost:8000", {}, 200),
        ("http://afterword.example", {}, 401),  # a foreign name that resolves to this computer
        ("http://127.0.0.1:8000", {"x-forwarded-for": "10.0.0.1"}, 401),  # a proxy before it
    ],
)
def test_open_pages_are_open_to_this_computer_alone(
    world: World, address: str, headers: dict[str, str], status: int
) -> None:
    app = create_app(world.db, Settings(_env_file=None), lambda: NOW, open_pages=True)

    with TestClient(app, address, headers=headers) as client:
        assert client.get(f"/brands/{world.brand.slug}").status_code == status
        assert client.get("/v1/brands").status_code == 401


def test_a_viewer_may_not_acknowledge(client_of: ClientMaker, key: KeyMaker) -> None:
    client = client_of(Authorization=f"Bearer {key(Role.VIEWER)}")

    answer = client.post("/v1/alerts/1/acknowledge")

    assert problem(answer)["status"] == 403


def test_health_and_the_description_need_no_key(app: FastAPI, anybody: TestClient) -> None:
    public = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/static/afterword.css"]

    assert [anybody.get(path).status_code for path in public] == [200] * len(public)
    assert app.openapi()["paths"].keys() >= {"/v1/gaps", "/v1/nps", "/v1/mentions"}
