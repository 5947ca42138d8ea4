"""Tallies change with what they count, and always equal a count from scratch."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.counts import Counts
from core.errors import Invalid
from core.labels import Label, Side, TextKind
from store.contributions import COUNTED
from store.labels import NewLabel, labeller_id, write_labels
from store.marks import mark_duplicates, mark_removed
from store.models import Mention, MentionTopic
from store.queries import Slice
from store.segments import dimensions, segments
from store.tallies import followed, rebuild
from tests.builders import NOW, World


def rows(world: World) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    with world.db.read() as session:
        for counted in COUNTED:
            columns = [getattr(counted.table, name) for name in (*counted.keys, *counted.sums)]
            found += session.execute(sa.select(*columns).order_by(*columns)).all()
    return [tuple(round(v, 6) + 0.0 if isinstance(v, float) else v for v in row) for row in found]


def counted_anew(world: World) -> list[tuple[object, ...]]:
    with world.db.write.begin() as session:
        rebuild(session)
    return rows(world)


def total(world: World, part: Slice | None = None) -> tuple[Counts, Counts, int]:
    with world.db.read() as session:
        (row,) = segments(session, world.brand, (), part)
    return row.survey, row.social, row.mentions


def test_a_mention_without_a_label_is_seen_but_has_no_voice(world: World) -> None:
    world.keep(world.mention("r1"))

    assert total(world) == (Counts(), Counts(), 1)


def test_a_label_gives_a_voice(world: World) -> None:
    world.keep(world.mention("r1"), world.mention("r2"))

    world.label_all(Label.DETRACTOR)

    assert total(world)[1] == Counts(0, 0, 2)


def test_a_rating_speaks_for_itself_before_any_label(world: World) -> None:
    world.keep(world.mention("r1", rating=5), world.mention("r2", rating=4), world.mention("r3", rating=3))

    assert total(world)[1] == Counts(1, 1, 1)


def test_a_text_that_is_no_opinion_has_no_voice(world: World) -> None:
    world.keep(world.mention("advert"))

    world.label_all(Label.UNKNOWN)

    assert total(world) == (Counts(), Counts(), 1)


def test_another_labeller_replaces_the_label_and_counts_once(world: World) -> None:
    world.keep(world.mention("r1"))
    world.label_all(Label.DETRACTOR, version="one")

    world.label_all(Label.PROMOTER, version="two")

    assert total(world)[1] == Counts(1, 0, 0)


def test_an_author_counts_once_with_the_newest_word(world: World) -> None:
    author = "a" * 32
    world.keep(world.mention("r1", rating=1, author_key=author, published_at=NOW - timedelta(hours=2)))

    world.keep(world.mention("r2", rating=5, author_key=author))

    assert total(world) == (Counts(), Counts(1, 0, 0), 2)


def test_survey_scores_fall_into_their_classes(world: World) -> None:
    world.answers([10, 9, 8, 7, 6, 0])

    assert total(world)[0] == Counts(2, 2, 2)


def test_a_corrected_answer_moves_its_count(world: World) -> None:
    world.answers([10])

    world.answers([3])

    assert total(world)[0] == Counts(0, 0, 1)


def test_removed_and_duplicate_mentions_have_no_voice_and_copies_are_still_seen(world: World) -> None:
    world.keep(*(world.mention(f"r{n}", rating=1) for n in range(3)))
    with world.db.write.begin() as session:
        first, second, _ = session.scalars(sa.select(Mention.id).order_by(Mention.id))

        mark_removed(session, [first], now=NOW)
        mark_duplicates(session, [second], of_id=first)

    assert total(world) == (Counts(), Counts(0, 0, 1), 2)


def test_an_empty_day_leaves_no_row(world: World) -> None:
    world.keep(world.mention("r1", rating=1))
    with world.db.write.begin() as session:
        mark_removed(session, session.scalars(sa.select(Mention.id)).all(), now=NOW)

    assert rows(world) == []


def test_segments_are_cut_by_location_month_and_channel(world: World) -> None:
    world.keep(
        world.mention("r1", rating=5, location="center"),
        world.mention("r2", rating=1, location="center", published_at=NOW - timedelta(days=20), channel="forum"),
    )
    world.answers([10], location="north")

    with world.db.read() as session:
        found = segments(session, world.brand, ("location", "month", "channel"))

    assert [tuple(row.segment.values()) for row in found] == [
        ("center", "2026-10", "forum"),
        ("center", "2026-11", "maps"),
        ("north", "2026-11", "tablet"),
    ]
    assert [row.social.n for row in found] == [1, 1, 0]


def test_a_slice_is_half_open_and_an_unknown_place_is_empty(world: World) -> None:
    world.keep(world.mention("r1", rating=5, location="center"))
    day = NOW.date()

    assert total(world, Slice(start=day, end=day + timedelta(days=1)))[1].n == 1
    assert total(world, Slice(end=day))[1].n == 0
    assert total(world, Slice(location="nowhere"))[1].n == 0


def test_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(Invalid, match="weather"):
        dimensions("location,weather")


def change(world: World, statement: Callable[[list[int]], sa.Update]) -> None:
    with world.db.write.begin() as session:
        ids = list(session.scalars(sa.select(Mention.id)))
        with followed(session, Side.SOCIAL, ids):
            session.execute(statement(ids))


def speak_of(world: World, topic: str) -> None:
    with world.db.write.begin() as session:
        ids = list(session.scalars(sa.select(Mention.id)))
        with followed(session, Side.SOCIAL, ids):
            session.execute(sa.delete(MentionTopic))
            session.add_all(MentionTopic(mention_id=one, topic=topic) for one in ids)
            session.execute(sa.update(Mention).values(topics_version="1"))


def test_a_topic_counts_every_voice_that_speaks_of_it(world: World) -> None:
    world.keep(world.mention("r1", rating=1), world.mention("r2", rating=5), world.mention("silent", text="", rating=5))
    speak_of(world, "pool")

    with world.db.read() as session:
        (row,) = segments(session, world.brand, ("topic",))

    assert (row.segment, row.social) == ({"topic": "pool"}, Counts(1, 0, 1))


def test_ratings_texts_and_suspects_are_evidence_of_their_own(world: World) -> None:
    world.keep(world.mention("rated", rating=5), world.mention("said"), world.mention("doubted"))
    world.label_all(Label.DETRACTOR)
    change(world, lambda _: sa.update(Mention).where(Mention.native_id == "doubted").values(suspicion="copies"))

    with world.db.read() as session:
        (row,) = segments(session, world.brand, ())

    assert row.public.said == {TextKind.COMMENT: Counts(0, 0, 2)}
    assert row.unsuspected.said == {TextKind.COMMENT: Counts(0, 0, 1)}
    assert row.unsuspected.rated == row.public.rated
    assert row.public.chances[TextKind.COMMENT].detractors == pytest.approx(1.6)


def test_days_and_months_say_the_same(world: World) -> None:
    world.keep(*(world.mention(f"r{age}", rating=1, published_at=NOW - timedelta(days=age)) for age in range(40)))
    end = (NOW + timedelta(days=1)).date()

    by_month, by_day = total(world), total(world, Slice(end=end))

    assert by_month == by_day == (Counts(), Counts(0, 0, 40), 40)


def test_topics_are_those_of_the_whole_months_of_a_part(world: World) -> None:
    world.keep(world.mention("r1", rating=1), world.mention("r2", rating=1, published_at=NOW - timedelta(days=20)))
    speak_of(world, "pool")

    with world.db.read() as session:
        (row,) = segments(session, world.brand, ("topic",), Slice(start=date(2026, 10, 2)))

    assert row.social == Counts(0, 0, 1)


steps = st.lists(
    st.tuples(
        st.sampled_from(["mention", "label", "relabel", "remove", "suspect", "topic", "answer"]),
        st.integers(0, 4),
        st.sampled_from([None, 1, 4, 5]),
        st.sampled_from([None, "a" * 32, "b" * 32]),
        st.integers(0, 40),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_happens_the_tallies_equal_a_count_from_scratch(
    world: World, steps: list[tuple[str, int, int | None, str | None, int]]
) -> None:
    for what, number, rating, author, age in steps:
        when = NOW - timedelta(days=age)
        match what:
            case "mention":
                mention = world.mention(str(number), f"text {age}", author_key=author, published_at=when)
                world.keep(replace(mention, rating=rating))
            case "label" | "relabel":
                world.label_all(
                    [Label.PROMOTER, Label.PASSIVE, Label.DETRACTOR, Label.UNKNOWN][number % 4], version=what
                )
            case "remove":
                with world.db.write.begin() as session:
                    ids = session.scalars(sa.select(Mention.id).where(Mention.native_id == str(number))).all()
                    mark_removed(session, ids, now=NOW)
            case "suspect":
                change(world, lambda ids: sa.update(Mention).where(Mention.id.in_(ids)).values(suspicion="burst"))
            case "topic":
                speak_of(world, "pool" if number % 2 else "price")
            case _:
                world.answers([number * 2], first_id=number, responded_at=when)

    kept = rows(world)

    assert kept == counted_anew(world)


def test_what_rounding_leaves_of_removed_voices_is_nobody(world: World) -> None:
    world.keep(*(world.mention(f"r{n}", f"text {n}", rating=stars) for n, stars in enumerate((5, 4, 3, 2, 1))))
    world.keep(world.mention("unlabelled", "later"))
    with world.db.write.begin() as session:
        model = labeller_id(session, "test-1", now=NOW)
        ids = session.scalars(sa.select(Mention.id).where(Mention.rating.is_not(None)).order_by(Mention.id)).all()
        for number, one in enumerate(ids):
            fused = (0.1 + number / 7, 0.3 - number / 23, 0.6 - number / 7 + number / 23)
            row = session.get_one(Mention, one)
            new = NewLabel(
                mention_id=one, content_hash=row.content_hash, promoter=0.1, passive=0.3, detractor=0.6, opinion=0.9,
                label=Label.DETRACTOR, language="en", rating=row.rating, fused=fused,
            )  # fmt: skip
            write_labels(session, model, [new])

    for one in ids:
        with world.db.write.begin() as session:
            mark_removed(session, [one], now=NOW)
    with world.db.read() as session:
        (row,) = segments(session, world.brand, ())

    assert row.public.n == 0
    assert (row.public.rated, row.voices, row.mentions) == (Counts(), 0, 1)
