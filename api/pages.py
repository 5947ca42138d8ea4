"""Pages for people: the list of brands, the report of one, and what the HTTP API offers."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator

from api import words
from api.auth import VisitorOf, visible_brand, visible_brands
from api.deps import Now, Reading, Topics
from api.filters import NO_NUL, Day, period_checked
from api.report_page import render_report
from api.templating import template
from api.words import Language
from store.queries import Slice
from store.segments import dimensions

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _blank_is_none(value: object) -> object:
    """What a form sends for a field that was left empty."""
    return None if value == "" else value


BlankDay = Annotated[Day | None, BeforeValidator(_blank_is_none)]
BlankSlug = Annotated[str | None, BeforeValidator(_blank_is_none), Query(max_length=100, pattern=NO_NUL)]
Lang = Annotated[Language, Query(description="en or ru")]


@router.get("/")
def read_home(session: Reading, visitor: VisitorOf, lang: Lang = Language.EN) -> Response:
    """The brands that the visitor may see; straight to the report where there is one."""
    brands = visible_brands(session, visitor)
    query = "" if lang is Language.EN else f"?lang={lang.value}"
    if len(brands) == 1:
        return RedirectResponse(f"/brands/{quote(brands[0].slug, safe='')}{query}")
    page = template("home.html").render(t=words.of(lang), brands=brands, query=query, inline_css=None)
    return HTMLResponse(page)


@dataclass(frozen=True, slots=True)
class Form:
    """What the form of the report page sends."""

    by: Annotated[str, Query(max_length=100)] = "location"
    start: Annotated[BlankDay, Query(alias="from")] = None
    end: Annotated[BlankDay, Query(alias="to")] = None
    location: BlankSlug = None
    channel: BlankSlug = None

    def slice(self) -> Slice:
        """Which part of the brand is asked for; raises Invalid where it ends before it begins."""
        return period_checked(Slice(start=self.start, end=self.end, location=self.location, channel=self.channel))


@router.get("/brands/{slug:path}")
def read_brand(
    session: Reading,
    visitor: VisitorOf,
    now: Now,
    topics: Topics,
    slug: str,
    form: Annotated[Form, Depends()],
    lang: Lang = Language.EN,
) -> Response:
    """The report of one brand."""
    brand = visible_brand(session, visitor, slug)
    page = render_report(session, brand, dimensions(form.by), form.slice(), now=now, dictionary=topics, language=lang)
    return HTMLResponse(page)


@router.get("/docs")
def read_docs(request: Request, lang: Lang = Language.EN) -> Response:
    """What the HTTP API offers, drawn from its OpenAPI description."""
    described = request.app.openapi()
    operations = [
        {"path": path, "method": method.upper()} | operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    page = template("docs.html").render(
        t=words.of(lang), title=described["info"]["title"], operations=[_plain(each) for each in operations],
        inline_css=None,
    )  # fmt: skip
    return HTMLResponse(page)


def _plain(operation: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of an operation, each key filled."""
    parameters = [
        {"name": each["name"], "required": each.get("required", False), "description": each.get("description", "")}
        for each in operation.get("parameters", [])
    ]
    return {
        "method": operation["method"],
        "path": operation["path"],
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": parameters,
        "statuses": sorted(operation["responses"]),
    }
