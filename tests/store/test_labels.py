"""Labelling finds what waits, page by page, and survives whatever happens in between."""

from dataclasses import replace

import sqlalchemy as sa

from core.labels import Label
from store.labels import NewLabel, count_waiting, known_labels, labeller_id, waiting_pages, write_labels
from store.models import Mention
from tests.builders import NOW, World


def model_of(world: World, version: str = "test-1") -> int:
    with world.db.write.begin() as session:
        return labeller_id(session, version, now=NOW)


def waiting_count(world: World, model: int) -> int:
    with world.db.read() as session:
        return count_waiting(session, model)


def test_pages_hold_every_waiting_mention_once(world: World) -> None:
    world.keep(*(world.mention(str(n), f"text {n}") for n in range(25)))

    pages = list(waiting_pages(world.db.read, model_of(world), size=10))

    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({one.id for page in pages for one in page}) == 25


def test_nothing_waits_after_labelling_and_all_waits_for_a_new_model(world: World) -> None:
    world.keep(*(world.mention(str(n)) for n in range(3)))
    world.label_all(Label.PASSIVE, version="one")

    assert waiting_count(world, model_of(world, "one")) == 0
    assert waiting_count(world, model_of(world, "two")) == 3
    assert len(list(waiting_pages(world.db.read, model_of(world, "one"), size=10, everything=True))) == 1


def test_a_mention_edited_while_it_was_read_waits_for_the_next_round(world: World) -> None:
    review = world.mention("r1", "before")
    world.keep(review)
    model = model_of(world)
    (page,) = waiting_pages(world.db.read, model, size=10)
    world.keep(replace(review, text="after"))

    with world.db.write.begin() as session:
        old = page[0]
        written = write_labels(
            session, model, [NewLabel(old.id, old.content_hash, 0.1, 0.1, 0.8, 0.9, Label.DETRACTOR, "en")]
        )

    assert written == 0
    assert waiting_count(world, model) == 1


def test_a_text_that_was_read_before_is_known(world: World) -> None:
    world.keep(world.mention("r1", "same"), world.mention("r2", "same"), world.mention("r3", "other"))
    world.label_all(Label.DETRACTOR)

    with world.db.read() as session:
        hashes = list(session.scalars(sa.select(Mention.content_hash).distinct()))
        known = known_labels(session, model_of(world), [*hashes, "unknown"])

    assert set(known) == set(hashes)
    assert {label.label for label in known.values()} == {Label.DETRACTOR}


def test_a_language_given_by_the_source_is_kept(world: World) -> None:
    world.keep(world.mention("r1", language="ru"), world.mention("r2"))

    world.label_all(Label.PASSIVE)

    with world.db.read() as session:
        assert list(session.scalars(sa.select(Mention.language).order_by(Mention.id))) == ["ru", "en"]
