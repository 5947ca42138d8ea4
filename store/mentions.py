"""Keep public reviews and posts: each once, edits found by the hash of their text and its question."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.clock import day_of, zone
from core.labels import Label, Side, TextKind, kind_of_text, label_of_rating
from store.columns import UtcDateTime
from store.cutting import cut
from store.database import ONE_STATEMENT, ReadSession, WriteSession, insert_for, take_turn
from store.identity import content_hash
from store.marks import elect_voices
from store.models import Brand, Mention, MentionVersion
from store.tallies import followed

LONGEST_TEXT = 20_000
"""Characters that are kept of a text; `is_cut` marks those that were longer. As many of an answer."""
LONGEST_QUESTION = 300
"""Characters that are kept of a survey's question; the labeller reads fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMention:
    """A review or post as a spider or an import hands it over; `published_at` is aware.

    A rating comes with its scale; `author_key` is a keyed hash (`store.identity.person_key`), never a name.
    """

    channel_id: int
    native_id: str
    text: str
    published_at: datetime
    precision: str = "second"
    keeps_date: bool = False
    """Whether a date that is known already is the better one: this one was counted back from now."""
    location_id: int | None = None
    feed_id: int | None = None
    rating: float | None = None
    rating_best: float = 5
    rating_worst: float = 1
    language: str | None = None
    author_key: str | None = None
    url: str | None = None
    answer: str | None = None
    question: str | None = None
    """Of a survey, which the text answers: the labeller reads both."""
    kind: TextKind | None = None
    """A post where its source is one of posts; else the length of the text tells."""
    reply_to: str | None = None
    """The native id of the mention that it answers."""
    in_thread: bool = False
    """Whether its source lists it with what it answers, not by its time."""

    @property
    def rating_label(self) -> Label | None:
        """The class of the rating; none without one. Raises ValueError where it lies outside its scale."""
        if self.rating is None:
            return None
        return label_of_rating(self.rating, best=self.rating_best, worst=self.rating_worst)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    fresh: int = 0
    """Known, but perhaps not to the feed's pass before: it counts as news, though nothing is added."""
    removed: int = 0
    """Found gone, or said to be deleted."""
    doubted: int = 0
    """Not there any more, but too many at once to be believed; none of them was marked."""

    def __add__(self, other: "Kept") -> "Kept":
        """The same of two batches."""
        return Kept(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


def keep_mentions(session: WriteSession, brand: Brand, mentions: Sequence[NewMention], *, now: datetime) -> Kept:
    """Insert what is new, update what was edited, leave the rest; voices and tallies follow in the same transaction.

    Identity is (brand, channel, native id); of two with one identity in a batch the later counts. What several feeds
    see is the first one's, and its location stays; another that sees what that one found gone takes it over.
    """
    rows = {(m.channel_id, m.native_id): _row(brand, m) for m in mentions}
    take_turn(session, brand.id)
    known = _known(session, brand, rows.keys())
    unknown = [row for key, row in rows.items() if key not in known]
    new = [row | {"first_seen_at": now, "seen_at": now if row["feed_id"] else None} for row in unknown]
    keep_dates = {(m.channel_id, m.native_id) for m in mentions if m.keeps_date}
    found = [(key, row) for key, row in rows.items() if key in known]
    both = [(known[key], _completed(known[key], row, keeps_date=key in keep_dates)) for key, row in found]
    edits = [(old, row) for old, row in both if _differs(old, row)]
    authors = _speakers([*new, *(row for _, row in edits), *(old._asdict() for old, _ in edits)])
    rivals = _rivals(session, brand, authors)
    with followed(session, Side.SOCIAL, {old.id for old, _ in edits} | rivals) as touched:
        if edits:
            _keep_versions(session, [old.id for old, row in edits if _is_reworded(old, row)], now)
            session.execute(sa.update(Mention), [_edit(old, row, now) for old, row in edits])
        if new:
            insert = insert_for(session, Mention).on_conflict_do_nothing().returning(Mention.id)
            touched.update(session.scalars(insert, new, execution_options=ONE_STATEMENT))
        if authors:
            elect_voices(session, touched)
    _note_sightings(session, [(old, row["feed_id"]) for old, row in both if row["feed_id"]], now)
    return Kept(added=len(new), changed=len(edits), unchanged=len(rows) - len(new) - len(edits))


def _row(brand: Brand, mention: NewMention) -> dict[str, Any]:
    said_on = day_of(mention.published_at, zone(brand.timezone))
    text = cut(mention.text, LONGEST_TEXT)
    rated = mention.rating is not None
    row = {
        "brand_id": brand.id,
        "location_id": mention.location_id,
        "channel_id": mention.channel_id,
        "feed_id": mention.feed_id,
        "native_id": mention.native_id,
        "text": text,
        "question": mention.question,
        "is_cut": len(mention.text) > LONGEST_TEXT,
        "rating": mention.rating,
        "rating_best": mention.rating_best if rated else None,
        "rating_worst": mention.rating_worst if rated else None,
        "rating_label": mention.rating_label,
        "language": mention.language,
        "author_key": mention.author_key,
        "published_at": mention.published_at,
        "precision": mention.precision,
        "said_on": said_on,
        "month_on": said_on.replace(day=1),
        "url": mention.url,
        "answer": cut(mention.answer, LONGEST_TEXT) if mention.answer else mention.answer,
        "content_hash": content_hash(text),
        "is_voice": True,
        "kind": mention.kind or kind_of_text(text),
        "reply_to": mention.reply_to,
        "in_thread": mention.in_thread,
    }
    return _asked(row)


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    """The row with what a question changes: another content than of the same words alone, and a survey's comment."""
    if not row["question"]:
        return row
    return row | {"content_hash": content_hash(row["text"], row["question"]), "kind": TextKind.COMMENT}


COMPARED = (
    "content_hash",
    "question",
    "rating",
    "rating_best",
    "rating_worst",
    "answer",
    "location_id",
    "author_key",
    "published_at",
)
LABELLED_BY = {"content_hash", "rating", "rating_best", "rating_worst"}
SCREENED_BY = {"content_hash", "location_id", "author_key", "published_at"}
KEPT_WHERE_NONE = ("location_id", "author_key", "language", "url", "reply_to", "question")
IDENTITY = ("id", "channel_id", "native_id", "feed_id")
DATES = ("published_at", "precision", "said_on", "month_on")


def _known(session: ReadSession, brand: Brand, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Any]:
    by_channel: dict[int, list[str]] = {}
    for channel_id, native_id in keys:
        by_channel.setdefault(channel_id, []).append(native_id)
    names = dict.fromkeys((*IDENTITY, "removed_at", *COMPARED, *KEPT_WHERE_NONE, *DATES))
    columns = [getattr(Mention, name) for name in names]
    found: dict[tuple[int, str], Any] = {}
    for channel_id, native_ids in by_channel.items():
        query = sa.select(*columns).where(
            Mention.brand_id == brand.id, Mention.channel_id == channel_id, Mention.native_id.in_(native_ids)
        )
        found |= {(row.channel_id, row.native_id): row for row in session.execute(query)}
    return found


def _completed(old: Any, row: dict[str, Any], *, keeps_date: bool) -> dict[str, Any]:
    """The row with what it does not say taken from before: a later look may know less, a file lack a column."""
    unsaid = [name for name in KEPT_WHERE_NONE if row[name] is None]
    unsaid += DATES if row["precision"] == "fetched" or (keeps_date and old.precision != "fetched") else ()
    unsaid += ["location_id"] if old.location_id and row["feed_id"] and not _passes(old, row["feed_id"]) else []
    return _asked(row | {name: getattr(old, name) for name in unsaid})


def _passes(old: Any, feed_id: int) -> bool:
    """Whether a mention that this feed sees is its own from now on: nobody's, or found gone by another, or its own."""
    return old.feed_id in {None, feed_id} or old.removed_at is not None


def _note_sightings(session: WriteSession, seen: Sequence[tuple[Any, int]], now: datetime) -> None:
    """Stamp known mentions with when a feed saw them, and with the feed where they are its own from now on."""
    if seen:
        session.execute(sa.update(Mention).where(Mention.id.in_([old.id for old, _ in seen])).values(seen_at=now))
    if passed := [(old.id, feed) for old, feed in seen if old.feed_id != feed and _passes(old, feed)]:
        session.execute(sa.update(Mention), [{"id": mention, "feed_id": feed} for mention, feed in passed])


def _differs(old: Any, row: dict[str, Any]) -> bool:
    return old.removed_at is not None or any(getattr(old, name) != row[name] for name in COMPARED)


def _edit(old: Any, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The columns that an edit changes; what was told of the mention as it was waits to be told again."""
    changed = dict.fromkeys((*COMPARED, *KEPT_WHERE_NONE, *DATES, "text", "is_cut", "rating_label", "kind"))
    changes = {name: row[name] for name in changed} | {"id": old.id, "changed_at": now, "removed_at": None}
    differs = {name for name in COMPARED if getattr(old, name) != row[name]}
    told_by = {"labeller_id": LABELLED_BY, "topics_version": {"content_hash"}, "screened_at": SCREENED_BY}
    changes |= {told: None for told, names in told_by.items() if differs & names}
    return changes | ({"screened_at": None} if old.removed_at is not None else {})


def _is_reworded(old: Any, row: dict[str, Any]) -> bool:
    return any(getattr(old, name) != row[name] for name in LABELLED_BY)


def _keep_versions(session: WriteSession, ids: Sequence[int], now: datetime) -> None:
    """Keep what these mentions say now, before it is edited."""
    names = ("text", "question", "rating", "rating_best", "rating_worst", "content_hash")
    columns = [getattr(Mention, name) for name in names]
    as_they_are = sa.select(Mention.id, *columns, sa.literal(now, UtcDateTime())).where(Mention.id.in_(ids))
    session.execute(sa.insert(MentionVersion).from_select(["mention_id", *names, "replaced_at"], as_they_are))


def _speakers(rows: Iterable[dict[str, Any]]) -> set[tuple[str, date]]:
    """The authors of these rows and the months they speak in."""
    return {(row["author_key"], row["month_on"]) for row in rows if row["author_key"]}


def _rivals(session: ReadSession, brand: Brand, speakers: set[tuple[str, date]]) -> set[int]:
    """Mentions already kept that share author and month with these: the voice may pass from one to another."""
    if not speakers:
        return set()
    query = sa.select(Mention.id).where(
        Mention.brand_id == brand.id,
        Mention.author_key.in_({author for author, _ in speakers}),
        Mention.month_on.in_({month for _, month in speakers}),
    )
    return set(session.scalars(query))
