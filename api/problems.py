"""Every failure as an RFC 9457 problem document: one error, one status, one handler."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api import words
from api.schemas import Problem
from api.templating import template
from core.errors import AfterwordError, Conflict, Invalid, ModelUnavailable, NotFound, SchemaBehind, Unauthorized

MEDIA_TYPE = "application/problem+json"
API = "/v1"
REALM = 'realm="Afterword", charset="UTF-8"'


class Forbidden(AfterwordError):
    """The key is valid, but its role may not do this."""


STATUSES: dict[type[AfterwordError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    SchemaBehind: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these statuses, as OpenAPI shows them; 422 is among them in any case."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        for status in sorted({*statuses, HTTPStatus.UNPROCESSABLE_ENTITY})
    }


_SCHEMA = Problem.model_json_schema()


def install(app: FastAPI) -> None:
    """Answer every failure of this app with a problem document (a page for browsers, outside of /v1)."""
    app.add_exception_handler(AfterwordError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> Response:
    kinds = [kind for kind in type(error).__mro__ if kind in STATUSES]
    if not kinds:
        return await _unforeseen(request, error)
    status = STATUSES[kinds[0]]
    headers = {"WWW-Authenticate": _challenge(request)} if status == HTTPStatus.UNAUTHORIZED else None
    return problem(request, status, str(error), headers=headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    status = HTTPStatus(error.status_code)
    detail = f"there is nothing at {request.url.path}" if error.detail == status.phrase == "Not Found" else error.detail
    return problem(request, status, detail, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [{"field": _field(each["loc"]), "message": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['field']}: {each['message']}" for each in errors)
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)


def _field(location: tuple[Any, ...]) -> str:
    """`limit` of `("query", "limit")`; the first part alone where there is nothing after it."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


async def _unforeseen(request: Request, _error: Exception) -> Response:
    """Say nothing of the cause: the server raises it again, so that it is in the log."""
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here; the log says what")


def _challenge(request: Request) -> str:
    """Browsers cannot send a Bearer key, so pages ask for it as a password."""
    return f"Bearer {REALM}" if request.url.path.startswith(API) else f"Basic {REALM}"


def problem(
    request: Request,
    status: HTTPStatus,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """A problem document about this request; `errors` names the fields of an invalid one."""
    if _is_browser(request):
        page = template("error.html").render(
            t=words.of(None), status=status.value, title=status.phrase, detail=detail, inline_css=None
        )
        return Response(page, status, headers=headers, media_type="text/html")
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    body["instance"] = quote(request.url.path)
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(API)
