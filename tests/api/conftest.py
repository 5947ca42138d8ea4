"""A real application over a real database, and clients that hold keys."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from core.labels import Label
from core.settings import Settings
from store.brands import add_brand
from store.database import Database
from store.keys import Role, add_key
from store.models import Brand
from tests.builders import NOW, World

KeyMaker = Callable[..., str]
ClientMaker = Callable[..., TestClient]


@pytest.fixture
def app(db: Database) -> FastAPI:
    return create_app(db, Settings(_env_file=None, max_body_bytes=1_000), lambda: NOW)


@pytest.fixture
def key(db: Database) -> KeyMaker:
    made: list[str] = []

    def make(role: Role = Role.VIEWER, brand: Brand | None = None) -> str:
        with db.write.begin() as session:
            made.append(add_key(session, f"key {len(made)}", role, brand=brand, now=NOW))
        return made[-1]

    return make


@pytest.fixture
def client_of(app: FastAPI) -> Iterator[ClientMaker]:
    """Clients with these headers; what fails in the server is an answer to them, not an exception."""
    with ExitStack() as stack:

        def make(**headers: str) -> TestClient:
            client = TestClient(app, "http://afterword.example", raise_server_exceptions=False, headers=headers)
            return stack.enter_context(client)

        yield make


@pytest.fixture
def anybody(client_of: ClientMaker) -> TestClient:
    return client_of()


@pytest.fixture
def client(client_of: ClientMaker, key: KeyMaker) -> TestClient:
    return client_of(Authorization=f"Bearer {key()}")


@pytest.fixture
def other_brand(db: Database) -> Brand:
    with db.write.begin() as session:
        return add_brand(session, "oak", name="Oak", timezone="Europe/Moscow", now=NOW)


@pytest.fixture
def spoken(world: World) -> World:
    """Two locations: in the centre the survey is merry and the public is not, in the garden one person spoke."""
    world.answers([10] * 30 + [8] * 10 + [3] * 5, location="center")
    world.keep(*(world.mention(f"good {i}", "fine", location="center", author_key=f"g{i}") for i in range(6)))
    world.label_all(Label.PROMOTER)
    world.keep(*(world.mention(f"bad {i}", f"bad thing {i}", location="center", rating=1) for i in range(30)))
    world.keep(world.mention("only", "so so", location="garden", rating=4))
    world.label_all(Label.DETRACTOR)
    return world


def problem(answer: Any) -> dict[str, Any]:
    """The problem document that an answer has to be."""
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body.keys() >= {"type", "title", "status", "detail", "instance"}
    return body
