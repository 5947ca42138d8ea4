"""Secrets that sources ask for, kept per brand and encrypted with a key made of AFTERWORD_SECRET_KEY."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from core.errors import Invalid, NotFound
from store.database import ReadSession, WriteSession
from store.models import Brand, Feed, SourceKey

NEEDS_KEY = "needs_key"


def _cipher(secret: bytes) -> Fernet:
    digest = hashlib.blake2b(b"source keys", key=secret[:64], digest_size=32).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def set_source_key(session: WriteSession, brand: Brand, name: str, value: str, secret: bytes, *, now: datetime) -> None:
    """Keep a brand's key, in place of the one before; what waited for a key is read again at once."""
    encrypted = _cipher(secret).encrypt(value.encode()).decode()
    known = session.scalar(sa.select(SourceKey).where(SourceKey.brand_id == brand.id, SourceKey.name == name))
    if known is None:
        session.add(SourceKey(brand_id=brand.id, name=name, encrypted=encrypted, set_at=now))
    else:
        known.encrypted, known.set_at = encrypted, now
    waited = (Feed.brand_id == brand.id, Feed.last_outcome == NEEDS_KEY)
    session.execute(sa.update(Feed).where(*waited).values(next_crawl_at=now))
    session.flush()


def remove_source_key(session: WriteSession, brand: Brand, name: str) -> None:
    """Forget a brand's key; raises NotFound."""
    known = session.scalar(sa.select(SourceKey).where(SourceKey.brand_id == brand.id, SourceKey.name == name))
    if known is None:
        msg = f"{brand.slug} has no key named {name!r}"
        raise NotFound(msg)
    session.delete(known)


def source_key_names(session: ReadSession, brand: Brand) -> list[str]:
    """The names of a brand's keys, sorted."""
    query = sa.select(SourceKey.name).where(SourceKey.brand_id == brand.id).order_by(SourceKey.name)
    return list(session.scalars(query))


def brand_keys(session: ReadSession, brand_id: int, secret: bytes) -> Mapping[str, str]:
    """A brand's keys by name; raises Invalid where they were encrypted with another AFTERWORD_SECRET_KEY."""
    rows = session.execute(sa.select(SourceKey.name, SourceKey.encrypted).where(SourceKey.brand_id == brand_id)).all()
    cipher = _cipher(secret)
    try:
        return {name: cipher.decrypt(encrypted.encode()).decode() for name, encrypted in rows}
    except InvalidToken as error:
        msg = "the keys of sources were encrypted with another AFTERWORD_SECRET_KEY: set that one, or set the keys anew"
        raise Invalid(msg) from error
