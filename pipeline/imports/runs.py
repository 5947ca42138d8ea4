"""One import from file to store: rows become drafts, drafts are kept in batches, a transaction each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.batches import batches
from core.clock import Clock
from core.clock import zone as zone_of
from core.errors import Invalid
from pipeline.imports.cells import Record, Refused
from pipeline.imports.columns import Fields, positions
from pipeline.imports.identities import Occurrences
from pipeline.imports.opening import Broken
from pipeline.imports.places import Places
from pipeline.imports.refusals import Refusals
from pipeline.imports.rows import Row, Source, opened
from pipeline.progress import Advance
from store.brands import find_brand
from store.database import Database, WriteSession, refresh_statistics
from store.mentions import Kept
from store.models import Brand, Channel, Location, Table

ROWS_A_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file: rows = added + changed + unchanged + refused (an id given twice: the later row counts).

    `errors_file` is none where no row was refused; created locations and channels are slugs. `columns` has the column
    that each field was read from, `ignored_columns` those that no field was, both as the file writes them.
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: int
    errors_file: Path | None
    created_locations: tuple[str, ...]
    created_channels: tuple[str, ...]
    columns: Mapping[str, str]
    ignored_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What reading one row takes besides the row."""

    brand: str
    zone: ZoneInfo
    now: datetime
    secret: bytes
    seen: Occurrences


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that is good: its values, and the slugs that become ids inside the transaction."""

    values: dict[str, Any]
    location: str | None
    channel: str | None = None

    def placed(self, locations: Mapping[Any, int], channels: Mapping[Any, int]) -> dict[str, Any]:
        """The values with ids for slugs; what has no channel gets none."""
        ids = {"location_id": locations.get(self.location)}
        return self.values | ids | ({} if self.channel is None else {"channel_id": channels[self.channel]})


@dataclass(frozen=True, slots=True)
class Kind:
    """What an import of one kind of file does: `read` may raise Refused, `keep` works inside a transaction."""

    table: type[Table]
    fields: Fields
    required: Sequence[Sequence[str]]
    read: Callable[[Record, Context], Draft]
    keep: Callable[[WriteSession, Brand, list[dict[str, Any]], datetime], Kept]


class Reading:
    """The drafts of a source, and how far it could be read."""

    def __init__(self, source: Source, taken: Mapping[str, int], refusals: Refusals) -> None:
        self.rows = 0
        self.broken: Broken | None = None
        self._source, self._taken, self._refusals = source, taken, refusals

    def columns(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """The column of each field, and the named columns that are read as none."""
        names, used = self._source.columns, set(self._taken.values())
        read = {field: names[place] for field, place in self._taken.items()}
        return read, tuple(name for place, name in enumerate(names) if name and place not in used)

    def drafts(self, kind: Kind, context: Context) -> Iterator[Draft | None]:
        """A draft a row, none for one that was refused; ends where the file breaks."""
        try:
            for row in self._source.rows:
                self.rows += 1
                yield self._draft(row, kind, context)
        except Broken as broken:
            self.broken = broken

    def _draft(self, row: Row, kind: Kind, context: Context) -> Draft | None:
        if row.problem is not None:
            self._refusals.add(row.number, "", "", row.problem)
            return None
        try:
            return kind.read({field: row.cells[place] for field, place in self._taken.items()}, context)
        except Refused as refused:
            self._refusals.add(row.number, refused.field, refused.value, str(refused))
            return None


def run_import(
    db: Database,
    brand_slug: str,
    path: Path,
    kind: Kind,
    *,
    columns: Mapping[str, str],
    secret: bytes,
    clock: Clock,
    advance: Advance,
) -> ImportResult:
    """Import a file; bad rows go to FILE.errors.csv. Again, also after a kill, it adds what is missing and no more.

    Raises NotFound for the brand; Invalid for a file or mapping that cannot be used (then nothing is stored), and for a
    file that breaks off (then the rows before the break are stored).
    """
    with db.read() as session:
        brand = find_brand(session, brand_slug)
        places = Places(session, brand)
    with opened(path) as source:
        taken = positions(kind.fields, source.columns, columns, required=kind.required)
        with Refusals(path) as refusals, Occurrences() as seen:
            context = Context(brand.slug, zone_of(brand.timezone), clock(), secret, seen)
            reading, kept = Reading(source, taken, refusals), Kept()
            for number, batch in enumerate(batches(reading.drafts(kind, context), ROWS_A_BATCH), start=1):
                kept += _store(db, brand, kind, places, [draft for draft in batch if draft], context.now)
                if number & (number - 1) == 0:  # after 1, 2, 4, 8, … batches
                    refresh_statistics(db, kind.table)
                advance(len(batch))
    if reading.broken:
        msg = f"{path.name} is broken after {reading.rows} rows ({reading.broken}): those before it are stored"
        raise Invalid(msg)
    return _result(reading, kept, refusals, places)


def _result(reading: Reading, kept: Kept, refusals: Refusals, places: Places) -> ImportResult:
    read, ignored = reading.columns()
    return ImportResult(
        rows=reading.rows,
        added=kept.added,
        changed=kept.changed,
        unchanged=kept.unchanged,
        refused=refusals.count,
        errors_file=refusals.path if refusals.count else None,
        created_locations=tuple(places.created[Location]),
        created_channels=tuple(places.created[Channel]),
        columns=read,
        ignored_columns=ignored,
    )


def _store(db: Database, brand: Brand, kind: Kind, places: Places, drafts: Sequence[Draft], now: datetime) -> Kept:
    """Keep one batch in one transaction; rows that a later one of the same id replaces count as unchanged."""
    with db.write.begin() as session:
        locations = places.ids(session, Location, (draft.location for draft in drafts))
        channels = places.ids(session, Channel, (draft.channel for draft in drafts))
        kept = kind.keep(session, brand, [draft.placed(locations, channels) for draft in drafts], now)
    return kept + Kept(unchanged=len(drafts) - kept.added - kept.changed - kept.unchanged)
