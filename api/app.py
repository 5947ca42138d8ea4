"""Put the web application together: `create_app` wires what it gets, `create_from_settings` is uvicorn's factory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import anyio
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Lifespan

from api import pages, problems
from api.deps import TURNS, SourceSettings
from api.guards import BodyLimit, SecurityHeaders
from api.routes import alerts, brands, feeds, gaps, health, loyalty, mentions, metrics, nps, sources
from core.clock import Clock, now
from core.logs import configure_logs
from core.settings import Settings
from metrics.aspects import dictionary
from store.database import Database, open_database

STATIC = Path(__file__).parent / "static"


class Application(FastAPI):
    """FastAPI with the security headers around everything, also around the answer to what nobody foresaw."""

    def build_middleware_stack(self) -> ASGIApp:
        """The usual layers, and one around them."""
        return SecurityHeaders(super().build_middleware_stack())


def create_app(
    db: Database, settings: Settings, clock: Clock = now, *, open_pages: bool = False, closes: bool = False
) -> FastAPI:
    """The application over an opened database, which it closes at its end where it is told to.

    `open_pages` shows pages without a key to browsers on this very computer (Host is a loopback name and no proxy has
    passed the request on); pass it only where the server listens on loopback alone. The API asks for a key in any case.
    """
    app = Application(
        title="Afterword",
        summary="Where, why and since when public opinion parts from the survey",
        version=version("afterword"),
        docs_url=None,
        redoc_url=None,
        lifespan=_closing(db) if closes else None,
    )
    app.state.db, app.state.clock, app.state.open_pages = db, clock, open_pages
    app.state.dictionary = dictionary(settings.dictionary)
    app.state.sources = SourceSettings(frozenset(settings.key), settings.grey_sources)
    app.state.turns = anyio.Semaphore(TURNS)
    problems.install(app)
    app.add_middleware(BodyLimit, most=settings.max_body_bytes)
    for routes in (gaps, nps, loyalty, mentions, alerts, brands, sources, feeds):
        app.include_router(routes.router, prefix=problems.API)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def create_from_settings() -> FastAPI:
    """The application of this process's settings: `uvicorn --factory api.app:create_from_settings`."""
    settings = Settings()
    configure_logs(settings.log_level, as_json=settings.log_json)
    return create_app(open_database(settings.database_url), settings, closes=True)


def _closing(db: Database) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        db.close()

    return lifespan
