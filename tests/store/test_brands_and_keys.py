"""Brands, locations, feeds and keys: found by name, refused in words."""

import pytest
import sqlalchemy as sa

from core.errors import Conflict, Invalid, NotFound, Unauthorized
from store.brands import add_brand, add_location, clean_slug, find_brand, find_location, ids_made, list_locations
from store.feeds import add_feed, feeds_to_crawl
from store.identity import person_key
from store.keys import Role, add_key, find_key
from store.models import ApiKey, Channel, Feed, Location
from store.runs import finish_run, keep_page, last_runs, start_run
from tests.builders import NOW, World


def test_a_brand_is_added_once(world: World) -> None:
    with world.db.write.begin() as session, pytest.raises(Conflict, match="already"):
        add_brand(session, world.brand.slug, name="Again", timezone="UTC", now=NOW)


def test_an_unknown_time_zone_is_refused(world: World) -> None:
    with world.db.write.begin() as session, pytest.raises(Invalid, match="Europe/Moscow"):
        add_brand(session, "other", name="Other", timezone="Mars/Olympus", now=NOW)


def test_an_unknown_brand_and_location_are_not_found(world: World) -> None:
    with world.db.read() as session:
        with pytest.raises(NotFound, match="brand add"):
            find_brand(session, "nobody")
        with pytest.raises(NotFound, match="location add"):
            find_location(session, world.brand, "nowhere")


def test_locations_are_made_once_and_listed_by_slug(world: World) -> None:
    with world.db.write.begin() as session:
        add_location(session, world.brand, "north", name="North club")
        first = ids_made(session, Location, world.brand.id, ["north", "center"])
        second = ids_made(session, Location, world.brand.id, ["center"])

    assert first["center"] == second["center"]
    with world.db.read() as session:
        assert [place.slug for place in list_locations(session, world.brand)] == ["center", "north"]


@pytest.mark.parametrize("value", ["", "   ", "a" * 101, "bell\x07"])
def test_a_slug_that_nobody_can_type_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="slug"):
        clean_slug(value)


def test_a_key_is_shown_once_and_stored_as_a_hash(world: World) -> None:
    with world.db.write.begin() as session:
        secret = add_key(session, "dashboard", Role.VIEWER, brand=world.brand, now=NOW)

    with world.db.read() as session:
        assert find_key(session, secret).brand_id == world.brand.id
        assert secret not in session.scalars(sa.select(ApiKey.secret_hash)).all()


def test_a_wrong_or_revoked_key_is_refused(world: World) -> None:
    with world.db.write.begin() as session:
        secret = add_key(session, "dashboard", Role.ADMIN, brand=None, now=NOW)
        find_key(session, secret).revoked_at = NOW

    with world.db.read() as session:
        for tried in (secret, "aw_guess", ""):
            with pytest.raises(Unauthorized):
                find_key(session, tried)


def test_namesakes_of_two_sites_are_two_people_and_spelling_does_not_matter() -> None:
    secret = b"0123456789abcdef"

    assert person_key(secret, "maps", "Anna  K.") == person_key(secret, "maps", "anna k.")
    assert person_key(secret, "maps", "Anna K.") != person_key(secret, "forum", "Anna K.")
    assert person_key(secret, "maps", "Anna K.") != person_key(b"another key of 16", "maps", "Anna K.")
    assert person_key(secret, "maps", "  ") is None


def feed_of(world: World) -> Feed:
    channel_id = world.channel("maps")
    with world.db.write.begin() as session:
        return add_feed(
            session, world.brand, kind="schema_org", target="https://x.example/r", channel_id=channel_id, now=NOW
        )


def test_an_address_is_watched_once(world: World) -> None:
    feed_of(world)

    with pytest.raises(Conflict, match="watches"):
        feed_of(world)


def test_a_page_and_its_counts_are_kept_together(world: World) -> None:
    feed, mention = feed_of(world), world.mention("r1", rating=5)
    with world.db.write.begin() as session:
        run_id = start_run(session, feed.id, now=NOW)
        keep_page(session, feed, [mention], run_id=run_id, dropped=1, now=NOW)

    with world.db.read() as session:
        (run,) = last_runs(session, [feed.id], since=NOW)
        assert (run.pages, run.seen, run.added, run.dropped, run.outcome) == (1, 1, 1, 1, None)


def test_a_finished_feed_is_due_again_after_its_period(world: World) -> None:
    feed = feed_of(world)
    with world.db.write.begin() as session:
        run_id = start_run(session, feed.id, now=NOW)
        finish_run(session, run_id, outcome="ok", is_success=True, now=NOW, detail="x" * 1000)

    with world.db.read() as session:
        assert feeds_to_crawl(session, due_at=NOW) == []
        assert [due.id for due in feeds_to_crawl(session, brand=world.brand.slug)] == [feed.id]
        assert len(last_runs(session, [feed.id], since=NOW)[0].detail or "") == 500


def test_a_paused_feed_is_not_crawled(world: World) -> None:
    feed = feed_of(world)
    with world.db.write.begin() as session:
        session.get_one(Feed, feed.id).is_paused = True

    with world.db.read() as session:
        assert feeds_to_crawl(session) == []


def test_channels_of_two_brands_are_apart(world: World) -> None:
    with world.db.write.begin() as session:
        other = add_brand(session, "other", name="Other", timezone="UTC", now=NOW)
        ids = [ids_made(session, Channel, brand.id, ["maps"])["maps"] for brand in (world.brand, other)]

    assert len(set(ids)) == 2
