"""`afterword import` and `customer forget` in the terminal: what was read as what, what was made, what comes back."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipeline.cli import app


def typed(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a brand, and nothing in it."""
    monkeypatch.chdir(tmp_path)
    typed("db", "upgrade")
    typed("brand", "add", "acme", "--name", "Acme")
    return tmp_path


def take(folder: Path, kind: str, content: str, *words: str) -> list[str]:
    (folder / "file.csv").write_text(content, encoding="utf-8")
    return typed("import", kind, "file.csv", "--brand", "acme", *words).stdout.splitlines()


def test_an_import_says_which_columns_it_read_which_it_ignored_and_what_it_made(folder: Path) -> None:
    said = take(folder, "mentions", "Отзыв;Клуб;Площадка;Кем обработан\nХорошо;Центр;maps;оператор\n")

    assert said[0] == "1 added, 0 changed, 0 there already"
    assert said[1:] == [
        "read: text from 'Отзыв', location from 'Клуб', channel from 'Площадка'",
        "ignored: 'Кем обработан'",
        "made locations: Центр",
        "made channels: maps",
    ]


def test_of_places_that_are_there_already_and_of_no_other_columns_nothing_is_said(folder: Path) -> None:
    take(folder, "mentions", "text,location,channel\nХорошо,Центр,maps\n")

    said = take(folder, "mentions", "text,location,channel\nПлохо,Центр,maps\n")

    assert said[1:] == ["read: text from 'text', location from 'location', channel from 'channel'"]


def test_programs_are_told_the_columns_too(folder: Path) -> None:
    said = take(folder, "survey", "score,date,Кто\n9,2026-10-01,Анна\n", "--json")

    result = json.loads("\n".join(said))
    assert result["columns"] == {"score": "score", "responded_at": "date"}
    assert result["ignored_columns"] == ["Кто"]
    assert result["created_channels"] == ["survey"]


def test_names_of_columns_are_shown_in_bounds_and_without_what_a_terminal_obeys(folder: Path) -> None:
    names = ["\x1b[31mred", "x" * 5_000, *(f"column {number}" for number in range(100))]

    said = take(folder, "mentions", ",".join(["text", *names]) + "\n" + ",".join(["a"] * 103) + "\n")

    ignored = next(line for line in said if line.startswith("ignored"))
    assert "\x1b" not in ignored
    assert ignored.endswith("and 62 more")
    assert len(ignored) < 1_000


def test_whoever_forgets_a_customer_is_warned_that_the_file_brings_them_back(folder: Path) -> None:
    take(folder, "customers", "customer,email\n17,anna@example.org\n")

    done = typed("customer", "forget", "17", "--brand", "acme")

    assert "1 identifiers erased" in done.stdout
    assert "brings their identifiers back" in done.stderr
    assert take(folder, "customers", "customer,email\n17,anna@example.org\n")[0].startswith("1 added")
