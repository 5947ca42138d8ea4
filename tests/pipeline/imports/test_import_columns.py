from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import Invalid, NotFound
from store.brands import add_location
from store.database import Database
from store.models import Brand, Channel, Location, Mention


def test_columns_are_found_by_russian_names_in_any_case(imports: Any, db: Database) -> None:
    imports("ОТЗЫВ;Оценка;Филиал;Дата;Источник\nХорошо;5;Центр;03.10.2026;2GIS\n")

    with db.read() as session:
        mention = session.scalars(sa.select(Mention)).one()
        names = [*session.scalars(sa.select(Location.slug)), *session.scalars(sa.select(Channel.slug))]
    assert (mention.text, mention.rating, str(mention.said_on)) == ("Хорошо", 5, "2026-10-03")
    assert names == ["Центр", "2GIS"]


def test_a_mapping_goes_before_names(imports: Any, db: Database) -> None:
    imports("text,Что сказали\nне то,Хорошо\n", columns={"text": "что  сказали"})

    with db.read() as session:
        assert session.scalars(sa.select(Mention.text)).one() == "Хорошо"


def test_an_empty_mapping_leaves_a_field_out(imports: Any) -> None:
    result = imports("text,rating\nХорошо,ten\n", columns={"rating": ""})

    assert (result.added, result.refused) == (1, 0)


@pytest.mark.parametrize(
    ("content", "columns", "says"),
    [
        ("text\na\n", {"txt": "text"}, "no field 'txt'.*text, rating"),
        ("text,b\na,b\n", {"author": "Имя"}, "author: there is no column 'Имя'; the file has text, b"),
        ("a,b\n1,2\n", {}, "no column for text or rating: name it with --map text=COLUMN; the file has a, b"),
        ("text,Text\na,b\n", {}, "several columns"),
    ],
)
def test_a_mapping_that_cannot_be_is_said_with_the_columns_found(
    imports: Any, content: str, columns: dict[str, str], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        imports(content, columns=columns)


def test_a_bare_score_is_no_rating_until_a_scale_stands_beside_it(imports: Any, db: Database) -> None:
    alone = imports("text,score\nХорошо,9\n")
    scaled = imports("text,score,scale\nПлохо,2,10\n")
    both = imports("text,rating,score,scale\nТак себе,3,99,5\n")

    assert (alone.ignored_columns, scaled.columns["rating"], both.columns["rating"]) == (("score",), "score", "rating")
    with db.read() as session:
        found = session.execute(sa.select(Mention.rating, Mention.rating_best).order_by(Mention.id)).all()
    assert [tuple(row) for row in found] == [(None, None), (2, 10), (3, 5)]


@pytest.mark.parametrize("header", ["platform,source", "source,platform"])
def test_a_platform_is_the_channel_whatever_the_source_is(imports: Any, header: str) -> None:
    result = imports(f"text,{header}\nХорошо,a,b\n")

    assert (result.columns["channel"], result.ignored_columns) == ("platform", ("source",))


def test_the_channel_of_a_survey_is_known_by_its_russian_name(imports: Any) -> None:
    result = imports("Балл;Дата;Канал опроса;Источник\n9;03.10.2026;планшет;crm\n", "survey")

    assert (result.columns["channel"], result.created_channels) == ("Канал опроса", ("планшет",))


def test_an_unknown_brand_is_not_found(imports: Any, brand: Brand) -> None:
    brand.slug = "rose"

    with pytest.raises(NotFound, match="rose"):
        imports("text\na\n")


def test_new_locations_and_channels_are_made_and_told(imports: Any) -> None:
    first = imports("text,location,channel\na,Центр,maps\nb,Парк,\n")
    again = imports("text,location\nc,центр\n")

    assert (first.created_locations, first.created_channels) == (("Парк", "Центр"), ("import", "maps"))
    assert (again.created_locations, again.created_channels) == ((), ())


def test_a_location_is_known_by_its_name_too(imports: Any, db: Database, brand: Brand) -> None:
    with db.write.begin() as session:
        center = add_location(session, brand, "center", name="Центр")

    imports("text,location\na,Центр\n")

    with db.read() as session:
        assert session.scalars(sa.select(Mention.location_id)).one() == center.id
