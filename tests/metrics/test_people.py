from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.people import People, people

links = st.lists(st.tuples(st.integers(0, 7).map("c{}".format), st.integers(0, 9).map("k{}".format)), max_size=30)


def joined(*pairs: tuple[str, str], **limits: int) -> People:
    return people([customer for customer, _ in pairs], [key for _, key in pairs], **limits)


def groups(found: People) -> set[frozenset[str]]:
    persons: dict[str, set[str]] = {}
    for key, person in found.as_dict().items():
        persons.setdefault(person, set()).add(key)
    return {frozenset(keys) for keys in persons.values()}


def test_customers_who_share_an_identifier_are_one_person() -> None:
    found = joined(("anna", "mail"), ("anna-2", "mail"), ("anna-2", "maps"), ("boris", "phone"))

    assert found.as_dict() == {"anna": "anna", "anna-2": "anna", "mail": "anna", "maps": "anna"} | {
        "boris": "boris",
        "phone": "boris",
    }
    assert found.n == 2


def test_nobody_is_nobody() -> None:
    found = joined()

    assert (found.as_dict(), found.n, len(found.shared), len(found.undone)) == ({}, 0, 0, 0)


def test_the_telephone_of_the_reception_joins_nobody_and_is_nobodys() -> None:
    found = joined(*[(f"c{at}", "reception") for at in range(6)], ("c0", "mail"), ("c1", "mail"))

    assert found.shared.tolist() == [b"reception"]
    assert "reception" not in found.as_dict()
    assert groups(found) == {frozenset({"c0", "c1", "mail"})} | {frozenset({f"c{at}"}) for at in range(2, 6)}


def test_a_family_shares_a_telephone() -> None:
    assert joined(*[(f"c{at}", "home") for at in range(5)]).n == 1


def test_a_chain_that_runs_away_is_undone_and_its_customers_keep_what_is_theirs_alone() -> None:
    chain = [pair for at in range(30) for pair in ((f"c{at:02}", f"k{at:02}"), (f"c{at:02}", f"k{at + 1:02}"))]

    found = joined(*chain, ("c07", "own"), ("other", "mail"))

    assert len(found.undone) == 30
    assert found.n == 31
    assert frozenset({"c07", "own"}) in groups(found)
    assert frozenset({"other", "mail"}) in groups(found)
    assert "k07" not in found.as_dict()


def test_a_group_of_just_the_limit_is_joined() -> None:
    pairs = [("c", f"k{at}") for at in range(3)]

    assert joined(*pairs, most_keys=4).n == 1
    assert joined(*pairs, ("d", "k0"), most_keys=4).undone.tolist() == [b"c", b"d"]


def test_every_identifier_needs_a_customer() -> None:
    with pytest.raises(ValueError, match="one customer"):
        people(["a", "b"], ["k"])


@settings(deadline=None)
@given(links, st.randoms())
def test_order_and_repetition_do_not_count(pairs: list[tuple[str, str]], random: Random) -> None:
    shuffled = [*pairs, *pairs[:5]]
    random.shuffle(shuffled)

    assert (
        joined(*shuffled, most_customers=3, most_keys=8).as_dict()
        == joined(*pairs, most_customers=3, most_keys=8).as_dict()
    )


@settings(deadline=None)
@given(links)
def test_persons_are_the_groups_that_one_finds_by_joining_pair_by_pair(pairs: list[tuple[str, str]]) -> None:
    sets = {name: {name} for pair in pairs for name in pair}
    for customer, key in pairs:
        both = sets[customer] | sets[key]
        sets |= dict.fromkeys(both, both)

    found = joined(*pairs, most_customers=99, most_keys=99)

    assert found.as_dict() == {name: min(group) for name, group in sets.items()}


@settings(deadline=None)
@given(links)
def test_every_customer_has_a_person_and_no_person_is_too_large(pairs: list[tuple[str, str]]) -> None:
    found = joined(*pairs, most_customers=2, most_keys=5)

    assert {customer for customer, _ in pairs} <= found.as_dict().keys()
    alone = {name.decode() for name in found.undone.tolist()}
    assert all(len(group) <= 5 or len(group & alone) == 1 for group in groups(found))


@settings(deadline=None)
@given(links, links)
def test_what_is_taken_back_leaves_no_trace(kept: list[tuple[str, str]], taken: list[tuple[str, str]]) -> None:
    both = [*kept, *taken]

    left = [pair for pair in both if pair not in taken or pair in kept]

    assert joined(*left).as_dict() == joined(*kept).as_dict()
