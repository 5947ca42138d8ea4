"""Column types shared by all tables."""

from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Refuses naive datetimes and returns none: SQLite drops the zone, so it is taken off and put on here."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware moment into UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a naive datetime has no place in the store"
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""64 bits; on SQLite it has to be called INTEGER to be the row id."""

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Slug = Annotated[str, mapped_column(sa.String(100))]
Hash = Annotated[str, mapped_column(sa.String(32))]
"""A keyed or plain BLAKE2b digest of 16 bytes, in hexadecimal."""
