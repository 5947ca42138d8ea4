"""Mentions, alerts, brands: filtered, paged to the end, and acknowledged."""

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.cursors import cursor_of, id_of, moment_and_id_of
from core.errors import Invalid
from core.labels import CLASSES, Label
from metrics.aspects import dictionary
from pipeline.topics import tell_topics
from sentiment.fusion import rating_chances
from store.alerts import open_alert
from store.database import Database
from store.feeds import add_feed
from store.keys import Role
from store.marks import mark_removed
from store.models import Brand
from tests.api.conftest import ClientMaker, KeyMaker, problem
from tests.builders import NOW, World


def opened(world: World, count: int) -> list[int]:
    """Ids of new alerts, one a location."""
    ids = []
    for number in range(count):
        place = world.location(f"place {number}")
        with world.db.write.begin() as session:
            alert = open_alert(
                session, brand_id=world.brand.id, kind="negative_spike", location_id=place, on=date(2026, 10, 30),
                evidence={"n": 9}, now=NOW,
            )  # fmt: skip
            ids.append(alert.id)
    return ids


def walk(client: TestClient, path: str) -> list[int]:
    """Ids on all pages, as the Link headers lead."""
    ids: list[int] = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        ids += [item["id"] for item in answer.json()["items"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert bool(path) is (answer.json()["next"] is not None)
    return ids


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_cursors_lead_through_every_mention_once_also_where_moments_are_the_same(
    client: TestClient, world: World, limit: int
) -> None:
    world.keep(*(world.mention(str(i), published_at=NOW - timedelta(hours=i // 3)) for i in range(7)))

    ids = walk(client, f"/v1/mentions?brand={world.brand.slug}&limit={limit}")

    assert len(ids) == len(set(ids)) == 7


def test_a_mention_has_its_label_its_rating_and_never_its_author(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Плохо", rating=2, author_key="a" * 32, location="center", url="https://a.example/1"))

    [item] = client.get(f"/v1/mentions?brand={world.brand.slug}").json()["items"]

    assert "a" * 32 not in str(item)
    assert item["label"] == "detractor"
    assert item["rating"] == {"value": 2.0, "best": 5.0, "worst": 1.0}
    assert (item["location"], item["channel"], item["promoter"]) == ("center", "maps", None)
    assert item["published_at"] == "2026-11-01T12:00:00Z"


def test_a_mention_shows_both_witnesses_and_what_they_say_together(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Плохо", rating=5), world.mention("2", "Ужас"))
    world.label_all(Label.DETRACTOR)
    world.keep(world.mention("3", "Не читано", rating=8, rating_best=10), world.mention("4", "И это"))

    items = client.get(f"/v1/mentions?brand={world.brand.slug}").json()["items"]

    unlabelled, rated_only, text_only, both = (item["fused"] for item in items)
    assert unlabelled is None
    assert rated_only == pytest.approx(dict(zip(CLASSES, rating_chances(8, best=10), strict=True)))
    assert text_only == {"promoter": 0.1, "passive": 0.1, "detractor": 0.8}
    assert rating_chances(5)[2] < both["detractor"] < 0.8
    assert (items[3]["label"], items[3]["detractor"], items[3]["rating"]["value"]) == ("promoter", 0.8, 5)


def test_an_export_has_both_witnesses_and_what_they_say_together(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Плохо", rating=5), world.mention("2", "Не читано"))

    answer = client.get(f"/v1/mentions?brand={world.brand.slug}&format=csv")

    unread, rated = csv.DictReader(io.StringIO(answer.text))
    assert float(rated["fused_promoter"]) == pytest.approx(rating_chances(5)[0])
    assert (rated["promoter"], unread["fused_promoter"]) == ("", "")


def test_a_label_of_a_script_never_learned_is_marked_and_an_absent_label_is_not(
    client: TestClient, world: World
) -> None:
    world.keep(world.mention("en", "Great"), world.mention("ka", "მომსახურება იყო ცუდი"))
    world.label_all(Label.PROMOTER)
    world.keep(world.mention("new", "服务很好"))

    items = client.get(f"/v1/mentions?brand={world.brand.slug}").json()["items"]

    assert {item["text"]: item["low_confidence"] for item in items} == {
        "Great": False,
        "მომსახურება იყო ცუდი": True,
        "服务很好": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("label=detractor", 30),
        ("label=passive", 1),
        ("label=promoter", 6),
        ("q=BAD THING 2", 11),
        ("q=%25", 0),
        ("location=garden", 1),
        ("location=nowhere", 0),
        ("channel=maps&from=2026-11-01&to=2026-11-02", 37),
        ("to=2026-11-01", 0),
    ],
)
def test_mentions_are_found_by(client: TestClient, spoken: World, query: str, found: int) -> None:
    answer = client.get(f"/v1/mentions?brand={spoken.brand.slug}&{query}")

    assert len(answer.json()["items"]) == found


def test_a_day_of_a_filter_is_a_day_of_the_brand(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", published_at=NOW.replace(day=1, hour=0) - timedelta(hours=2)))  # 1 a.m. in Moscow

    answer = client.get(f"/v1/mentions?brand={world.brand.slug}&from=2026-11-01")

    assert len(answer.json()["items"]) == 1


def test_an_export_takes_no_notice_of_pages(client: TestClient, spoken: World) -> None:
    answer = client.get(f"/v1/mentions?brand={spoken.brand.slug}&format=csv&limit=2")

    assert answer.text.count("\r\n") == 1 + 37


@pytest.mark.parametrize(
    "cursor",
    ["x", "%%%", "W10", cursor_of(1), cursor_of("then", 1), cursor_of("2026-01-01", 1), cursor_of(NOW.isoformat(), -1),
     cursor_of(NOW.isoformat(), 2**63)],
)  # fmt: skip
def test_a_cursor_of_somebody_s_own_making_is_422(client: TestClient, brand: Brand, cursor: str) -> None:
    answer = client.get("/v1/mentions", params={"brand": brand.slug, "cursor": cursor})

    assert answer.status_code == 422
    assert problem(answer)["detail"].startswith("cursor: ")


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_a_cursor_is_read_or_refused(cursor: str) -> None:
    for read in (id_of, moment_and_id_of):
        try:
            read(cursor)
        except Invalid as error:
            assert str(error).startswith("cursor: ")  # noqa: PT017 - most of them are refused, all in these words


def test_alerts_come_the_newest_first_page_by_page(client: TestClient, world: World) -> None:
    ids = opened(world, 5)

    found = walk(client, "/v1/alerts?limit=2")

    assert found == sorted(ids, reverse=True)


def test_alerts_are_exported_all_at_once(client: TestClient, world: World) -> None:
    opened(world, 3)

    answer = client.get("/v1/alerts?format=csv&limit=1")

    assert answer.text.count("negative_spike") == 3


def test_an_alert_about_a_source_names_its_feed(client: TestClient, world: World) -> None:
    channel_id = world.channel("site")
    with world.db.write.begin() as session:
        target = {"kind": "feed", "target": "https://a.example/feed", "channel_id": channel_id}
        feed = add_feed(session, world.brand, **target, now=NOW)
        evidence = {"reason": "failing", "outcome": "gone"}
        open_alert(
            session, brand_id=world.brand.id, kind="source_health", location_id=None, feed_id=feed.id,
            on=date(2026, 10, 30), evidence=evidence, now=NOW,
        )  # fmt: skip
    opened(world, 1)

    spike, source = client.get("/v1/alerts").json()["items"]

    assert (spike["kind"], spike["feed"]) == ("negative_spike", None)
    assert (source["kind"], source["feed"], source["evidence"]) == ("source_health", 1, evidence)


def test_an_alert_is_acknowledged_once(client_of: ClientMaker, key: KeyMaker, world: World) -> None:
    [alert_id] = opened(world, 1)
    client = client_of(Authorization=f"Bearer {key(Role.ANALYST)}")

    first, second = (client.post(f"/v1/alerts/{alert_id}/acknowledge") for _ in range(2))

    assert first.json()["acknowledged_at"] == "2026-11-01T12:00:00Z"
    assert (first.json(), first.json()["location"]) == (second.json(), "place 0")
    assert client.get("/v1/alerts").json()["items"] == [second.json()]


def test_an_alert_of_another_brand_is_not_there(
    client_of: ClientMaker, key: KeyMaker, world: World, other_brand: Brand
) -> None:
    [alert_id] = opened(world, 1)
    client = client_of(Authorization=f"Bearer {key(Role.ANALYST, other_brand)}")

    answer = client.post(f"/v1/alerts/{alert_id}/acknowledge")

    assert problem(answer)["detail"] == f"there is no alert {alert_id}"
    assert client.get("/v1/alerts").json()["items"] == []


def test_locations_are_listed(client: TestClient, spoken: World) -> None:
    answer = client.get(f"/v1/locations?brand={spoken.brand.slug}")

    assert answer.json() == {
        "items": [{"slug": "center", "name": "center"}, {"slug": "garden", "name": "garden"}],
        "next": None,
    }


def test_readiness_tells_the_age_of_the_last_crawl(anybody: TestClient) -> None:
    answer = anybody.get("/readyz")

    nothing = dict.fromkeys(("last_crawled_at", "age_s", "last_cycle_at", "cycle_age_s"))
    assert answer.json() == {"status": "ok", **nothing}


def test_a_database_that_is_behind_is_not_ready_and_says_nothing_more(anybody: TestClient, db: Database) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'old'")

    answer = anybody.get("/readyz")

    assert answer.status_code == 503
    assert problem(answer)["detail"] == "the database is not ready; the log says why"


def test_the_text_behind_an_id_can_be_read_with_what_it_counts_as(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Плохо", rating=2))
    [listed] = client.get(f"/v1/mentions?brand={world.brand.slug}").json()["items"]

    found = client.get(f"/v1/mentions/{listed['id']}").json()

    assert found == listed | {"versions": []}
    assert (found["is_voice"], found["duplicate_of"], found["suspicion"], found["topics"]) == (True, None, None, [])


def test_what_an_edit_replaced_stands_beside_the_mention(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Плохо", rating=2))
    world.keep(world.mention("1", "Стало лучше", rating=4))

    found = client.get("/v1/mentions/1").json()

    [version] = found["versions"]
    assert (found["text"], found["changed_at"]) == ("Стало лучше", "2026-11-01T12:00:00Z")
    assert (version["text"], version["rating"]["value"]) == ("Плохо", 2)
    assert version["replaced_at"] == "2026-11-01T12:00:00Z"


def test_a_question_stands_beside_its_answer_and_beside_what_an_edit_replaced(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Ничего", question="Что нам изменить?"))
    world.keep(world.mention("1", "Уже ничего", question="Что нам изменить?"))

    found = client.get("/v1/mentions/1").json()
    table = client.get(f"/v1/mentions?brand={world.brand.slug}&format=csv").text

    assert (found["question"], found["versions"][0]["question"]) == ("Что нам изменить?", "Что нам изменить?")
    assert table.splitlines()[1].endswith(",Что нам изменить?")


def test_a_reply_names_what_it_answers_where_that_is_kept(client: TestClient, world: World) -> None:
    replies = [world.mention(native_id, reply_to=of) for native_id, of in (("2", "1"), ("3", "nobody"))]
    world.keep(world.mention("1"), *replies, world.mention("1", channel="elsewhere"))

    items = client.get(f"/v1/mentions?brand={world.brand.slug}").json()["items"]

    told = {item["id"]: (item["is_reply"], item["reply_to"]) for item in items}
    assert sorted(told.values(), key=str) == [(False, None), (False, None), (True, 1), (True, None)]


def test_what_is_gone_at_its_source_is_listed_only_where_it_is_asked_for(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", rating=1), world.mention("2", rating=5))
    with world.db.write.begin() as session:
        mark_removed(session, [1], now=NOW)
    path = f"/v1/mentions?brand={world.brand.slug}"

    there, everything = (client.get(path + more).json()["items"] for more in ("", "&removed=true"))
    gone = client.get("/v1/mentions/1").json()

    assert [item["id"] for item in there] == [2]
    assert {item["id"]: item["removed_at"] for item in everything} == {1: "2026-11-01T12:00:00Z", 2: None}
    assert (gone["removed_at"], gone["is_voice"]) == ("2026-11-01T12:00:00Z", False)


def test_a_mention_of_another_brand_is_not_there(
    client_of: ClientMaker, key: KeyMaker, world: World, other_brand: Brand
) -> None:
    world.keep(world.mention("1", "Плохо", rating=2))
    stranger = client_of(Authorization=f"Bearer {key(brand=other_brand)}")

    answers = [stranger.get("/v1/mentions/1"), stranger.get("/v1/mentions/999")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_mentions_are_found_by_what_they_speak_of(client: TestClient, world: World) -> None:
    world.keep(world.mention("1", "Грязные раздевалки", rating=1), world.mention("2", "Дорого", rating=1))
    tell_topics(world.db, dictionary())

    items = client.get(f"/v1/mentions?brand={world.brand.slug}&topic=changing_rooms").json()["items"]

    assert [item["text"] for item in items] == ["Грязные раздевалки"]
    assert "changing_rooms" in items[0]["topics"]
