"""API keys: made once, shown once, kept as a hash."""

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from core.errors import Conflict, Unauthorized
from store.database import ReadSession, WriteSession
from store.models import ApiKey, Brand

PREFIX = "aw_"


class Role(StrEnum):
    """What the holder of a key may do: read; read and write; everything."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


def _hash(secret: str) -> str:
    """A plain hash is enough: the secret has 256 random bits, there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_key(session: WriteSession, name: str, role: Role, *, brand: Brand | None, now: datetime) -> str:
    """Make a key, for one brand or for all, and return its secret; raises Conflict if the name is taken."""
    if session.scalar(sa.select(ApiKey.id).where(ApiKey.name == name)) is not None:
        msg = f"there is a key named {name!r} already"
        raise Conflict(msg)
    secret = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiKey(name=name, role=role, brand_id=brand.id if brand else None, secret_hash=_hash(secret), created_at=now)
    )
    session.flush()
    return secret


def find_key(session: ReadSession, secret: str) -> ApiKey:
    """The key of this secret; raises Unauthorized where there is none or it was revoked."""
    key = session.scalar(sa.select(ApiKey).where(ApiKey.secret_hash == _hash(secret), ApiKey.revoked_at.is_(None)))
    if key is None:
        msg = "this API key is not valid"
        raise Unauthorized(msg)
    return key
