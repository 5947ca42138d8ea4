"""Find copies and suspects among what is new: page by page, each in one transaction, safe to stop at any moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.clock import Clock
from metrics.copies import Settled, Text, bands, settle, sharing, shingles
from pipeline.bursts import Marks, judge_days
from pipeline.progress import Advance, silent
from store.database import Database, WriteSession, take_turn
from store.marks import mark
from store.screening import (
    Suspicion,
    Waiting,
    authors_of,
    count_unscreened,
    hand_over,
    keep_bands,
    keep_changed_days,
    look_again,
    look_again_at_copies,
    next_brand,
    originals_of,
    originals_under,
    set_screened,
    taken_bands,
    told_suspects,
    unsuspected,
    waiting_page,
)

PAGE = 1_000
"""Short, since SQLite has one writer: a page holds the others up for about a second."""

MANY_AUTHORS = 3
"""So many authors of one text make all of them suspects: two may be one person on two sites."""


@dataclass(frozen=True, slots=True)
class Screened:
    """How many mentions were looked at (again, where something they were compared with has changed), and what changed.

    `duplicates` became copies, `suspects` suspects.
    """

    mentions: int = 0
    duplicates: int = 0
    suspects: int = 0

    def __add__(self, other: "Screened") -> "Screened":
        """The same of two pages."""
        return Screened(
            self.mentions + other.mentions, self.duplicates + other.duplicates, self.suspects + other.suspects
        )


def unscreened(db: Database) -> int:
    """How many mentions the next `screen_new` will look at, at least."""
    with db.read() as session:
        return count_unscreened(session)


def screen_new(db: Database, *, clock: Clock, advance: Advance = silent, page_size: int = PAGE) -> Screened:
    """Screen every mention that was not screened since it was last changed.

    Each page of mentions of one brand is one transaction, so a killed run goes on where it stopped; bursts are judged
    after the last one. Comes after labelling: whether a burst is one-sided is told by ratings and labels.
    """
    done = Screened()
    while (brand_id := _next_brand(db)) is not None:
        with db.write.begin() as session:
            take_turn(session, brand_id)
            page = _screen(session, brand_id, waiting_page(session, brand_id, size=page_size), clock)
        done += page
        advance(page.mentions)
    return done + Screened(suspects=judge_days(db))


def _next_brand(db: Database) -> int | None:
    with db.read() as session:
        return next_brand(session)


def _screen(session: WriteSession, brand_id: int, page: Sequence[Waiting], clock: Clock) -> Screened:
    """Settle who is whose copy, then who is suspect for it, and remember their days to be judged."""
    ids = [one.id for one in page]
    texts = _texts(page)
    before = taken_bands(session, ids)
    settled = _settled(session, brand_id, texts)
    keep_bands(session, brand_id, settled.shelved)
    _pass_on(session, brand_id, page, texts, before, settled)
    copies = _copy_marks(page, settled)
    mark(session, copies)
    suspects = _suspect_marks(session, page, settled)
    mark(session, suspects)
    keep_changed_days(session, brand_id, ((one.series, one.said_on) for one in page))
    set_screened(session, ids, now=clock())
    return Screened(
        mentions=len(page),
        duplicates=sum(marks["duplicate_of_id"] is not None for marks in copies.values()),
        suspects=sum(marks["suspicion"] is not None for marks in suspects.values()),
    )


def _texts(page: Iterable[Waiting]) -> list[Text]:
    """What is compared: mentions that are gone are nobody's original."""
    present = [one for one in page if not one.is_gone]
    sets = [shingles(one.text) for one in present]
    return [
        Text(one.id, one.location_id, one.published_at, of_text, of_bands)
        for one, of_text, of_bands in zip(present, sets, bands(sets), strict=True)
    ]


def _settled(session: WriteSession, brand_id: int, texts: Sequence[Text]) -> Settled:
    """The page settled against all originals that share bands with it."""
    held = originals_under(session, brand_id, (band for text in texts for band in text.bands))
    candidates = {known for text in texts for known in sharing(text.bands, held)}
    earlier = {
        one.id: Text(one.id, one.location_id, one.published_at, shingles(one.text))
        for one in originals_of(session, candidates)
    }
    return settle(texts, earlier, held)


def _pass_on(
    session: WriteSession,
    brand_id: int,
    page: Sequence[Waiting],
    texts: Sequence[Text],
    before: Mapping[int, set[int]],
    settled: Settled,
) -> None:
    """Let those wait again that were compared with what has changed.

    The copies of a mention that was screened before, or is an original no more; the original that a mention was a copy
    of; the originals that shared bands with a text that is no longer as it was, since they are one author less.
    """
    ids = {one.id for one in page}
    heirs = {one: original for one, original in settled.original_of.items() if original is not None}
    taken_bands(session, heirs.keys() - ids)
    hand_over(session, heirs)
    look_again_at_copies(session, ids)
    left = {one.duplicate_of_id for one in page if one.duplicate_of_id not in {None, heirs.get(one.id)}}
    look_again(session, (left | _once_alike(session, brand_id, texts, before)) - ids)


def _once_alike(
    session: WriteSession, brand_id: int, texts: Sequence[Text], before: Mapping[int, set[int]]
) -> set[int]:
    """Originals that shared bands with one whose text is another now, or gone."""
    after = {text.id: set(text.bands) for text in texts}
    changed = [old for one, old in before.items() if not old <= after.get(one, set())]
    shared = originals_under(session, brand_id, (band for old in changed for band in old))
    return {known for old in changed for known in sharing(old, shared)}


def _copy_marks(page: Iterable[Waiting], settled: Settled) -> dict[int, dict[str, int | None]]:
    """Whose copy is another's than before, by id: of the page, and originals that are copies now."""
    was = {one.id: one.duplicate_of_id for one in page}
    now = dict.fromkeys(was) | settled.original_of
    return {one: {"duplicate_of_id": original} for one, original in now.items() if original != was.get(one)}


def _suspect_marks(session: WriteSession, page: Sequence[Waiting], settled: Settled) -> Marks:
    """Who is a suspect now, or is none any more, by id: a text of many authors in all places makes suspects of all.

    Originals outside the page that are told suspects already are not counted again: their copies may be thousands.
    """
    families = {
        one: {original if original is not None else one, *settled.families.get(one, ())}
        for one, original in settled.original_of.items()
    }
    everyone = set().union(*families.values())
    told = told_suspects(session, everyone - {one.id for one in page})
    authors = authors_of(session, everyone - told, most=MANY_AUTHORS)
    many = {one for one, family in families.items() if family & told or _authors(family, authors) >= MANY_AUTHORS}
    fresh = set(unsuspected(session, set().union(*(families[one] for one in many)) - told))
    was = {one.id: one.suspicion for one in page}
    fresh |= {one for one in many if was.get(one) != Suspicion.COPIES}
    cleared = {one for one, suspicion in was.items() if suspicion == Suspicion.COPIES and one not in many}
    marks: Marks = {one: {"suspicion": None} for one in cleared - fresh}
    return marks | {one: {"suspicion": Suspicion.COPIES.value} for one in fresh}


def _authors(family: Iterable[int], authors: Mapping[int, set[str]]) -> int:
    return len(set().union(*(authors.get(original, set()) for original in family)))
