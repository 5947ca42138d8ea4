"""A real web site of the sample chain, served on loopback: `with SampleSite() as site: crawl(site.url)`.

It knows nothing of Afterword and Afterword nothing of it: review pages with schema.org data, paged Atom feeds,
conditional requests and a robots.txt, as a careful small site would have them.
"""

import hashlib
import socket
import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jinja2
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.errors import Conflict, Invalid
from pipeline.sample.chain import Chain, Club, Mention, chain, mentions

REVIEWS_PER_PAGE = 20
POSTS_PER_PAGE = 50
CANONICAL = "https://sunflower.example"
"""What ids are made of: they stay the same on whatever port the site is served."""

_ROBOTS = "User-agent: *\nDisallow: /private/\n"
_HTML = "text/html"
_ATOM = "application/atom+xml"
_START_TIMEOUT_S = 15.0


class SampleSite:
    """The site in a background thread of this process, from `__enter__` to `__exit__`.

    `port=0` takes any free one. `as_of` (aware) hides what was published later, so that history can be replayed.
    Raises Conflict where the port is taken.
    """

    def __init__(self, port: int = 0, as_of: datetime | None = None) -> None:
        if as_of is not None and as_of.tzinfo is None:
            msg = f"as_of needs a time zone, and {as_of.isoformat()} has none"
            raise Invalid(msg)
        self._port = port
        shown = [mention for mention in mentions() if as_of is None or mention.published_at <= as_of]
        config = uvicorn.Config(
            _Pages(chain(), shown).app(),
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self.url = ""
        """`http://127.0.0.1:PORT`, without a slash at the end; empty before `__enter__`."""

    def __enter__(self) -> Self:
        listener = _listener(self._port)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="sample-site", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                listener.close()
                msg = "the sample site did not start"
                raise RuntimeError(msg)
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        msg = f"port {port} is taken: give another one, or 0 for any that is free"
        raise Conflict(msg) from error
    return listener


class _Pages:
    """What each address answers, over a fixed set of mentions."""

    def __init__(self, sunflower: Chain, shown: list[Mention]) -> None:
        self._chain = sunflower
        self._clubs = {club.slug: club for club in sunflower.clubs}
        self._newest_first = sorted(shown, key=lambda mention: mention.published_at, reverse=True)
        self._by_path = {mention.path: mention for mention in shown}
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}

    def app(self) -> Starlette:
        """The site as an ASGI application."""
        routes = [
            Route("/", self.index),
            Route("/clubs/{slug}/reviews", self.reviews),
            Route("/clubs/{slug}/feed.xml", self.feed),
            Route("/feed.xml", self.feed),
            Route("/reviews/{id}", self.mention),
            Route("/posts/{id}", self.mention),
            Route("/private/{page:path}", self.private),
            Route("/robots.txt", self.robots),
        ]
        return Starlette(routes=routes, exception_handlers={404: self.not_found})

    def index(self, request: Request) -> Response:
        return self._answer(request, "index.html", clubs=self._chain.clubs)

    def reviews(self, request: Request) -> Response:
        club = self._club(request)
        every = [mention for mention in self._of(club) if mention.kind == "review"]
        page, pages = _page(request, len(every), REVIEWS_PER_PAGE)
        here = every[(page - 1) * REVIEWS_PER_PAGE : page * REVIEWS_PER_PAGE]
        structured = _health_club(club, here, every, _root(request))
        return self._answer(
            request, "reviews.html", club=club, reviews=here, page=page, pages=pages, structured=structured
        )

    def feed(self, request: Request) -> Response:
        club = self._club(request) if "slug" in request.path_params else None
        every = [mention for mention in self._of(club) if mention.kind == "post"]
        page, pages = _page(request, len(every), POSTS_PER_PAGE)
        here = every[(page - 1) * POSTS_PER_PAGE : page * POSTS_PER_PAGE]
        changed_at = every[0].published_at if every else datetime(2025, 11, 1, tzinfo=UTC)
        link = f"{_root(request)}{request.url.path}"
        context = {"club": club, "posts": here, "page": page, "pages": pages, "link": link}
        return self._answer(request, "atom.xml", media_type=_ATOM, changed_at=changed_at, **context)

    def mention(self, request: Request) -> Response:
        found = self._by_path.get(request.url.path)
        if found is None:
            raise HTTPException(404)
        return self._answer(request, "mention.html", mention=found, club=self._clubs[found.location])

    def private(self, request: Request) -> Response:  # noqa: ARG002 - starlette passes it
        """Where robots.txt asks crawlers not to go."""
        return PlainTextResponse("Только для сотрудников", status_code=403)

    def robots(self, request: Request) -> Response:  # noqa: ARG002
        return PlainTextResponse(_ROBOTS)

    def not_found(self, request: Request, error: Exception) -> Response:  # noqa: ARG002
        return Response(self._rendered(request, "not_found.html"), status_code=404, media_type=_HTML)

    def _club(self, request: Request) -> Club:
        club = self._clubs.get(request.path_params["slug"])
        if club is None:
            raise HTTPException(404)
        return club

    def _of(self, club: Club | None) -> list[Mention]:
        """Newest first; of the whole chain without a club."""
        return [mention for mention in self._newest_first if club is None or mention.location == club.slug]

    def _rendered(self, request: Request, template: str, **context: Any) -> str:
        context |= {"chain": self._chain, "root": _root(request), "canonical": CANONICAL}
        return self._templates.get_template(template).render(context)

    def _answer(
        self,
        request: Request,
        template: str,
        *,
        media_type: str = _HTML,
        changed_at: datetime | None = None,
        **context: Any,
    ) -> Response:
        """The page, or 304 where the client has it already."""
        body = self._rendered(request, template, changed_at=changed_at, **context)
        headers = {"ETag": f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
        if changed_at is not None:
            headers["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
        if _client_has_it(request, headers["ETag"], changed_at):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)


def _root(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _page(request: Request, n: int, size: int) -> tuple[int, int]:
    """The page asked for and how many there are, at least one; 404 outside of them."""
    pages = max(1, -(-n // size))
    asked = request.query_params.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= pages):
        raise HTTPException(404)
    return int(asked), pages


def _client_has_it(request: Request, etag: str, changed_at: datetime | None) -> bool:
    """RFC 9110, 13.2.2: the tag decides where one is sent, else the date."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = request.headers.get("if-modified-since")
    if since is None or changed_at is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _health_club(club: Club, here: list[Mention], every: list[Mention], root: str) -> dict[str, Any]:
    """The club in schema.org's words, with the reviews of this page and the average of all."""
    structured: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "HealthClub",
        "@id": f"{CANONICAL}/clubs/{club.slug}",
        "name": club.name,
        "address": club.address,
        "url": f"{root}/clubs/{club.slug}/reviews",
    }
    stars = [review.rating for review in every if review.rating is not None]
    if stars:
        average = round(sum(stars) / len(stars), 2)
        structured["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": average,
            "reviewCount": len(stars),
            "bestRating": 5,
            "worstRating": 1,
        }
    return structured | {"review": [_review(review, club, root) for review in here]}


def _review(review: Mention, club: Club, root: str) -> dict[str, Any]:
    structured: dict[str, Any] = {
        "@type": "Review",
        "@id": f"{CANONICAL}{review.path}",
        "url": f"{root}{review.path}",
        "author": {"@type": "Person", "name": review.author},
        "datePublished": review.published_at.isoformat(),
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5, "worstRating": 1},
        "reviewBody": review.text,
        "inLanguage": review.language,
    }
    if review.title:
        structured["name"] = review.title
    if review.answer:
        author = {"@type": "Organization", "name": club.name}
        structured["comment"] = {"@type": "Comment", "author": author, "text": review.answer}
    return structured
