"""`source` and `feed` as their users meet them."""

import json
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.clock import now
from core.errors import AfterwordError
from crawlers.sources import SOURCES
from pipeline.cli import app
from store.database import open_database
from store.models import Feed
from store.runs import finish_run, keep_page, start_run


class Terminal:
    """A user's terminal in a folder with one brand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def type(self, *words: str, told: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=told)

    def ok(self, *words: str, told: str | None = None) -> str:
        done = self.type(*words, told=told)
        assert done.exit_code == 0, done.output
        return done.stdout

    def refused(self, *words: str, told: str | None = None) -> str:
        done = self.type(*words, told=told)
        assert isinstance(done.exception, AfterwordError), done.output
        return str(done.exception)

    def stored(self, query: str) -> list[tuple[str, ...]]:
        connection = sqlite3.connect(self.folder / "var" / "afterword.db")
        rows = connection.execute(query).fetchall()
        connection.close()
        return rows


@pytest.fixture
def terminal(tmp_path: Path, migrated_sqlite: bytes, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "afterword.db").write_bytes(migrated_sqlite)
    found = Terminal(tmp_path)
    found.ok("brand", "add", "acme", "--name", "Acme")
    return found


def of(rows: str, kind: str) -> dict[str, object]:
    [row] = [row for row in json.loads(rows) if row["kind"] == kind]
    return dict(row)


def test_every_source_is_listed_with_the_facts_about_it(terminal: Terminal) -> None:
    rows = json.loads(terminal.ok("source", "list", "--json"))

    assert [row["kind"] for row in rows] == sorted(SOURCES)
    facts = ("reads", "target", "terms", "fields", "limits", "tested")
    assert all(row[name] for row in rows for name in facts)
    assert "hacker_news" in terminal.ok("source", "list")


def test_a_key_is_kept_encrypted_and_listed_as_set(terminal: Terminal) -> None:
    said = terminal.ok("source", "key", "YouTube", "--brand", "acme", told="hunter2secret\n")

    assert "hunter2secret" not in said
    [(name, encrypted)] = terminal.stored("SELECT name, encrypted FROM source_key")
    assert (name, "hunter2secret" in encrypted) == ("youtube", False)
    assert of(terminal.ok("source", "list", "--json"), "youtube")["is_ready"] is False
    row = of(terminal.ok("source", "list", "--brand", "acme", "--json"), "youtube")
    assert (row["is_ready"], row["keys"][0]["is_set"]) == (True, True)  # type: ignore[index]


def test_a_key_of_the_environment_is_set_for_every_brand(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERWORD_KEY__YOUTUBE", "from the environment")

    assert of(terminal.ok("source", "list", "--json"), "youtube")["is_ready"] is True


def test_a_key_is_replaced_and_removed(terminal: Terminal) -> None:
    for value in ("first", "second"):
        terminal.ok("source", "key", "vk", "--brand", "acme", told=value)

    terminal.ok("source", "key", "vk", "--brand", "acme", "--remove")

    assert terminal.stored("SELECT name FROM source_key") == []
    assert "no key named 'vk'" in terminal.refused("source", "key", "vk", "--brand", "acme", "--remove")


@pytest.mark.parametrize(
    ("words", "told", "reason"),
    [
        (("source", "key", "youtoob", "--brand", "acme"), "x", "no source asks for a key 'youtoob': there are "),
        (("source", "key", "youtube", "--brand", "nobody"), "x", "no brand 'nobody'"),
        (("source", "key", "youtube", "--brand", "acme"), "  \n", "a key has 1 to 20000 characters"),
        (("source", "key", "youtube", "--brand", "acme"), "x" * 20_001, "a key has 1 to 20000 characters"),
        (("source", "list", "--brand", "nobody"), None, "no brand 'nobody'"),
        (("feed", "list", "--brand", "nobody"), None, "no brand 'nobody'"),
        (("feed", "add", "two_gis", "https://2gis.ru/x/firm/1", "--brand", "acme"), None, "AFTERWORD_GREY_SOURCES"),
        (("feed", "add", "schema_org", "https://otzovik.com/x", "--brand", "acme"), None, "refused: otzovik.com"),
        (("feed", "add", "hacker_news", "https://hn.algolia.com/", "--brand", "acme"), None, "give --query"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    terminal: Terminal, words: tuple[str, ...], told: str | None, reason: str
) -> None:
    assert reason in terminal.refused(*words, told=told)


def test_a_key_is_no_argument(terminal: Terminal) -> None:
    assert terminal.type("source", "key", "youtube", "hunter2", "--brand", "acme").exit_code == 2


def test_a_feed_without_its_key_is_added_and_says_what_it_needs(terminal: Terminal) -> None:
    done = terminal.type("feed", "add", "youtube", "https://youtu.be/dQw4w9WgXcQ", "--brand", "acme")

    assert done.exit_code == 0
    assert "feed 1: youtube https://www.youtube.com/watch?v=dQw4w9WgXcQ as channel youtube.com" in done.stdout
    assert "AFTERWORD_KEY__YOUTUBE" in done.stderr


def test_a_feed_is_listed_with_how_its_last_crawl_ended_and_what_it_brought(terminal: Terminal) -> None:
    terminal.ok("feed", "add", "schema_org", "https://x.example/r", "--brand", "acme", "--query", "acme -oil")
    db = open_database(f"sqlite:///{terminal.folder}/var/afterword.db")
    with db.write.begin() as session:
        run_id = start_run(session, 1, now=now())
        keep_page(session, session.get_one(Feed, 1), [], run_id=run_id, filtered=7, dropped=2, now=now())
        finish_run(session, run_id, outcome="blocked", is_success=False, detail="HTTP 403", now=now())
    db.close()

    [row] = json.loads(terminal.ok("feed", "list", "--json"))
    shown = " ".join(terminal.ok("feed", "list").split())

    assert (row["last_outcome"], row["last_detail"], row["failures"], row["query"]) == (
        "blocked",
        "HTTP 403",
        1,
        "acme -oil",
    )
    assert (row["last_counts"]["filtered"], row["last_counts"]["dropped"]) == (7, 2)
    assert datetime.fromisoformat(row["next_crawl_at"]) > datetime.fromisoformat(row["failing_since"])
    assert all(words in shown for words in ("blocked", "HTTP 403", "7 filtered", "2 dropped", "UTC"))


def test_an_ailing_source_stands_among_the_alerts(terminal: Terminal) -> None:
    terminal.ok("feed", "add", "youtube", "https://youtu.be/dQw4w9WgXcQ", "--brand", "acme")
    db = open_database(f"sqlite:///{terminal.folder}/var/afterword.db")
    with db.write.begin() as session:
        run_id = start_run(session, 1, now=now())
        finish_run(session, run_id, outcome="needs_key", is_success=False, detail="set a key", now=now())
    db.close()

    [alert] = json.loads(terminal.ok("alerts", "--check", "--json"))
    shown = " ".join(terminal.ok("alerts").split())

    assert (alert["kind"], alert["feed_id"], alert["evidence"]["outcome"]) == ("source_health", 1, "needs_key")
    assert all(words in shown for words in ("source_health", "needs_key since", "youtube.com"))
