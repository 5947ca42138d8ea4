"""A text counts once however often it is copied; suspects are marked, counted, and can be left out."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.counts import Counts
from core.labels import Label
from pipeline.screening import Screened, screen_new, unscreened
from store.brands import add_brand
from store.database import Database
from store.marks import mark_removed
from store.mentions import NewMention
from store.models import Agreement, Mention, Shingle, Tally
from store.segments import segments
from store.tallies import rebuild
from tests.builders import NOW, World

COMPLAINT = "The changing room smells of damp again and nobody has repaired the second shower since the spring."
EDITED = "The changing room smells of damp again and NOBODY has repaired that second shower since spring!"
PRAISE = "Персонал встречает как родных, вода в бассейне тёплая, а тренер Марина терпеливо объясняет каждое движение."
WORDS = [
    "pool", "desk", "towel", "coach", "locker", "shower", "music", "queue", "parking", "price", "smell", "light",
    "mirror", "card", "morning", "weekend",
]  # fmt: skip


def author(number: int) -> str:
    return f"{number:032x}"


def sentence(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) + str(chance.randrange(100)) for _ in range(12))


def screen(world: World, *, page_size: int = 1_000) -> Screened:
    return screen_new(world.db, clock=lambda: NOW, page_size=page_size)


def found(world: World) -> dict[str, tuple[str | None, str | None]]:
    """Of each mention by native id: whose copy it is, and why it is a suspect."""
    with world.db.read() as session:
        rows = session.execute(
            sa.select(Mention.id, Mention.native_id, Mention.duplicate_of_id, Mention.suspicion)
        ).all()
    names = {row.id: row.native_id for row in rows}
    return {row.native_id: (names.get(row.duplicate_of_id), row.suspicion) for row in rows}


def copies(world: World) -> dict[str, str | None]:
    return {name: original for name, (original, _) in found(world).items()}


def suspects(world: World) -> dict[str, str]:
    return {name: suspicion for name, (_, suspicion) in found(world).items() if suspicion}


def social(world: World) -> Counts:
    with world.db.read() as session:
        [row] = segments(session, world.brand, ())
    return row.social


def unsuspected(world: World) -> Counts:
    with world.db.read() as session:
        [row] = segments(session, world.brand, ())
    return row.unsuspected.rated


def tallies(world: World) -> list[tuple[object, ...]]:
    with world.db.read() as session:
        return [
            tuple(row)
            for table in (Tally, Agreement)
            for row in session.execute(sa.select(*table.__table__.columns).order_by(*table.__table__.primary_key))
        ]


def assert_tallies_are_true(world: World) -> None:
    kept = tallies(world)
    with world.db.write.begin() as session:
        rebuild(session)
    assert kept == tallies(world)


def remove(world: World, *native_ids: str) -> None:
    with world.db.write.begin() as session:
        ids = session.scalars(sa.select(Mention.id).where(Mention.native_id.in_(native_ids))).all()
        mark_removed(session, ids, now=NOW)


def bands_kept(world: World) -> set[str]:
    with world.db.read() as session:
        query = sa.select(Mention.native_id).join(Shingle, Shingle.mention_id == Mention.id).distinct()
        return set(session.scalars(query))


def test_a_text_and_its_edited_copy_by_another_on_another_channel_count_once(world: World) -> None:
    review = world.mention("review", COMPLAINT, rating=1, author_key=author(1), location="center")
    copy = world.mention(
        "copy", EDITED, rating=1, author_key=author(2), location="center", channel="forum",
        published_at=NOW + timedelta(hours=3),
    )  # fmt: skip
    world.keep(review, copy)

    done = screen(world)

    assert done == Screened(mentions=2, duplicates=1, suspects=0)
    assert copies(world) == {"review": None, "copy": "review"}
    assert social(world) == Counts(0, 0, 1)
    assert_tallies_are_true(world)


def test_a_post_that_names_no_place_gives_way_to_the_review_that_does(world: World) -> None:
    post = world.mention("post", COMPLAINT, rating=1, channel="feed", published_at=NOW - timedelta(days=2))
    world.keep(post)
    screen(world)
    world.keep(world.mention("review", COMPLAINT, rating=1, location="center"))

    screen(world)

    assert copies(world) == {"post": "review", "review": None}
    with world.db.read() as session:
        by_place = {row.segment["location"]: row.social for row in segments(session, world.brand, ["location"])}
    assert by_place["center"] == Counts(0, 0, 1)


def test_a_complaint_about_five_clubs_counts_once_in_each(world: World) -> None:
    clubs = [f"club{n}" for n in range(5)]
    world.keep(*(world.mention(club, COMPLAINT, rating=1, location=club, author_key=author(1)) for club in clubs))

    screen(world)

    assert set(copies(world).values()) == {None}
    assert social(world) == Counts(0, 0, 5)
    assert suspects(world) == {}


def test_a_thousand_people_may_write_the_same_short_praise(world: World) -> None:
    world.keep(*(world.mention(str(n), "Отлично!", rating=5, author_key=author(n)) for n in range(20)))

    screen(world)

    assert social(world) == Counts(20, 0, 0)
    assert bands_kept(world) == set()


def test_a_text_of_three_authors_makes_suspects_of_all_and_still_counts(world: World) -> None:
    world.keep(*(world.mention(str(n), COMPLAINT, rating=1, author_key=author(n), location="center") for n in range(2)))
    screen(world)
    assert suspects(world) == {}
    world.keep(world.mention("2", EDITED, rating=1, author_key=author(2), location="center"))

    screen(world)

    assert suspects(world) == {"0": "copies", "1": "copies", "2": "copies"}
    assert social(world) == Counts(0, 0, 1)
    assert unsuspected(world) == Counts()
    assert_tallies_are_true(world)


def test_a_text_of_three_authors_in_three_places_makes_suspects_of_all(world: World) -> None:
    for n in range(4):
        world.keep(world.mention(str(n), COMPLAINT, rating=1, author_key=author(n), location=f"club{n}"))
        screen(world)

    assert suspects(world) == dict.fromkeys("0123", "copies")
    assert social(world) == Counts(0, 0, 4)


def test_copies_of_nobody_known_are_no_suspects(world: World) -> None:
    world.keep(*(world.mention(str(n), COMPLAINT, rating=1) for n in range(4)))

    screen(world)

    assert suspects(world) == {}


def test_the_earliest_counts_though_it_is_kept_last(world: World) -> None:
    days = {"late": 0, "later": 1, "middle": -3, "early": -9}
    for name, day in days.items():
        at = NOW + timedelta(days=day)
        world.keep(world.mention(name, COMPLAINT, rating=1, published_at=at, author_key=author(1)))
        screen(world)

    assert copies(world) == {"late": "early", "later": "early", "middle": "early", "early": None}
    assert bands_kept(world) == {"early"}
    assert_tallies_are_true(world)


def test_when_the_original_is_gone_the_next_takes_its_place(world: World) -> None:
    world.keep(*(
        world.mention(str(n), COMPLAINT, rating=1, author_key=author(n), published_at=NOW + timedelta(hours=n))
        for n in range(3)
    ))  # fmt: skip
    screen(world)

    remove(world, "0")
    screen(world)

    assert copies(world) == {"0": None, "1": None, "2": "1"}
    assert suspects(world) == {}
    assert social(world) == Counts(0, 0, 1)
    assert_tallies_are_true(world)


def test_a_suspect_of_three_places_is_none_when_one_of_the_three_is_gone(world: World) -> None:
    world.keep(*(
        world.mention(str(n), COMPLAINT, rating=1, author_key=author(n), location=f"club{n}") for n in range(3)
    ))  # fmt: skip
    screen(world)
    assert len(suspects(world)) == 3

    remove(world, "1")
    screen(world)

    assert suspects(world) == {}
    assert social(world) == Counts(0, 0, 2)


def test_a_removed_original_that_comes_back_is_the_original_again(world: World) -> None:
    first = world.mention("first", COMPLAINT, rating=1, published_at=NOW - timedelta(days=1))
    world.keep(first, world.mention("second", COMPLAINT, rating=1))
    screen(world)
    remove(world, "first")
    screen(world)

    world.keep(first)
    screen(world)

    assert copies(world) == {"first": None, "second": "first"}


def test_an_edited_copy_is_a_voice_of_its_own_and_an_edited_original_no_original(world: World) -> None:
    first = world.mention("first", COMPLAINT, rating=1, published_at=NOW - timedelta(days=1))
    second = world.mention("second", COMPLAINT, rating=1)
    third = world.mention("third", COMPLAINT, rating=1, published_at=NOW + timedelta(days=1))
    world.keep(first, second, third)
    screen(world)

    world.keep(replace(first, text=PRAISE))
    screen(world)

    assert copies(world) == {"first": None, "second": None, "third": "second"}
    assert bands_kept(world) == {"first", "second"}
    world.keep(replace(third, text=PRAISE))
    screen(world)
    assert copies(world) == {"first": None, "second": None, "third": "first"}
    assert_tallies_are_true(world)


def test_screening_twice_changes_nothing(world: World) -> None:
    chance = random.Random(4)  # noqa: S311 - it makes texts
    texts = [sentence(chance) for _ in range(5)]
    world.keep(*(
        world.mention(str(n), chance.choice(texts), rating=1, author_key=author(chance.randrange(9))) for n in range(40)
    ))  # fmt: skip
    screen(world)
    before, kept = found(world), tallies(world)
    with world.db.write.begin() as session:
        session.execute(sa.update(Mention).values(screened_at=None))

    again = screen(world)

    assert (again.duplicates, again.suspects) == (0, 0)
    assert (found(world), tallies(world)) == (before, kept)
    assert screen(world) == Screened()


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_arrival_does_not_decide_who_has_a_voice(world: World, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    bases = [sentence(chance).split() for _ in range(2)]
    mentions = []
    for n in range(24):
        words = [word if chance.random() > 0.12 else chance.choice(WORDS) for word in chance.choice(bases)]
        place = chance.choice(["a", "a", "b", None])
        at = NOW + timedelta(hours=chance.randrange(400), minutes=n)
        mentions.append(world.mention(str(n), " ".join(words), rating=5, location=place, published_at=at))
    for some in (mentions[:9], mentions[9:]):
        world.keep(*chance.sample(some, len(some)))
        screen(world, page_size=4)
    in_pieces = {name for name, original in copies(world).items() if original is None}
    with world.db.write.begin() as session:
        session.execute(sa.delete(Shingle))
        session.execute(sa.update(Mention).values(screened_at=None, duplicate_of_id=None, suspicion=None))
        rebuild(session)

    screen(world)

    assert {name for name, original in copies(world).items() if original is None} == in_pieces
    assert 2 < len(in_pieces) < 24


def test_a_killed_run_goes_on_where_it_stopped(world: World) -> None:
    world.keep(*(world.mention(str(n), COMPLAINT, rating=1) for n in range(9)))

    def killed(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen_new(world.db, clock=lambda: NOW, advance=killed, page_size=3)
    assert unscreened(world.db) == 6

    assert screen(world).mentions == 6
    assert social(world) == Counts(0, 0, 1)


def test_brands_do_not_copy_from_each_other(world: World, db: Database) -> None:
    with db.write.begin() as session:
        other = World(db, add_brand(session, "other", name="Other", timezone="UTC", now=NOW))
    world.keep(world.mention("ours", COMPLAINT, rating=1))
    other.keep(other.mention("theirs", COMPLAINT, rating=1))

    assert screen(world) == Screened(mentions=2)


def a_year(world: World, *, a_week: int = 2) -> list[NewMention]:
    """Quiet weeks of praise and an occasional complaint in one club, each text and author its own."""
    chance = random.Random(9)  # noqa: S311
    return [
        world.mention(
            f"usual{week}-{n}", sentence(chance), rating=1 if (week + n) % 5 == 0 else 5, location="center",
            author_key=author(10_000 + 10 * week + n), published_at=NOW - timedelta(days=7 * week + 9 + n),
        )
        for week in range(20)
        for n in range(a_week)
    ]  # fmt: skip


def strangers(world: World, number: int, *, days: int = 1, ratings: Iterable[int] = (1,)) -> list[NewMention]:
    """So many new authors over so many days before now."""
    chance, given = random.Random(11), list(ratings)  # noqa: S311
    return [
        world.mention(
            f"new{n}", sentence(chance), rating=given[n % len(given)], location="center", author_key=author(n),
            published_at=NOW - timedelta(days=n % days),
        )
        for n in range(number)
    ]  # fmt: skip


def test_a_day_of_thirty_strangers_who_all_condemn_a_quiet_club_is_a_burst(world: World) -> None:
    world.keep(*a_year(world))
    screen(world)
    before = unsuspected(world)

    world.keep(*strangers(world, 30))
    done = screen(world)

    assert done.suspects == 30
    assert set(suspects(world).values()) == {"burst"}
    assert unsuspected(world) == before
    assert social(world) == before + Counts(0, 0, 30)
    assert_tallies_are_true(world)


def test_a_burst_is_found_though_the_newest_mentions_are_kept_first(world: World) -> None:
    world.keep(*strangers(world, 30))
    assert screen(world).suspects == 0

    world.keep(*a_year(world))

    assert screen(world).suspects == 30


def test_a_burst_is_found_though_its_club_is_found_older_than_its_past_reaches(world: World) -> None:
    first = world.mention("first", PRAISE, rating=5, location="center", published_at=NOW - timedelta(days=300))
    world.keep(*(one for one in a_year(world) if one.published_at > NOW - timedelta(days=50)), *strangers(world, 30))
    assert screen(world).suspects == 0

    world.keep(first)

    assert screen(world).suspects == 30


def test_a_run_killed_before_bursts_are_judged_loses_none(world: World) -> None:
    world.keep(*a_year(world), *strangers(world, 30))

    def killed(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen_new(world.db, clock=lambda: NOW, advance=killed)
    assert unscreened(world.db) == 0

    assert screen(world) == Screened(suspects=30)
    assert screen(world) == Screened()


def test_the_word_of_a_burst_is_awaited_from_the_labeller(world: World) -> None:
    world.keep(*a_year(world))
    world.keep(*(replace(one, rating=None) for one in strangers(world, 30)))
    world.label_all(Label.DETRACTOR)

    assert screen(world).suspects == 30


@pytest.mark.parametrize(
    ("number", "days", "ratings"),
    [
        pytest.param(25, 7, (1,), id="an incident of a week"),
        pytest.param(40, 1, (5, 5, 5, 1), id="an open day with the usual mix"),
        pytest.param(7, 1, (1,), id="a bad day"),
    ],
)
def test_customers_are_no_burst(world: World, number: int, days: int, ratings: tuple[int, ...]) -> None:
    world.keep(*a_year(world), *strangers(world, number, days=days, ratings=ratings))

    screen(world)

    assert suspects(world) == {}


def test_a_club_that_opened_last_week_has_no_usual_day(world: World) -> None:
    world.keep(*strangers(world, 40, ratings=(5,)))

    screen(world)

    assert suspects(world) == {}


def test_known_authors_are_no_part_of_a_burst(world: World) -> None:
    usual = a_year(world)
    back = [replace(one, author_key=usual[n].author_key) for n, one in enumerate(strangers(world, 40)) if n < 5]
    world.keep(*usual, *back, *strangers(world, 40)[5:])

    screen(world)

    assert set(suspects(world)) == {f"new{n}" for n in range(5, 40)}


def test_a_burst_that_loses_its_members_is_none(world: World) -> None:
    world.keep(*a_year(world), *strangers(world, 30))
    screen(world)

    remove(world, *(f"new{n}" for n in range(25)))
    screen(world)

    assert set(suspects(world)) <= {f"new{n}" for n in range(25)}
    assert_tallies_are_true(world)


def test_what_a_suspect_says_takes_no_voice_from_what_nobody_suspects(world: World) -> None:
    mine = author(1)
    world.keep(world.mention("own", PRAISE, rating=5, author_key=mine, published_at=NOW - timedelta(hours=9)))
    screen(world)
    before = unsuspected(world)

    bought = [world.mention(str(n), COMPLAINT, rating=1, author_key=author(n), location=f"c{n}") for n in range(2, 5)]
    world.keep(*bought, world.mention("bought", COMPLAINT, rating=1, author_key=mine))
    screen(world)

    assert suspects(world)["bought"] == "copies"
    assert unsuspected(world) == before == Counts(1, 0, 0)
    assert_tallies_are_true(world)


def test_a_burst_that_was_screened_before_its_labels_is_judged_once_it_has_them(world: World) -> None:
    end = NOW - timedelta(days=1)
    days = [end - timedelta(days=age) for age in range(3, 90, 3)]
    calm = [
        world.mention(f"u{n}", f"calm {n}", rating=5, author_key=f"u{n}", published_at=on) for n, on in enumerate(days)
    ]
    world.keep(*calm, *(world.mention(f"b{n}", f"rage {n}", author_key=f"b{n}", published_at=end) for n in range(30)))
    before = screen_new(world.db, clock=lambda: NOW)

    world.label_all(Label.DETRACTOR)
    after = screen_new(world.db, clock=lambda: NOW)

    assert (before.suspects, after.suspects) == (0, 30)
