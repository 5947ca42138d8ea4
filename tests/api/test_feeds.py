"""Feeds over the API: what is crawled and how it fares, added by address, paused, removed; sources and their keys."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.app import create_app
from core.settings import Settings
from crawlers.sources import SOURCES
from store.feeds import find_feed
from store.keys import Role
from store.models import Brand, CrawlRun
from store.runs import finish_run, keep_page, start_run
from store.source_keys import set_source_key
from tests.api.conftest import ClientMaker, KeyMaker, problem
from tests.builders import NOW, World

CHANNEL = "https://t.me/acme"


@pytest.fixture
def analyst(client_of: ClientMaker, key: KeyMaker) -> TestClient:
    return client_of(Authorization=f"Bearer {key(Role.ANALYST)}")


def add(client: TestClient, **fields: Any) -> Any:
    return client.post("/v1/feeds", json={"brand": "sunflower", **fields})


def crawl(world: World, feed_id: int, outcome: str, detail: str | None = None) -> None:
    with world.db.write.begin() as session:
        run_id = start_run(session, feed_id, now=NOW)
        keep_page(session, find_feed(session, feed_id), [], run_id=run_id, filtered=3, now=NOW)
        finish_run(session, run_id, outcome=outcome, is_success=outcome == "ok", detail=detail, now=NOW)


def test_an_address_that_is_a_source_s_own_becomes_a_feed(analyst: TestClient, world: World) -> None:
    world.location("center")

    answer = add(
        analyst, url="https://www.t.me/s/acme?before=15", location="center", query='"acme gym" -oil', every_minutes=30
    )

    feed = answer.json()
    assert answer.status_code == 201
    assert (feed["kind"], feed["target"], feed["channel"]) == ("telegram", "https://t.me/s/acme", "t.me")
    assert (feed["location"], feed["query"], feed["every_minutes"]) == ("center", '"acme gym" -oil', 30)
    assert (feed["last_outcome"], feed["next_crawl_at"], feed["allows_private"]) == (None, None, False)
    assert analyst.get("/v1/feeds").json() == {"items": [feed], "next": None}


def test_a_source_and_a_target_become_a_feed_of_that_source(analyst: TestClient, world: World) -> None:
    feed = add(analyst, kind="schema_org", target="https://example.org/reviews", channel="site").json()

    assert (feed["kind"], feed["target"], feed["channel"]) == ("schema_org", "https://example.org/reviews", "site")
    assert world.channel("site")


def test_the_same_feed_again_is_the_same_feed(analyst: TestClient, world: World) -> None:
    first, second = (add(analyst, url=url) for url in (CHANNEL, "https://t.me/s/acme"))
    other = add(analyst, url=CHANNEL, query="acme")

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 201)
    assert first.json() == second.json()
    assert other.json()["id"] != first.json()["id"]
    assert world.brand


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "https://example.org/reviews"}, "`afterword watch https://example.org/reviews` does"),
        ({"url": "https://yandex.ru/maps/org/acme/1/reviews"}, "Yandex Maps answers crawlers with a captcha"),
        ({"url": "https://2gis.ru/vladivostok/firm/70000001012345678"}, "AFTERWORD_GREY_SOURCES=two_gis"),
        ({"url": "ftp://example.org/"}, "http:// or https://"),
        ({"url": "https://user:pass@example.org/"}, "name or password"),
        ({"url": "https://news.ycombinator.com/"}, "Hacker News is searched"),
        ({"url": CHANNEL, "query": '"not closed'}, "a phrase that is not closed"),
        ({"kind": "carrier_pigeon", "target": "https://example.org/"}, "no source 'carrier_pigeon'"),
        ({"kind": "schema_org", "target": "https://otzovik.com/reviews/acme/"}, "otzovik.com forbids crawlers"),
        ({"kind": "schema_org", "target": "http://127.0.0.1:8000/"}, "`afterword watch` alone"),
        ({"kind": "schema_org", "target": "http://169.254.169.254/latest/"}, "`afterword watch` alone"),
        ({"kind": "feed", "target": "http://localhost/feed.xml"}, "`afterword watch` alone"),
        ({"kind": "feed", "target": "http://0x7f.1/feed.xml"}, "`afterword watch` alone"),
        ({"url": "http://10.0.0.5/wp-json/wp/v2/comments"}, "`afterword watch` alone"),
        ({"url": CHANNEL, "kind": "telegram"}, "either url, or kind and target"),
        ({"kind": "telegram"}, "either url, or kind and target"),
        ({}, "either url, or kind and target"),
        ({"url": CHANNEL, "channel": " "}, "a slug has"),
        ({"url": CHANNEL, "every_minutes": 0}, "every_minutes"),
        ({"url": CHANNEL, "allows_private": True}, "allows_private"),
    ],
)
def test_what_cannot_be_added_is_422_and_says_why(analyst: TestClient, fields: dict[str, Any], words: str) -> None:
    answer = add(analyst, **fields)

    assert answer.status_code == 422
    assert words in problem(answer)["detail"]
    assert analyst.get("/v1/feeds").json()["items"] == []


@pytest.mark.usefixtures("world")
def test_an_unknown_location_is_404_and_leaves_no_channel_behind(analyst: TestClient) -> None:
    answer = add(analyst, url=CHANNEL, location="nowhere")

    assert answer.status_code == 404
    assert "nowhere" in problem(answer)["detail"]


def test_a_feed_shows_how_its_last_crawl_ended_and_when_it_is_read_again(analyst: TestClient, world: World) -> None:
    feed_id = add(analyst, url=CHANNEL).json()["id"]
    crawl(world, feed_id, "blocked", "HTTP 403")

    [feed] = analyst.get("/v1/feeds?brand=sunflower").json()["items"]

    assert (feed["last_outcome"], feed["last_detail"], feed["failures"]) == ("blocked", "HTTP 403", 1)
    assert (feed["failing_since"], feed["next_crawl_at"]) == ("2026-11-01T12:00:00Z", "2026-11-01T13:00:00Z")
    assert feed["last_counts"]["filtered"] == 3
    assert "cursor" not in feed


def test_a_feed_is_paused_and_resumed_and_read_more_rarely(analyst: TestClient, world: World) -> None:
    path = f"/v1/feeds/{add(analyst, url=CHANNEL).json()['id']}"

    paused = analyst.patch(path, json={"paused": True}).json()
    rarer = analyst.patch(path, json={"every_minutes": 1440}).json()
    resumed = analyst.patch(path, json={"paused": False}).json()
    unchanged = analyst.patch(path, json={}).json()

    assert [feed["paused"] for feed in (paused, rarer, resumed)] == [True, True, False]
    assert unchanged == resumed
    assert resumed["every_minutes"] == 1440
    assert world.brand


def test_a_removed_feed_is_gone_and_its_mentions_stay(analyst: TestClient, world: World) -> None:
    feed_id = add(analyst, url=CHANNEL).json()["id"]
    crawl(world, feed_id, "ok")
    world.keep(world.mention("1", feed_id=feed_id))

    answers = [analyst.delete(f"/v1/feeds/{feed_id}") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 404]
    assert len(analyst.get("/v1/mentions?brand=sunflower").json()["items"]) == 1
    with world.db.read() as session:
        assert session.query(CrawlRun).count() == 0


def test_feeds_are_paged_and_exported(analyst: TestClient, world: World) -> None:
    ids = [add(analyst, url=f"https://t.me/acme{n}").json()["id"] for n in range(3)]

    first = analyst.get("/v1/feeds?limit=2")
    second = analyst.get(first.links["next"]["url"])

    assert [item["id"] for page in (first, second) for item in page.json()["items"]] == ids
    assert analyst.get("/v1/feeds?format=csv&limit=1").text.count("telegram") == 3
    assert world.brand


def test_a_viewer_reads_feeds_and_changes_none(client: TestClient, analyst: TestClient, world: World) -> None:
    feed_id = add(analyst, url=CHANNEL).json()["id"]
    path = f"/v1/feeds/{feed_id}"

    answers = [add(client, url=CHANNEL), client.patch(path, json={"paused": True}), client.delete(path)]

    assert {problem(answer)["status"] for answer in answers} == {403}
    assert len(client.get("/v1/feeds").json()["items"]) == 1
    assert world.brand


def test_a_feed_of_another_brand_cannot_be_told_from_one_that_is_not_there(
    client_of: ClientMaker, key: KeyMaker, analyst: TestClient, world: World, other_brand: Brand
) -> None:
    feed_id = add(analyst, url=CHANNEL).json()["id"]
    stranger = client_of(Authorization=f"Bearer {key(Role.ANALYST, other_brand)}")

    answers = [stranger.patch(f"/v1/feeds/{number}", json={"paused": True}) for number in (feed_id, 999)]

    assert [problem(answer)["detail"] for answer in answers] == [f"there is no feed {feed_id}", "there is no feed 999"]
    assert add(stranger, url=CHANNEL).status_code == stranger.delete(f"/v1/feeds/{feed_id}").status_code == 404
    assert stranger.get("/v1/feeds").json()["items"] == []
    assert world.brand


def test_every_source_is_told_with_its_facts(client: TestClient) -> None:
    items = client.get("/v1/sources").json()["items"]

    assert [item["kind"] for item in items] == sorted(SOURCES)
    assert client.get("/v1/sources?format=csv").text.count("\n") == len(SOURCES) + 1


def test_a_key_is_told_as_set_and_never_its_value(world: World, key: KeyMaker) -> None:
    settings = Settings(_env_file=None, key={"youtube": SecretStr("hunter2")}, grey_sources=frozenset({"vl_ru"}))
    app: FastAPI = create_app(world.db, settings, lambda: NOW)
    with world.db.write.begin() as session:
        set_source_key(session, world.brand, "yelp", "hunter3", b"x" * 32, now=NOW + timedelta(hours=1))

    with TestClient(app, headers={"Authorization": f"Bearer {key()}"}) as client:
        alone, branded = client.get("/v1/sources"), client.get(f"/v1/sources?brand={world.brand.slug}")

    def ready(answer: Any) -> set[str]:
        return {item["kind"] for item in answer.json()["items"] if item["is_ready"]} & {
            "youtube",
            "yelp",
            "vl_ru",
            "two_gis",
        }

    assert (ready(alone), ready(branded)) == ({"youtube", "vl_ru"}, {"youtube", "yelp", "vl_ru"})
    assert "hunter" not in alone.text + branded.text
