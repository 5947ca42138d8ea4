"""The sample chain goes through the ordinary stages and comes out as it was planted."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipeline.cli import app
from store.database import open_database
from store.models import Mention


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    run("demo", "--no-serve", "--dir", str(folder))
    return folder


@pytest.fixture
def demo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AFTERWORD_DATABASE_URL", f"sqlite:///{folder / 'demo.db'}")
    return folder


@pytest.mark.usefixtures("demo")
def test_the_club_with_the_changing_rooms_is_found_and_the_others_are_not_accused() -> None:
    rows = json.loads(run("report", "--brand", "sunflower", "--by", "location", "--json"))["rows"]

    verdicts = {row["segment"]["location"]: row["verdict"] for row in rows}

    assert verdicts["center"] == "worse_in_public"
    assert verdicts["riverside"] == "no_evidence"
    assert verdicts["garden"] == "too_few"


@pytest.mark.usefixtures("demo")
def test_the_changing_rooms_come_first_among_what_the_survey_does_not_hear() -> None:
    report = json.loads(run("report", "--brand", "sunflower", "--location", "center", "--json"))

    first = report["details"]["why"]["topics"][0]
    assert (first["key"], first["topic"], first["unsaid"], first["survey_share"]) == (
        "changing_rooms", "раздевалки", True, 0,
    )  # fmt: skip
    assert report["total"]["drivers"][0]["key"] == "changing_rooms"
    assert any("раздевалки" in sentence for sentence in report["summary"]["ru"])


@pytest.mark.usefixtures("demo")
def test_the_burst_pipe_raises_one_alert_at_its_club() -> None:
    [alert] = json.loads(run("alerts", "--brand", "sunflower", "--json"))

    assert alert["location"] == "center"
    assert alert["opened_on"] in {"2026-10-24", "2026-10-25"}


def test_a_second_demo_adds_nothing(demo: Path) -> None:
    said = run("demo", "--no-serve", "--dir", str(demo))

    assert " 0 new mentions, 0 labelled, 0 alerts opened" in said


def test_no_author_is_stored_by_name(demo: Path) -> None:
    db = open_database(f"sqlite:///{demo / 'demo.db'}")
    with db.read() as session:
        keys = session.scalars(sa.select(Mention.author_key).where(Mention.author_key.is_not(None))).all()
    db.close()

    assert len(keys) > 400
    assert all(len(key or "") == 32 for key in keys)
