"""Labelling reads each text once, goes on where it was killed, and the tallies follow."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from core.counts import Counts
from pipeline.labelling import Labelled, label_new, waiting
from sentiment import Labeller, Opinion
from sentiment.fakes import KeywordLabeller
from store.models import MentionLabel
from store.segments import segments
from tests.builders import NOW, World


class Counting:
    """Passes texts on to the keywords and remembers them; may be killed after some calls."""

    def __init__(self, version: str = "keywords-1", calls: int = 1_000) -> None:
        self.version, self._calls, self.read = version, calls, list[str]()

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        if self._calls == 0:
            raise KeyboardInterrupt
        self._calls -= 1
        self.read += texts
        return KeywordLabeller().score(texts)


def label(world: World, labeller: Labeller, *, everything: bool = False) -> Labelled:
    return label_new(world.db, labeller, clock=lambda: NOW, everything=everything)


def test_labels_reach_the_report(world: World) -> None:
    world.keep(
        world.mention("1", "Отличный клуб"), world.mention("2", "Dirty showers"), world.mention("3", "Opening hours?")
    )

    done = label(world, KeywordLabeller())

    with world.db.read() as session:
        [total] = segments(session, world.brand, ())
    assert done == Labelled(mentions=3, texts_read=3)
    assert (total.social, total.mentions) == (Counts(1, 0, 1), 3)


def test_the_same_text_is_read_once_in_a_run_and_never_again(world: World) -> None:
    world.keep(world.mention("1", "great"), world.mention("2", "great"), world.mention("3", "bad"))
    labeller = Counting()

    first = label(world, labeller)
    world.keep(world.mention("4", "great"))
    second = label(world, labeller)

    assert (first, second) == (Labelled(3, 2), Labelled(1, 0))
    assert sorted(labeller.read) == ["bad", "great"]


def test_an_answer_is_read_beside_its_question_and_again_beside_another(world: World) -> None:
    world.keep(
        world.mention("1", "nothing", question="What did you like?"),
        world.mention("2", "nothing", question="What should we change?"),
        world.mention("3", "nothing"),
    )
    labeller = Counting()

    assert label(world, labeller) == Labelled(mentions=3, texts_read=3)
    assert sorted(labeller.read) == [
        "Q: What did you like? A: nothing",
        "Q: What should we change? A: nothing",
        "nothing",
    ]


def test_a_question_that_is_told_later_has_the_answer_read_again(world: World) -> None:
    world.keep(world.mention("1", "nothing"))
    label(world, KeywordLabeller())

    kept = world.keep(world.mention("1", "nothing", question="What should we change?"))

    assert kept.changed == 1
    assert waiting(world.db, KeywordLabeller(), clock=lambda: NOW) == 1
    assert world.keep(world.mention("1", "nothing")).unchanged == 1


def test_nothing_new_is_nothing_to_do(world: World) -> None:
    world.keep(world.mention("1", "great"))
    label(world, KeywordLabeller())

    assert label(world, KeywordLabeller()) == Labelled()
    assert waiting(world.db, KeywordLabeller(), clock=lambda: NOW) == 0


def test_a_killed_run_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.labelling.PAGE", 10)
    world.keep(*(world.mention(str(n), f"great {n}") for n in range(35)))
    with pytest.raises(KeyboardInterrupt):
        label(world, Counting(calls=2))

    rest = Counting()
    label(world, rest)

    assert len(rest.read) == 15
    with world.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(MentionLabel)) == 35


def test_a_new_version_reads_everything_and_counts_once(world: World) -> None:
    world.keep(world.mention("1", "great"), world.mention("2", "bad"))
    label(world, Counting(version="one"))

    done = label(world, Counting(version="two"))

    with world.db.read() as session:
        [total] = segments(session, world.brand, ())
    assert done.texts_read == 2
    assert total.social == Counts(1, 0, 1)


def test_all_reads_again_what_the_same_version_has_read(world: World) -> None:
    world.keep(world.mention("1", "great"))
    label(world, KeywordLabeller())

    again = Counting()
    label(world, again, everything=True)

    assert again.read == ["great"]
