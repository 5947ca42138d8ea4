"""The mentions behind a claim."""

import sqlalchemy as sa

from store.brands import add_brand
from store.evidence import mentions_by_id
from store.models import Mention
from tests.builders import NOW, World


def test_mentions_come_by_their_ids_with_where_they_belong(world: World) -> None:
    world.keep(world.mention("1", "bad", location="center", channel="maps"), world.mention("2", "worse"))

    with world.db.read() as session:
        ids = list(session.scalars(sa.select(Mention.id).order_by(Mention.native_id)))
        found = mentions_by_id(session, world.brand, [*ids, 10**6])

    assert [found[of_id].mention.text for of_id in ids] == ["bad", "worse"]
    assert [(found[of_id].location, found[of_id].channel) for of_id in ids] == [("center", "maps"), (None, "maps")]
    assert len(found) == 2


def test_what_another_brand_or_nobody_said_is_not_shown(world: World) -> None:
    world.keep(world.mention("1", "bad"), world.mention("gone", "taken back"))
    with world.db.write.begin() as session:
        other = add_brand(session, "oak", name="Oak", timezone="Europe/Moscow", now=NOW)
        session.execute(sa.update(Mention).where(Mention.native_id == "gone").values(removed_at=NOW))

    with world.db.read() as session:
        ids = list(session.scalars(sa.select(Mention.id)))
        theirs, ours = (mentions_by_id(session, brand, ids) for brand in (other, world.brand))

    assert theirs == {}
    assert [row.mention.native_id for row in ours.values()] == ["1"]


def test_no_ids_are_no_mentions(world: World) -> None:
    with world.db.read() as session:
        assert mentions_by_id(session, world.brand, []) == {}
