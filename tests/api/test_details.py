"""What stands beside the rows of a report: why, who speaks, since when, the same persons, and all of it in words."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from core.labels import Label
from metrics.aspects import dictionary
from pipeline.imports import import_mentions
from pipeline.topics import tell_topics
from tests.builders import NOW, World

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "avtolotsman_maps.jsonl.gz"


@pytest.fixture
def told(spoken: World) -> World:
    """As `spoken`, with a complaint that only the public makes, and survey comments that do not."""
    spoken.keep(
        *(spoken.mention(f"dirt {i}", f"Грязно в раздевалке, день {i}", location="center", rating=1) for i in range(12))
    )
    spoken.answers([9] * 20, first_id=100, location="center", comment="Хорошие тренеры")
    spoken.label_all(Label.DETRACTOR)
    tell_topics(spoken.db, dictionary())
    return spoken


def test_what_the_survey_does_not_hear_comes_with_its_texts(client: TestClient, told: World) -> None:
    found = client.get(f"/v1/gaps/unsaid?brand={told.brand.slug}&lang=ru").json()

    first = found["topics"][0]
    assert (first["key"], first["topic"], first["survey_share"], first["unsaid"]) == (
        "changing_rooms", "раздевалки", 0, True,
    )  # fmt: skip
    assert first["low"] > 0
    text = client.get(f"/v1/mentions/{first['evidence'][0]}").json()
    assert "changing_rooms" in text["topics"]


def test_what_the_survey_does_not_hear_can_be_had_as_a_file(client: TestClient, told: World) -> None:
    answer = client.get(f"/v1/gaps/unsaid?brand={told.brand.slug}&format=csv")

    first = next(csv.DictReader(answer.text.splitlines()))
    assert answer.headers["content-type"].startswith("text/csv")
    assert (first["key"], first["unsaid"]) == ("changing_rooms", "True")
    assert first["evidence"]


def test_a_row_that_is_worse_in_public_says_by_which_topics(client: TestClient, told: World) -> None:
    report = client.get(f"/v1/gaps?brand={told.brand.slug}&by=location&lang=ru").json()

    center = report["rows"][0]
    assert center["verdict"] == "worse_in_public"
    assert center["drivers"][0]["topic"] == "раздевалки"
    assert any("раздевалки" in sentence for sentence in report["summary"]["ru"])
    assert any("changing rooms" in sentence for sentence in report["summary"]["en"])


def test_details_come_where_they_are_asked_for(client: TestClient, told: World) -> None:
    brief = client.get(f"/v1/gaps?brand={told.brand.slug}").json()
    whole = client.get(f"/v1/gaps?brand={told.brand.slug}&details=true").json()

    assert brief["details"] is None
    assert whole["details"].keys() == {"who_speaks", "since", "why", "matched"}
    assert whole["details"]["matched"] is None
    assert [row["segment"]["month"] for row in whole["details"]["since"]["months"]] == ["2026-11"]


def test_a_report_by_topic_has_a_row_a_topic(client: TestClient, told: World) -> None:
    rows = client.get(f"/v1/gaps?brand={told.brand.slug}&by=topic").json()["rows"]

    by_topic = {row["segment"]["topic"]: row for row in rows}
    assert by_topic["changing_rooms"]["social"]["uncorrected_nps"] == -100
    assert by_topic["changing_rooms"]["survey"] is None
    assert by_topic["coaches"]["survey"]["nps"] == 100


def test_cut_by_topic_a_report_is_of_the_whole_months_within(client: TestClient, told: World) -> None:
    report = client.get(f"/v1/gaps?brand={told.brand.slug}&by=topic&from=2026-10-15&to=2026-12-10").json()

    assert (report["meta"]["from"], report["meta"]["to"]) == ("2026-11-01", "2026-12-01")
    assert "changing_rooms" in {row["segment"]["topic"] for row in report["rows"]}


def test_the_public_in_the_survey_s_mix_is_another_where_others_speak(client: TestClient, world: World) -> None:
    for place, score, stars, answers, voices in (("merry", 10, 5, 90, 10), ("sad", 2, 1, 10, 90)):
        world.answers([score] * answers, first_id=1000 * voices, location=place, channel="web")
        world.keep(
            *(world.mention(f"{place} {i}", f"{i}", location=place, rating=stars, channel="web") for i in range(voices))
        )

    found = client.get(f"/v1/gaps?brand={world.brand.slug}&details=true").json()

    who = found["details"]["who_speaks"]
    assert found["total"]["social"]["nps"] == pytest.approx(-80)
    assert who["raked"]["social"]["nps"] > 50
    assert who["raked"]["effective_voices"] < 100
    split = who["decompositions"]["location"]
    assert split["rate"]["value"] == pytest.approx(0, abs=0.01)
    assert split["mix"]["value"] == pytest.approx(-160, abs=0.01)


def test_a_month_that_turned_is_told_with_its_locations(client: TestClient, world: World) -> None:
    old = NOW - timedelta(days=31)
    world.keep(*(world.mention(f"old {i}", f"{i}", rating=5, location="center", published_at=old) for i in range(40)))
    world.keep(*(world.mention(f"new {i}", f"{i}", rating=1, location="center") for i in range(40)))

    found = client.get(f"/v1/gaps?brand={world.brand.slug}&details=true").json()

    since = found["details"]["since"]
    assert since["months"][-1]["change"]["social"]["value"] == pytest.approx(-200)
    assert since["months"][-1]["change"]["social"]["q"] < 0.01
    assert since["newest_by_location"]["value"] == pytest.approx(-200)


@pytest.mark.skipif(not SHARED.is_file(), reason="no real reviews here")
def test_platforms_that_disagree_are_shown_and_not_averaged_away(client: TestClient, world: World) -> None:
    columns = {"rating": "score", "channel": "platform", "published_at": "date"}
    import_mentions(world.db, world.brand.slug, SHARED, columns=columns, secret=b"x" * 32, clock=lambda: NOW)

    answer = client.get(f"/v1/gaps?brand={world.brand.slug}&by=location")

    rows = answer.json()["rows"]
    parted = [row["platforms"] for row in rows if row["platforms"] and row["platforms"]["disagree"]]
    assert any(
        {(one["channel"], one["nps"]) for one in found["channels"]} >= {("Google Maps", -100.0)} for found in parted
    )
    assert any("disagree" in sentence for sentence in answer.json()["summary"]["en"])
    table = client.get(f"/v1/gaps?brand={world.brand.slug}&by=location&format=csv").text
    assert "True" in {row["platforms_disagree"] for row in csv.DictReader(table.splitlines())}
