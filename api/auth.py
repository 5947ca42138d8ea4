"""Who is asking, and what they may see: Bearer keys for the API, the same keys as a password for pages."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.deps import Db
from api.problems import Forbidden
from core.errors import NotFound, Unauthorized
from store.brands import all_brands
from store.database import ReadSession
from store.keys import Role, find_key
from store.models import Brand

bearer = HTTPBearer(auto_error=False, description="A key made with `afterword key add NAME --role viewer`")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a key: a role, and the one brand that it is for (none: all of them)."""

    role: Role
    brand_id: int | None


OPEN = Caller(Role.VIEWER, None)
"""Whoever looks at open pages: a person at this very computer."""


def _caller(db: Db, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Caller:
    if credentials is None:
        msg = "send a key: `Authorization: Bearer KEY`"
        raise Unauthorized(msg)
    return holder(db, credentials.credentials)


def _perhaps_caller(
    db: Db, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Caller | None:
    return holder(db, credentials.credentials) if credentials else None


def holder(db: Db, secret: str) -> Caller:
    """The holder of a key; raises Unauthorized. Its session ends here: a request holds one connection at a time."""
    with db.read() as session:
        key = find_key(session, secret)
        return Caller(Role(key.role), key.brand_id)


CallerOf = Annotated[Caller, Depends(_caller)]
PerhapsCaller = Annotated[Caller | None, Depends(_perhaps_caller)]
"""None where no key was sent; a wrong one is 401 all the same."""


def _writer(caller: CallerOf) -> Caller:
    if caller.role is Role.VIEWER:
        msg = "a viewer's key may only read; this takes an analyst's"
        raise Forbidden(msg)
    return caller


WriterOf = Annotated[Caller, Depends(_writer)]
"""A caller who may change something; viewers get 403."""


def _visitor(request: Request, db: Db) -> Caller:
    """Who looks at a page: needs no key where pages are open and the browser runs on this computer."""
    if request.app.state.open_pages and _is_local(request):
        return OPEN
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return holder(db, value.strip())
    if scheme.lower() == "basic":
        return holder(db, _password(value))
    msg = "log in with any user name and your key as the password"
    raise Unauthorized(msg)


VisitorOf = Annotated[Caller, Depends(_visitor)]


def _is_local(request: Request) -> bool:
    """Whether a request names this computer and came through no proxy.

    The name guards against a foreign page that has its own domain resolve to 127.0.0.1 and reads along.
    """
    return request.url.hostname in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _password(value: str) -> str:
    """The password of a Basic header, empty where it is malformed: no key is."""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def visible_brands(session: ReadSession, caller: Caller) -> list[Brand]:
    """The brands that a caller may see, by slug."""
    return [brand for brand in all_brands(session) if caller.brand_id in {None, brand.id}]


def visible_brand(session: ReadSession, caller: Caller, slug: str) -> Brand:
    """The brand of this slug; raises NotFound, in the same words for a brand of another key's."""
    for brand in visible_brands(session, caller):
        if brand.slug == slug:
            return brand
    msg = f"there is no brand {slug!r}"
    raise NotFound(msg)
