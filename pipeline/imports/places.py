"""The locations and channels that a file names: found by slug or by name, made where they are new."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from core.errors import Invalid
from pipeline.imports.cells import Record, Refused, text
from store.brands import clean_slug, ids_made
from store.database import ReadSession, WriteSession
from store.models import Brand, Channel, Location

Kind = type[Location] | type[Channel]


def slug(record: Record, field: str) -> str | None:
    """The cell as a slug; none where it is empty. Raises Refused where it is too long or cannot be printed."""
    words = text(record, field)
    try:
        return None if words is None else clean_slug(words)
    except Invalid as error:
        raise Refused(record, field, str(error)) from error


class Places:
    """Ids by slug or name in any case: a file says `Центр` where the feed's location is `center`, named Центр."""

    def __init__(self, session: ReadSession, brand: Brand) -> None:
        self._brand_id = brand.id
        self._known: dict[Kind, dict[str, int]] = {}
        self.created: dict[Kind, list[str]] = {Location: [], Channel: []}
        for table in (Location, Channel):
            rows = session.execute(sa.select(table.slug, table.name, table.id).filter_by(brand_id=brand.id)).all()
            names = {row.name.casefold(): row.id for row in rows}
            self._known[table] = names | {row.slug.casefold(): row.id for row in rows}

    def ids(self, session: WriteSession, table: Kind, slugs: Iterable[str | None]) -> dict[Any, int]:
        """The id of each of these slugs, those that are new made; none has no entry."""
        known = self._known[table]
        wanted = {word for word in slugs if word is not None}
        new = {word.casefold(): word for word in sorted(wanted) if word.casefold() not in known}
        if new:
            made = ids_made(session, table, self._brand_id, new.values())
            known |= {word.casefold(): made_id for word, made_id in made.items()}
            self.created[table] += sorted(made)
        return {word: known[word.casefold()] for word in wanted}
