"""Sources tell about themselves: the same facts in commands, over the API and in the docs."""

import pytest

from core.errors import Invalid
from crawlers.catalogue import BEGIN, END, require_key_name, source_rows, variable, written
from crawlers.refused import REFUSED
from crawlers.source import Tier
from crawlers.sources import SOURCES

DOCUMENT = f"# Data\n\n{BEGIN}\nold\n{END}\n\nafter\n"


def row(kind: str, known_keys: set[str] | None = None, grey: set[str] | None = None) -> dict[str, object]:
    return next(row for row in source_rows(known_keys or set(), grey or set()) if row["kind"] == kind)


def test_the_table_has_a_line_for_each_source_and_for_files() -> None:
    lines = written(DOCUMENT).splitlines()

    kinds = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert kinds == sorted(SOURCES)
    assert any(line.startswith("| import: ") for line in lines)


def test_every_line_of_the_table_has_all_its_cells() -> None:
    table = [line for line in written(DOCUMENT).splitlines() if line.startswith("|")]

    assert {line.replace("\\|", "").count("|") for line in table} == {9}


def test_what_is_refused_is_listed_with_its_reason_and_the_way_out() -> None:
    text = written(DOCUMENT)

    assert all(f"- **{one.title}**: {one.reason}. Instead: {one.way}." in text for one in REFUSED)


def test_what_stands_around_the_table_stays_and_twice_is_once() -> None:
    once = written(DOCUMENT)

    assert once.startswith("# Data\n\n")
    assert once.endswith("\n\nafter\n")
    assert written(once) == once


@pytest.mark.parametrize("document", ["", BEGIN, f"{END} {BEGIN}"])
def test_a_document_without_its_marks_is_refused(document: str) -> None:
    with pytest.raises(Invalid, match="has no lines"):
        written(document)


def test_a_source_is_ready_once_its_keys_are_set() -> None:
    needed = {key.name for key in SOURCES["youtube"].keys}

    assert (row("youtube")["is_ready"], row("youtube", needed)["is_ready"]) == (False, True)


@pytest.mark.parametrize("kind", [kind for kind, source in SOURCES.items() if source.tier is Tier.GREY])
def test_a_grey_source_is_off_until_somebody_switches_it_on(kind: str) -> None:
    keys = {key.name for key in SOURCES[kind].keys}

    assert row(kind, keys)["is_ready"] is row(kind)["is_on"] is False
    assert row(kind, keys, {kind})["is_ready"] is row(kind, grey={kind})["is_on"] is True


def test_a_key_that_no_source_asks_for_is_refused() -> None:
    with pytest.raises(Invalid, match=r"no source asks for a key 'you_tube': there are .*youtube"):
        require_key_name("you_tube")


def test_the_variable_of_a_key_is_that_of_the_settings() -> None:
    assert variable("app_store_connect_key_id") == "AFTERWORD_KEY__APP_STORE_CONNECT_KEY_ID"


@pytest.mark.parametrize("kind", SOURCES)
def test_the_facts_fit_a_table(kind: str) -> None:
    source = SOURCES[kind]
    facts = [source.title, source.target, source.terms, source.fields, source.limits, source.tested]

    assert all(fact and "\n" not in fact and "|" not in fact for fact in facts)
