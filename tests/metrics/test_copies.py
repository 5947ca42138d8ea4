"""Copies are found whatever was edited for show, and who is the original does not depend on who came first."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.copies import (
    BANDS,
    MOST_A_BAND,
    SHORTEST,
    Settled,
    Text,
    alike,
    bands,
    jaccard,
    normalised,
    settle,
    sharing,
    shingles,
)

START = datetime(2026, 10, 1, tzinfo=UTC)
COMPLAINT = "The changing room smells of damp again and nobody has repaired the second shower since the spring."
PRAISE = "Персонал встречает как родных, вода в бассейне тёплая, а тренер Марина терпеливо объясняет каждое движение."
WORDS = [
    "pool", "desk", "towel", "coach", "locker", "shower", "music", "queue", "parking", "price", "smell", "light",
    "mirror", "card", "morning", "weekend",
]  # fmt: skip


def text(number: int, said: str, *, place: int | None = 1, hours: int = 0) -> Text:
    of_text = shingles(said)
    (of_bands,) = bands([of_text])
    return Text(number, place, START + timedelta(hours=hours), of_text, of_bands)


def settled(*texts: Text) -> dict[int, int | None]:
    return settle(texts, {}, {}).original_of


def settled_one_by_one(texts: list[Text]) -> dict[int, int | None]:
    """As a store does it: originals are remembered by band, copies of one that became a copy are settled again."""
    known: dict[int, int | None] = {}
    waiting, by_id = list(texts), {each.id: each for each in texts}
    while waiting:
        one = waiting.pop(0)
        originals = {each: by_id[each] for each, original in known.items() if original is None and each != one.id}
        held: dict[int, list[int]] = {}
        for original in originals.values():
            for band in original.bands:
                held.setdefault(band, []).append(original.id)
        found = settle([one], originals, held)
        waiting += [by_id[each] for each, original in known.items() if original in {*found.original_of} - {one.id}]
        known |= found.original_of
    return known


def test_what_is_edited_for_show_makes_no_other_text() -> None:
    shouted = f"  «{PRAISE.upper().replace('Ё', 'Е')}»!!!\n🙂"

    assert normalised(shouted) == normalised(PRAISE)
    assert alike(shingles(shouted), shingles(PRAISE))


def test_a_short_text_is_nobodys_copy() -> None:
    thanks = "Everything is great, thank you!"

    assert len(normalised(thanks)) < SHORTEST
    assert shingles(thanks) == frozenset()
    assert settled(text(1, thanks), text(2, thanks)) == {1: None, 2: None}


def test_texts_of_the_same_thing_are_not_alike() -> None:
    other = "The changing room is clean again and somebody has at last repaired the second lamp over the mirrors."

    assert not alike(shingles(COMPLAINT), shingles(other))


def test_the_jaccard_coefficient_of_an_example() -> None:
    assert jaccard(frozenset("abcd"), frozenset("bcde")) == pytest.approx(3 / 5)


@given(st.frozensets(st.text(min_size=1, max_size=2)), st.frozensets(st.text(min_size=1, max_size=2)))
def test_the_jaccard_coefficient_is_symmetric_and_a_share(one: frozenset[str], other: frozenset[str]) -> None:
    assert jaccard(one, other) == jaccard(other, one)
    assert 0 <= jaccard(one, other) <= 1
    assert jaccard(one, one) == (1 if one else 0)
    assert alike(one, other) == (jaccard(one, other) >= 0.6)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_of_the_web_has_a_signature_or_none(hostile: str) -> None:
    of_text = shingles(hostile)

    (found,) = bands([of_text])

    assert len(found) == (BANDS if of_text else 0)
    assert all(-(2**31) <= band < 2**31 for band in found)


def test_bands_of_equal_texts_are_equal_and_of_others_are_not() -> None:
    first, second, other = bands([shingles(COMPLAINT), shingles(COMPLAINT.upper()), shingles(PRAISE)])

    assert first == second
    assert not set(first) & set(other)


def test_a_band_tells_its_number_too() -> None:
    (found,) = bands([frozenset({"alone"})])

    assert len(set(found)) == BANDS


def test_alike_texts_share_bands_as_often_as_theory_says() -> None:
    shared = []
    for number in range(600):
        one = frozenset(f"{number}-{part}" for part in range(200))
        other = frozenset(f"{number}-{part}" for part in range(50, 250))
        first, second = bands([one, other])
        shared.append(len(set(first) & set(second)))

    assert np.mean(shared) == pytest.approx(20 * 0.6**5, rel=0.1)


def test_the_earliest_of_copies_is_the_original_of_all() -> None:
    late, early, middle = (text(number, COMPLAINT, hours=hours) for number, hours in ((1, 9), (2, 1), (3, 5)))

    assert settled(late, early, middle) == {1: 2, 2: None, 3: 2}


def test_of_copies_of_one_moment_the_first_kept_is_the_original() -> None:
    assert settled(text(2, COMPLAINT), text(1, COMPLAINT)) == {1: None, 2: 1}


def test_a_text_copied_to_another_place_is_another_voice_of_the_same_family() -> None:
    found = settle([text(1, COMPLAINT, place=1), text(2, COMPLAINT, place=2)], {}, {})

    assert found.original_of == {1: None, 2: None}
    assert found.families[2] == [1]


def test_a_post_of_no_place_is_the_copy_of_a_review_that_names_one() -> None:
    post, review = text(1, COMPLAINT, place=None, hours=0), text(2, COMPLAINT, place=7, hours=3)

    assert settled(post, review) == {1: 2, 2: None}


def test_copies_are_alike_their_own_original_and_make_no_chain() -> None:
    words = COMPLAINT.split()
    drifting = [text(number, " ".join(WORDS[:number] + words[number:]), hours=number) for number in range(len(words))]
    by_id = {each.id: each for each in drifting}

    found = settled(*drifting)

    copies = {one: original for one, original in found.items() if original is not None}
    assert copies
    assert len(set(found.values())) > 2
    assert all(found[original] is None for original in copies.values())
    assert all(alike(by_id[one].shingles, by_id[original].shingles) for one, original in copies.items())


def test_an_earlier_text_that_comes_later_takes_the_place_of_the_original() -> None:
    late, early = text(1, COMPLAINT, hours=5), text(2, COMPLAINT, hours=1)

    found = settle([early], {1: late}, {band: [1] for band in late.bands})

    assert found.original_of == {2: None, 1: 2}


def test_a_full_band_takes_no_more() -> None:
    page = [text(number, COMPLAINT, place=number) for number in range(MOST_A_BAND + 20)]

    found = settle(page, {}, {})

    assert len(found.shelved) == BANDS * MOST_A_BAND
    assert max(map(len, found.families.values())) == MOST_A_BAND


def test_texts_that_share_a_band_are_worth_a_look_once_each() -> None:
    held = {1: [10, 11], 2: [11], 4: [12]}

    assert list(sharing([1, 2, 3], held)) == [10, 11]


def test_nothing_settles_to_nothing() -> None:
    assert bands([]) == []
    assert settle([], {}, {}) == Settled()


def variants() -> st.SearchStrategy[list[str]]:
    """Texts of which some are edits of others, with all degrees of likeness."""
    word = st.sampled_from(WORDS)
    base = st.lists(word, min_size=10, max_size=16)
    edits = st.lists(st.tuples(st.integers(0, 15), word), max_size=6)

    def edited(words: list[str], changes: list[tuple[int, str]]) -> str:
        changed = dict(changes)
        return " ".join(changed.get(place, each) for place, each in enumerate(words))

    some = st.lists(base, min_size=1, max_size=2)
    return some.flatmap(lambda bases: st.lists(st.builds(edited, st.sampled_from(bases), edits), max_size=9))


@given(variants(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=150)
def test_who_is_an_original_does_not_depend_on_the_order_of_arrival(said: list[str], chance: random.Random) -> None:
    places = [chance.choice([1, 1, 2, None]) for _ in said]
    hours = chance.sample(range(100), len(said))
    texts = [text(n, each, place=places[n], hours=hours[n]) for n, each in enumerate(said)]
    shuffled = chance.sample(texts, len(texts))

    at_once, one_by_one = settled(*texts), settled_one_by_one(shuffled)

    assert {one for one, original in at_once.items() if original is None} == {
        one for one, original in one_by_one.items() if original is None
    }
