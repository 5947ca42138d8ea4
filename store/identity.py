"""Hashes: of a content, to find what is the same; keyed, of a person, so that no name is stored."""

import hashlib
import secrets
from pathlib import Path

from core.errors import Invalid
from core.settings import Settings

DIGEST_BYTES = 16
SHORTEST_KEY = 16
NAMELESS = frozenset(
    {
        *("", "-", "—", "n/a", "none", "null", "anonymous", "anonym", "anonyme", "guest", "user", "a google user"),
        *("аноним", "анонимно", "анонимный пользователь", "гость", "пользователь", "имя скрыто", "без имени"),
    }
)
"""What sites write where they name nobody: hashed, all of them would be one voice."""


def content_hash(*parts: str) -> str:
    """A digest of texts, 32 hexadecimal characters; parts cannot run into each other."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def person_key(secret: bytes, *parts: str | None) -> str | None:
    """A keyed digest of a person's name or id, within the scope of the other parts; none where the last names nobody.

    The scope (a source's site, a brand) keeps namesakes of two sites apart.
    """
    if not parts or " ".join((parts[-1] or "").split()).casefold().strip(" .") in NAMELESS:
        return None
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES, key=secret[:64])
    for part in parts:
        data = " ".join((part or "").split()).casefold().encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def secret_of(settings: Settings) -> bytes:
    """The key of all person hashes: AFTERWORD_SECRET_KEY, or a file that is made on first use.

    Raises Invalid where a team's PostgreSQL has no shared key (every machine would hash otherwise) or it is too short.
    """
    if settings.secret_key is not None:
        secret = settings.secret_key.get_secret_value().encode()
        if len(secret) < SHORTEST_KEY:
            msg = f"AFTERWORD_SECRET_KEY has {len(secret)} bytes; it needs at least {SHORTEST_KEY}"
            raise Invalid(msg)
        return secret
    if not settings.database_url.startswith("sqlite"):
        msg = "set AFTERWORD_SECRET_KEY: machines that share a database must hash authors alike"
        raise Invalid(msg)
    return _secret_in(settings.secret_key_file)


def _secret_in(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as new:
            path.chmod(0o600)
            new.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip().encode()
