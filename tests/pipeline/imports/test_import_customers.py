import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import Invalid, NotFound
from crawlers.sites import site_slug
from pipeline.imports import ImportResult, import_customers
from pipeline.people import Merged, forget_customer, forget_file, merge_people
from store.database import Database
from store.identity import person_key
from store.models import Brand, Identifier, Mention, Person
from store.people import matched
from tests.builders import NOW, World

SECRET = b"a secret of thirty-two bytes, say"
PROMOTER_AND_DETRACTOR = ((0, 0, 1), (0, 0, 0), (0, 0, 0))

Customers = Callable[..., tuple[ImportResult, Merged]]


@pytest.fixture
def customers(db: Database, brand: Brand, folder: Path) -> Customers:
    """Import a file of customers, written to `name` first."""

    def run(content: str, *, name: str = "crm.csv", **columns: str) -> tuple[ImportResult, Merged]:
        path = folder / name
        path.write_text(content)
        return import_customers(db, brand.slug, path, columns=columns, secret=SECRET, clock=lambda: NOW)

    return run


def key(*parts: str) -> str:
    found = person_key(SECRET, *parts)
    assert found is not None
    return found


def persons(db: Database) -> dict[str, str]:
    with db.read() as session:
        return dict(session.execute(sa.select(Person.key, Person.person_key)).all())


def test_a_customer_with_a_handle_is_the_author_of_the_mentions_under_it(
    imports: Any, customers: Customers, db: Database, brand: Brand
) -> None:
    imports("text,rating,author,channel\nПлохо,1,Анна П.,maps\n")
    imports("score,date,customer\n10,2026-10-01,17\n", "survey")

    result, merged = customers("Клиент,Ник\n17,анна  п.\n", maps="Ник")

    assert (result.added, result.refused) == (1, 0)
    assert (merged.persons, merged.keys) == (1, 2)
    with db.read() as session:
        assert matched(session, brand) == PROMOTER_AND_DETRACTOR


def test_a_handle_on_a_crawled_site_is_hashed_as_the_crawler_hashes_its_author(
    customers: Customers, db: Database, world: World
) -> None:
    slug = site_slug("https://www.example.org/clubs/center")
    world.keep(world.mention("1", channel=slug, author_key=key(slug, "Anna"), rating=1))

    customers("customer,channel,identifier\n17,example.org,anna\n")

    with db.read() as session:
        author = session.scalars(sa.select(Mention.author_key)).one()
    assert persons(db)[author or ""] == persons(db)[key("sunflower", "17")]


def test_an_address_or_a_number_written_otherwise_is_the_same(customers: Customers, db: Database) -> None:
    _, merged = customers(
        "customer,email,phone\n"
        "1,Anna@Example.org,8 (916) 000-00-01\n"
        "2,anna@example.org,\n"
        "3,,+7 916 0000001\n"
        "4,,007 916 000 00 01\n"
        "5,other@example.org,+8 916 000 00 01\n"
    )

    whose = persons(db)
    assert merged.persons == 2
    assert {whose[key("sunflower", str(at))] for at in (1, 2, 3, 4)} != {whose[key("sunflower", "5")]}


def test_columns_and_rows_tell_the_same(customers: Customers, db: Database) -> None:
    customers("customer,email,phone\n1,a@b.c,79160000001\n", name="wide.csv")
    wide = persons(db)

    result, _ = customers("customer,channel,identifier\n1,email,a@b.c\n1,Phone,+79160000001\n", name="long.csv")

    assert (result.added, result.changed) == (0, 2)
    assert persons(db) == wide


def test_an_author_beside_a_channel_is_an_identifier(customers: Customers, db: Database, world: World) -> None:
    world.channel("maps")

    result, _ = customers("customer,platform,author\n17,maps,Anna\n")
    wide, _ = customers("customer,email,author\n18,a@b.c,Anna\n", name="wide.csv")

    assert persons(db)[key("maps", "Anna")] == persons(db)[key("sunflower", "17")]
    assert (result.columns["identifier"], wide.added, wide.ignored_columns) == ("author", 1, ("author",))


def test_no_identifier_is_stored_as_it_is(customers: Customers, db: Database) -> None:
    customers("customer,email\nanna-17,anna@example.org\n")

    with db.read() as session:
        row = session.scalars(sa.select(Identifier)).one()
    assert (row.customer_key, row.key) == (key("sunflower", "anna-17"), key("email", "anna@example.org"))
    assert (row.channel, row.source, row.added_at) == ("email", "crm.csv", NOW)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",a@b.c,,,", "customer"),
        ("anonymous,a@b.c,,,", "customer"),
        ("1,,,,", "no identifier"),
        ("1,not an address,,,", "e-mail"),
        ("1,,12345,,", "telephone"),
        ("1,,call me 79160000001,,", "telephone"),
        ("1,,,,anna", "channel"),
        ("1,,,nowhere,anna", "channel"),
        ("1,,,email,anna", "e-mail"),
        ("1,,,maps,Аноним", "no identifier"),
    ],
)
def test_a_row_that_tells_nothing_is_refused_and_the_rest_is_kept(
    customers: Customers, world: World, row: str, problem: str
) -> None:
    world.channel("maps")

    result, merged = customers(f"customer,email,phone,channel,identifier\n{row}\n2,d@e.f,,,\n")

    assert (result.added, result.refused, merged.persons) == (1, 1, 1)
    assert result.errors_file is not None
    assert problem in result.errors_file.read_text()


def test_a_misspelt_channel_is_refused_before_anything_is_stored(customers: Customers, world: World) -> None:
    world.channel("maps")

    with pytest.raises(Invalid, match="the channels are maps"):
        customers("customer,email,nick\n1,a@b.c,anna\n", mpas="nick")

    assert persons(world.db) == {}


def test_a_file_needs_customers_and_something_to_know_them_by(customers: Customers) -> None:
    with pytest.raises(Invalid, match="customer"):
        customers("email\na@b.c\n")
    with pytest.raises(Invalid, match="email or phone or identifier"):
        customers("customer,town\n1,Tver\n")


def test_the_rows_before_a_break_are_stored_and_merged(db: Database, brand: Brand, folder: Path) -> None:
    whole = gzip.compress("".join(f'{{"customer": "{at}", "email": "{at}@b.c"}}\n' for at in range(9_000)).encode())
    (folder / "crm.jsonl.gz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(Invalid, match="broken"):
        import_customers(db, brand.slug, folder / "crm.jsonl.gz", columns={}, secret=SECRET, clock=lambda: NOW)

    assert len(persons(db)) > 1000


def test_a_file_taken_back_leaves_the_persons_as_they_were(customers: Customers, db: Database) -> None:
    customers("customer,email\n1,a@b.c\n2,d@e.f\n")
    before = persons(db)
    _, merged = customers("customer,phone\n1,79160000001\n2,79160000001\n", name="phones.csv")

    dropped, after = forget_file(db, "sunflower", "phones.csv")

    assert (merged.persons, dropped, after.persons) == (1, 2, 2)
    assert persons(db) == before


def test_a_customer_is_erased_and_those_it_joined_part(customers: Customers, db: Database) -> None:
    customers("customer,email,phone\n1,a@b.c,\n2,a@b.c,79160000001\n3,,79160000001\n")

    dropped, merged = forget_customer(db, "sunflower", "2", secret=SECRET)

    assert (dropped, merged.persons) == (2, 2)
    assert key("sunflower", "2") not in persons(db)


def test_what_is_not_there_cannot_be_taken_back(customers: Customers, db: Database) -> None:
    customers("customer,email\n1,a@b.c\n")

    with pytest.raises(NotFound, match="no identifiers from"):
        forget_file(db, "sunflower", "other.csv")
    for customer in ("2", "", "anonymous"):
        with pytest.raises(NotFound, match="this customer"):
            forget_customer(db, "sunflower", customer, secret=SECRET)


def test_the_number_of_the_reception_makes_nobody_one(customers: Customers, db: Database) -> None:
    rows = "".join(f"{at},79160000001\n" for at in range(40))

    _, merged = customers("customer,phone\n" + rows)

    assert (merged.persons, merged.shared, merged.undone) == (40, 1, 0)
    assert len(persons(db)) == 40


def test_merging_once_more_writes_nothing(customers: Customers, db: Database) -> None:
    _, first = customers("customer,email\n1,a@b.c\n2,a@b.c\n")

    again = merge_people(db, "sunflower")

    assert (first.written, again.written) == (3, 0)
    assert again.persons == first.persons == 1


def test_mentions_that_come_after_their_customers_are_theirs(imports: Any, customers: Customers, db: Database) -> None:
    imports("text,author,channel\nХорошо,Борис,maps\n")
    customers("customer,nick\n1,anna\n", maps="nick")

    imports("text,author,channel\nПлохо,Anna,maps\n", name="later.csv")

    with db.read() as session:
        authors = set(session.scalars(sa.select(Mention.author_key)))
    assert len(authors & persons(db).keys()) == 1
