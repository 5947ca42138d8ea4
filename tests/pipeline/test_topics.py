"""The stage that tells topics."""

from pathlib import Path

import sqlalchemy as sa

from core.counts import Counts
from core.labels import CLASSES, Label, Side
from metrics.aspects import dictionary
from metrics.topics import topics_of
from metrics.unsaid import unsaid
from pipeline.sample.material import comments as comments_of_the_sample
from pipeline.sample.material import written
from pipeline.topics import TopicsTold, tell_topics, waiting
from store.database import Database
from store.models import MentionTopic
from store.surveys import NewResponse, keep_responses
from store.topics import topic_counts
from tests.builders import NOW, World

SHIPPED = dictionary()


def comments(world: World, text: str, number: int) -> None:
    """Promoters of Center who leave this comment."""
    answers = [
        NewResponse(
            channel_id=world.channel("tablet"),
            location_id=world.location("center"),
            native_id=f"{text} {at}",
            score=10,
            score_given=10,
            responded_at=NOW,
            comment=text,
        )
        for at in range(number)
    ]
    with world.db.write.begin() as session:
        keep_responses(session, world.brand, answers, now=NOW)


def test_topics_are_told_of_mentions_and_answers_and_only_once(db: Database, world: World) -> None:
    world.keep(world.mention("1", "В раздевалке лужи"), world.mention("2", "The pool is lovely"))
    world.answers([10, 9, 3])
    seen: list[int] = []

    before = waiting(db, SHIPPED)
    first = tell_topics(db, SHIPPED, advance=seen.append)
    second = tell_topics(db, SHIPPED)

    assert (before, waiting(db, SHIPPED)) == (5, 0)
    assert (first, second) == (TopicsTold(mentions=2, responses=3), TopicsTold())
    assert sum(seen) == 5
    with db.read() as session:
        told = set(session.scalars(sa.select(MentionTopic.topic)))
    assert {"changing_rooms", "cleanliness", "pool", "stage:place"} <= told


def test_a_new_mention_alone_is_read_again_and_a_new_dictionary_reads_all(
    db: Database, world: World, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[climbing]\nname = {ru = "скалодром", en = "climbing"}\nlemmas.en = ["climb*"]\n', encoding="utf-8")
    world.keep(world.mention("1", "The climbing wall is closed"))
    tell_topics(db, SHIPPED)
    world.keep(world.mention("2", "loud"))

    added = tell_topics(db, SHIPPED)
    again = tell_topics(db, dictionary(own))

    assert (added.mentions, again.mentions) == (1, 2)
    with db.read() as session:
        assert "climbing" in set(session.scalars(sa.select(MentionTopic.topic)))


def test_an_edited_text_is_read_again(db: Database, world: World) -> None:
    world.keep(world.mention("1", "loud music"))
    tell_topics(db, SHIPPED)
    world.keep(world.mention("1", "dirty showers"))

    told = tell_topics(db, SHIPPED)

    assert told.mentions == 1
    with db.read() as session:
        topics = set(session.scalars(sa.select(MentionTopic.topic)))
    assert "showers" in topics
    assert "noise" not in topics


def test_what_the_tallies_count_tells_what_is_unsaid(db: Database, world: World) -> None:
    world.keep(*(world.mention(str(number), "Грязно в раздевалке", location="center") for number in range(12)))
    world.label_all(Label.DETRACTOR)
    comments(world, "Тренеры супер", 12)

    tell_topics(db, SHIPPED)

    with db.read() as session:
        both = topic_counts(session, world.brand, ("location",))[("center",)]
    first = unsaid(both[Side.SOCIAL], both[Side.SURVEY])[0]
    assert (first.topic, first.public_n, first.survey_n) == ("changing_rooms", 12, 12)
    assert first.is_unsaid


def test_of_the_sample_chain_changing_rooms_come_first_at_center() -> None:
    heard: dict[str, Counts] = {}
    told: dict[str, Counts] = {}
    said = [(heard, one.label, one.text) for one in written() if one.location == "center" and one.label in CLASSES]
    said += [(told, one.label, one.text) for one in comments_of_the_sample() if one.location == "center"]

    for side, label, text in said:
        for topic in {"", *topics_of(text, None, SHIPPED)}:
            side[topic] = side.get(topic, Counts()) + Counts(*(int(label is known) for known in CLASSES))
    first, *_, last = unsaid(heard, told)

    assert (first.topic, first.is_unsaid) == ("changing_rooms", True)
    assert not last.is_unsaid
