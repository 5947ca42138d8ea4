"""The command line as its users meet it: what it prints, what it refuses, and how."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.errors import AfterwordError
from pipeline.cli import app


class Terminal:
    """A user's terminal in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def type(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    def ok(self, *words: str) -> str:
        done = self.type(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def refused(self, *words: str) -> str:
        """What `main` would print before it exits with 1."""
        done = self.type(*words)
        assert isinstance(done.exception, AfterwordError), done.output
        return str(done.exception)

    def write(self, name: str, text: str, encoding: str = "utf-8") -> str:
        (self.folder / name).write_text(text, encoding=encoding)
        return name


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path)


@pytest.fixture
def terminal(bare: Terminal) -> Terminal:
    bare.ok("db", "upgrade")
    bare.ok("brand", "add", "acme", "--name", "Acme", "--timezone", "Europe/Moscow")
    bare.ok("location", "add", "acme", "center", "--name", "Center")
    return bare


def survey(promoters: int, passives: int, detractors: int, place: str = "center") -> str:
    scores = [10] * promoters + [8] * passives + [2] * detractors
    return "score,location,responded_at\n" + "".join(f"{score},{place},2026-10-05\n" for score in scores)


def reviews(*stars: int, place: str = "center") -> str:
    lines = (f"r{n},{star},{place},maps,2026-10-06\n" for n, star in enumerate(stars))
    return "id,rating,location,channel,published_at\n" + "".join(lines)


def test_a_database_whose_schema_is_behind_says_what_to_do(bare: Terminal) -> None:
    assert "afterword db upgrade" in bare.refused("brand", "list")


def test_what_was_added_is_listed(terminal: Terminal) -> None:
    assert json.loads(terminal.ok("brand", "list", "--json")) == [
        {"slug": "acme", "name": "Acme", "timezone": "Europe/Moscow"}
    ]
    assert "Center" in terminal.ok("location", "list", "acme")


def test_the_worked_example_gives_30(terminal: Terminal) -> None:
    terminal.ok("import", "survey", terminal.write("s.csv", survey(500, 300, 200)), "--brand", "acme")

    total = json.loads(terminal.ok("report", "--brand", "acme", "--format", "json"))["total"]

    assert total["survey"]["nps"] == 30
    assert total["survey"]["n"] == 1000
    assert total["verdict"] == "too_few"


def test_the_report_compares_both_sides_by_place(terminal: Terminal) -> None:
    terminal.ok("import", "survey", terminal.write("s.csv", survey(30, 10, 5)), "--brand", "acme")
    terminal.ok("import", "mentions", terminal.write("m.csv", reviews(*[1] * 30, 5)), "--brand", "acme")

    [row] = json.loads(terminal.ok("report", "--brand", "acme", "--by", "location", "--json"))["rows"]

    assert row["segment"] == {"location": "center"}
    assert row["verdict"] == "worse_in_public"
    assert row["gap"]["value"] == pytest.approx(row["social"]["nps"] - row["survey"]["nps"], abs=0.02)
    assert row["social"]["voices"] == 31


@pytest.mark.parametrize("form", ["table", "csv", "html", "xlsx"])
def test_every_format_is_written(terminal: Terminal, form: str) -> None:
    terminal.ok("import", "survey", terminal.write("s.csv", survey(30, 10, 5)), "--brand", "acme")

    terminal.ok("report", "--brand", "acme", "--by", "location", "--format", form, "--output", "report")

    content = (terminal.folder / "report").read_bytes()
    marks = {"table": b"survey NPS", "csv": b"survey_nps", "html": b"<!doctype html", "xlsx": b"PK"}
    assert marks[form] in content.lower() or marks[form] in content


def test_csv_has_a_row_a_segment_and_the_total_last(terminal: Terminal) -> None:
    terminal.ok("import", "survey", terminal.write("s.csv", survey(3, 1, 1)), "--brand", "acme")

    rows = list(
        csv.DictReader(io.StringIO(terminal.ok("report", "--brand", "acme", "--by", "location", "--format", "csv")))
    )

    assert [(row["row"], row["location"]) for row in rows] == [("segment", "center"), ("total", "")]


def test_bad_rows_are_reported_and_good_rows_go_in(terminal: Terminal) -> None:
    name = terminal.write("s.csv", "score,responded_at\n9,2026-10-05\n11,2026-10-05\n8,the day before\n")

    result = json.loads(terminal.ok("import", "survey", name, "--brand", "acme", "--json"))

    assert (result["added"], result["refused"]) == (1, 2)
    errors = (terminal.folder / "s.csv.errors.csv").read_text()
    assert "11" in errors
    assert "the day before" in errors


def test_a_windows_csv_with_russian_columns_is_read(terminal: Terminal) -> None:
    name = terminal.write("m.csv", "Отзыв;Оценка;Дата\nВ раздевалке грязно;2;05.10.2026\n", "cp1251")

    result = json.loads(terminal.ok("import", "mentions", name, "--brand", "acme", "--map", "text=Отзыв", "--json"))

    assert result["added"] == 1


def test_labels_reach_the_report_through_the_shipped_model(terminal: Terminal) -> None:
    texts = [
        "Отличный клуб, всем рекомендую!",
        "Ужасно грязные раздевалки, больше не приду",
        "Terrible service, avoid.",
    ]
    name = terminal.write("m.csv", "text\n" + "".join(f'"{text}"\n' for text in texts))
    terminal.ok("import", "mentions", name, "--brand", "acme")

    terminal.ok("label")

    report = json.loads(terminal.ok("report", "--brand", "acme", "--json"))
    assert report["total"]["social"]["uncorrected_nps"] == pytest.approx(-100 / 3, abs=0.01)
    assert report["meta"]["estimator"] == "corrected for the labeller's errors"
    assert {rule["chosen_on"] for rule in report["meta"]["estimators"]} == {"shipped"}
    assert [one["key"] for one in report["details"]["why"]["topics"]] == []  # nobody answered the survey
    assert report["summary"]["ru"]


def test_a_key_is_printed_once(terminal: Terminal) -> None:
    assert terminal.ok("key", "add", "dashboard", "--role", "viewer", "--brand", "acme").startswith("aw_")
    assert "already" in terminal.refused("key", "add", "dashboard", "--role", "viewer")


def test_feeds_are_added_paused_resumed_and_removed(terminal: Terminal) -> None:
    terminal.ok("feed", "add", "schema_org", "https://x.example/r", "--brand", "acme", "--channel", "maps")

    terminal.ok("feed", "pause", "1")
    [feed] = json.loads(terminal.ok("feed", "list", "--json"))
    terminal.ok("feed", "pause", "1", "--resume")
    terminal.ok("feed", "remove", "1")

    assert (feed["kind"], feed["target"], feed["paused"]) == ("schema_org", "https://x.example/r", True)
    assert json.loads(terminal.ok("feed", "list", "--json")) == []


def test_alerts_are_shown_and_history_can_be_replayed(terminal: Terminal) -> None:
    quiet = [f"q{n},5,maps,2026-{8 + n // 30:02}-{n % 30 + 1:02}\n" for n in range(80)]
    burst = [f"b{n},1,maps,2026-10-25\n" for n in range(9)]
    name = terminal.write("m.csv", "id,rating,channel,published_at\n" + "".join(quiet + burst))
    terminal.ok("import", "mentions", name, "--brand", "acme")

    before = json.loads(terminal.ok("alerts", "--check", "--as-of", "2026-10-24T12:00:00Z", "--json"))
    after = json.loads(terminal.ok("alerts", "--check", "--as-of", "2026-10-25T18:00:00Z", "--json"))

    assert before == []
    assert [(alert["brand"], alert["opened_on"]) for alert in after] == [("acme", "2026-10-25")]
    assert "9 of 9 negative" in terminal.ok("alerts", "--brand", "acme")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("report", "--brand", "nobody"), "no brand 'nobody'"),
        (("report", "--brand", "acme", "--by", "weather"), "weather"),
        (("report", "--brand", "acme", "--from", "yesterday"), "--from"),
        (("alerts", "--check", "--as-of", "noon"), "--as-of"),
        (("location", "add", "acme", "center"), "already"),
        (("brand", "add", "acme", "--name", "Again"), "already"),
        (("brand", "add", "mars", "--name", "Mars", "--timezone", "Mars/Base"), "time zone"),
        (("feed", "add", "carrier_pigeon", "x", "--brand", "acme", "--channel", "c"), "carrier_pigeon"),
        (("feed", "add", "schema_org", "https://otzovik.com/reviews/acme/", "--brand", "acme"), "captcha"),
        (("feed", "pause", "7"), "no feed 7"),
        (("crawl", "--brand", "nobody"), "no brand"),
        (("run", "--brand", "nobody"), "no brand"),
        (("watch", "ftp://x.example/reviews", "--brand", "acme"), "http"),
        (("watch", "https://x.example/r", "--brand", "acme", "--location", "nowhere"), "nowhere"),
        (("import", "mentions", "missing.csv", "--brand", "acme"), "missing.csv"),
        (("import", "mentions", "missing.csv", "--brand", "acme", "--map", "text"), "--map"),
        (("model", "evaluate", "missing.jsonl"), "missing.jsonl"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    assert reason in terminal.refused(*words)


def test_a_wrong_setting_is_named(bare: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERWORD_CYCLE_MINUTES", "soon")

    assert "AFTERWORD_CYCLE_MINUTES" in bare.refused("brand", "list")


def test_the_labeller_is_measured_on_a_file(terminal: Terminal) -> None:
    lines = [
        {"text": "Отличный сервис, всем рекомендую!", "nps": "promoter", "lang": "ru"},
        {"text": "Horrible, dirty and rude. Never again.", "nps": "detractor", "lang": "en"},
        {"text": "no class here"},
    ]
    name = terminal.write("t.jsonl", "".join(json.dumps(line) + "\n" for line in lines))

    result = json.loads(terminal.ok("model", "evaluate", name, "--json"))

    assert (result["n"], result["accuracy"]) == (2, 1.0)
    assert set(result["by_language"]) == {"en", "ru"}
    assert "macro_f1" in terminal.ok("model", "evaluate", name)


def test_the_labeller_is_measured_by_columns_and_on_what_is_an_opinion(terminal: Terminal) -> None:
    lines = [
        {"text": "Отличный сервис, всем рекомендую!", "nps": "promoter", "place": "maps", "felt": True},
        {"text": "Horrible, dirty and rude. Never again.", "nps": "detractor", "place": "posts", "felt": "true"},
        {"text": "Bank X raises its key rate from Monday, the press office says.", "place": "posts", "felt": 0.05},
        {"text": "Neither of the two is known of this one", "place": "posts"},
    ]
    name = terminal.write("t.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    options = ("--by", "place", "--opinion-class", "felt")

    result = json.loads(terminal.ok("model", "evaluate", name, *options, "--json"))

    assert {place: part["n"] for place, part in result["by"]["place"].items()} == {"maps": 1, "posts": 1}
    assert (result["n"], result["opinion"]["n"], result["opinion"]["opinions"]) == (2, 3, 2)
    assert result["by"]["place"]["posts"]["opinion"]["n"] == 2
    for words in ("sensitivity", "confidence", "maps"):
        assert words in terminal.ok("model", "evaluate", name, *options)


def test_an_answer_is_measured_beside_the_question_of_its_row(terminal: Terminal) -> None:
    line = {"question": "Why did you give us this score?", "text": "more staff", "nps": "passive"}
    name = terminal.write("t.jsonl", json.dumps(line) + "\n")

    beside, alone = (
        json.loads(terminal.ok("model", "evaluate", name, *options, "--json")) for options in ((), ("--question", ""))
    )

    assert (beside["accuracy"], alone["accuracy"]) == (1.0, 0.0)


def test_a_file_of_opinions_needs_no_classes(terminal: Terminal) -> None:
    name = terminal.write("t.csv", "text,felt\nGreat place,yes\nShop opens at nine,no\n")

    result = json.loads(terminal.ok("model", "evaluate", name, "--opinion-class", "felt", "--json"))

    assert (result["n"], result["macro_f1"], result["opinion"]["n"]) == (0, None, 2)
    assert "auc" in terminal.ok("model", "evaluate", name, "--opinion-class", "felt")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--by", "city"), "'city'"),
        (("--opinion-class", "heat"), "'heat'"),
        (("--opinion-class", "felt"), "row 2: felt must be true or false"),
        (("--class", "stars"), "promoter, passive, detractor"),
    ],
)
def test_labelled_texts_that_cannot_be_measured_on_are_refused_by_name(
    terminal: Terminal, options: tuple[str, ...], reason: str
) -> None:
    name = terminal.write("t.csv", "text,nps,felt,stars\nGreat place,promoter,perhaps,5\n")

    assert reason in terminal.refused("model", "evaluate", name, *options)


def test_an_unknown_revision_is_not_upgraded_over(terminal: Terminal) -> None:
    with sqlite3.connect(terminal.folder / "var" / "afterword.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    assert "later" in terminal.refused("db", "upgrade")


def test_a_place_that_is_none_and_a_period_that_ends_first_are_refused(terminal: Terminal) -> None:
    assert "nowhere" in terminal.refused("report", "--brand", "acme", "--location", "nowhere")
    assert "--to" in terminal.refused("report", "--brand", "acme", "--from", "2026-10-02", "--to", "2026-10-01")


def test_a_report_of_an_unknown_channel_or_into_no_folder_says_so(terminal: Terminal) -> None:
    assert "no channel 'nope'" in terminal.refused("report", "--brand", "acme", "--channel", "nope")
    assert "cannot be written" in terminal.refused("report", "--brand", "acme", "--output", "nowhere/x.json", "--json")
