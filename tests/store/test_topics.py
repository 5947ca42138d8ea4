"""Topics in the store: written once, counted by tally, traced back to texts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from core.counts import Counts
from core.labels import Label, Side
from store.database import Database
from store.models import Mention, MentionTopic, SurveyResponse, TopicTally
from store.queries import Slice
from store.surveys import NewResponse, keep_responses
from store.tallies import rebuild
from store.topics import (
    Told,
    count_waiting,
    evidence_ids,
    groups_waiting,
    texts,
    topic_counts,
    waiting_pages,
    whole_months,
    write_topics,
)
from tests.builders import NOW, World

OCTOBER = datetime(2026, 10, 10, 12, tzinfo=UTC)


def comment(world: World, native_id: str, score: int, text: str | None, *, location: str | None = None) -> None:
    answer = NewResponse(
        channel_id=world.channel("tablet"),
        location_id=world.location(location) if location else None,
        native_id=native_id,
        score=score,
        score_given=score,
        responded_at=NOW,
        comment=text,
    )
    with world.db.write.begin() as session:
        keep_responses(session, world.brand, [answer], now=NOW)


def tell(db: Database, side: Side, topics: Iterable[str], version: str = "v1") -> int:
    """Say of everything that waits that it speaks of these topics."""
    done = 0
    for page in waiting_pages(db.read, side, version, size=2):
        with db.write.begin() as session:
            done += write_topics(session, side, [Told(one.id, one.stamp, frozenset(topics)) for one in page], version)
    return done


def tallied(db: Database) -> list[tuple[object, ...]]:
    with db.read() as session:
        columns = sa.select(*TopicTally.__table__.columns).order_by(*TopicTally.__table__.primary_key.columns)
        return [tuple(row) for row in session.execute(columns)]


def test_topics_are_written_page_by_page_and_once(db: Database, world: World) -> None:
    world.keep(*(world.mention(str(number), rating=1, rating_best=5, rating_worst=1) for number in range(5)))

    first, second = tell(db, Side.SOCIAL, ["noise", "price"]), tell(db, Side.SOCIAL, ["noise"])

    assert (first, second) == (5, 0)
    with db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(MentionTopic)) == 10
        assert count_waiting(session, Side.SOCIAL, "v1") == 0


def test_another_dictionary_replaces_topics_and_their_counts(db: Database, world: World) -> None:
    world.keep(world.mention("1", rating=1, rating_best=5, rating_worst=1))
    tell(db, Side.SOCIAL, ["noise", "price"], "v1")

    with db.read() as session:
        waiting = groups_waiting(session, Side.SOCIAL, "v2")
    tell(db, Side.SOCIAL, ["price", "pool"], "v2")

    assert waiting == [None, "v1"]
    with db.read() as session:
        counted = topic_counts(session, world.brand)[()][Side.SOCIAL]
    assert counted == dict.fromkeys(["", "pool", "price"], Counts(detractors=1))


def test_a_text_that_was_edited_meanwhile_is_left_for_the_next_round(db: Database, world: World) -> None:
    world.keep(world.mention("1", "loud music"))
    page = next(waiting_pages(db.read, Side.SOCIAL, "v1", size=10))
    world.keep(world.mention("1", "quiet music"))

    with db.write.begin() as session:
        written = write_topics(session, Side.SOCIAL, [Told(page[0].id, page[0].stamp, frozenset({"noise"}))], "v1")

    assert written == 0
    with db.read() as session:
        assert session.scalars(sa.select(Mention.topics_version)).all() == [None]


def test_counts_of_several_dimensions_come_from_one_read_and_equal_a_rebuild(db: Database, world: World) -> None:
    stars = {"rating_best": 5, "rating_worst": 1}
    world.keep(
        world.mention("1", rating=1, location="center", **stars),
        world.mention("2", rating=5, location="center", channel="blog", published_at=OCTOBER, **stars),
        world.mention("3", rating=4, **stars),
    )
    comment(world, "a", 10, "nice pool", location="center")
    comment(world, "b", 0, None, location="center")
    tell(db, Side.SOCIAL, ["pool", "stage:service"])
    tell(db, Side.SURVEY, ["pool"])
    kept = tallied(db)

    with db.read() as session:
        found = topic_counts(session, world.brand, ("location", "month"))
        only = topic_counts(session, world.brand, ("channel",), locations=["center"])
    with db.write.begin() as session:
        rebuild(session)

    assert found[("center", "2026-11")][Side.SOCIAL] == dict.fromkeys(["", "pool", "stage:service"], Counts(0, 0, 1))
    assert found[("center", "2026-11")][Side.SURVEY] == dict.fromkeys(["", "pool"], Counts(promoters=1))
    assert found[("center", "2026-10")][Side.SOCIAL]["pool"] == Counts(promoters=1)
    assert found[(None, "2026-11")][Side.SOCIAL]["pool"] == Counts(passives=1)
    assert set(only) == {("maps",), ("blog",), ("tablet",)}
    assert tallied(db) == kept


def test_an_answer_without_a_comment_waits_once_and_counts_nowhere(db: Database, world: World) -> None:
    comment(world, "a", 3, None)

    told = [tell(db, Side.SURVEY, []) for _ in range(2)]

    assert told == [1, 0]
    with db.read() as session:
        assert topic_counts(session, world.brand) == {}
        assert session.scalars(sa.select(SurveyResponse.topics_version)).all() == ["v1"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 1, 1), date(2026, 3, 1), (date(2026, 1, 1), date(2026, 3, 1))),
        (date(2026, 1, 2), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 3, 1))),
        (date(2025, 12, 31), date(2026, 1, 1), (date(2026, 1, 1), date(2026, 1, 1))),
        (None, None, (None, None)),
    ],
)
def test_a_part_of_a_month_is_left_out(
    start: date | None, end: date | None, expected: tuple[date | None, date | None]
) -> None:
    part = whole_months(Slice(start=start, end=end, location="center"))

    assert (part.start, part.end) == expected
    assert part.location == "center"


def test_evidence_is_the_newest_detractor_voices_that_speak_of_the_topic(db: Database, world: World) -> None:
    stars = {"rating_best": 5, "rating_worst": 1}
    world.keep(
        world.mention("old", rating=1, location="center", published_at=OCTOBER, **stars),
        world.mention("new", rating=2, location="center", **stars),
        world.mention("happy", rating=5, location="center", **stars),
        world.mention("elsewhere", rating=1, location="north", **stars),
    )
    tell(db, Side.SOCIAL, ["noise"])

    with db.read() as session:
        here = evidence_ids(session, world.brand, "noise", Slice(location="center"), limit=10)
        names = [session.get_one(Mention, of_id).native_id for of_id in here]
        first = evidence_ids(session, world.brand, "noise", Slice(location="center"), limit=1)
        other = evidence_ids(session, world.brand, "pool", limit=10)

    assert names == ["new", "old"]
    assert first == here[:1]
    assert other == []


def test_texts_of_a_place_and_of_all_others_are_disjoint(db: Database, world: World) -> None:
    world.keep(
        world.mention("1", "burst pipe", location="center"),
        world.mention("2", "fine", location="north"),
        world.mention("3", "somewhere"),
    )
    world.label_all(Label.DETRACTOR)
    comment(world, "a", 2, "cold water", location="center")
    comment(world, "b", 9, "lovely", location="center")

    with db.read() as session:
        part = Slice(location="center")
        here = texts(session, world.brand, Side.SOCIAL, part, label=Label.DETRACTOR, limit=9)
        elsewhere = texts(session, world.brand, Side.SOCIAL, part, label=Label.DETRACTOR, outside=True, limit=9)
        promoters = texts(session, world.brand, Side.SOCIAL, part, label=Label.PROMOTER, limit=9)
        said = texts(session, world.brand, Side.SURVEY, part, label=Label.DETRACTOR, limit=9)

    assert [one.text for one in here] == ["burst pipe"]
    assert {one.text for one in elsewhere} == {"fine", "somewhere"}
    assert promoters == []
    assert [one.text for one in said] == ["cold water"]
