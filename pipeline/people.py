"""Persons, worked out again from all identifiers of a brand whenever these change.

For the whole brand, not for what was touched: an identifier that becomes one too many splits groups far from it, and
one definition is easier to trust than two. A million identifiers take seconds, and only rows that differ are written.
"""

from dataclasses import dataclass

from core.errors import NotFound
from metrics.people import people
from store.brands import find_brand
from store.database import Database, WriteSession, take_turn
from store.identity import person_key
from store.models import Brand
from store.people import drop_identifiers, identifier_columns, write_persons


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a brand's identifiers: so many customers and identifiers are keys of so many persons.

    `shared` identifiers are of too many customers to tell a person by; `undone` is the customers of groups that were
    too large to be one person, each of whom stays alone. `written` is the rows that this time differed.
    """

    persons: int
    keys: int
    shared: int
    undone: int
    written: int


def merge_people(db: Database, brand_slug: str) -> Merged:
    """Work the persons of a brand out again; once more is harmless. Raises NotFound for the brand."""
    with db.write.begin() as session:
        return _merge(session, find_brand(session, brand_slug))


def _merge(session: WriteSession, brand: Brand) -> Merged:
    take_turn(session, brand.id)
    found = people(*identifier_columns(session, brand))
    written = write_persons(session, brand, found.keys, found.persons)
    return Merged(found.n, len(found.keys), len(found.shared), len(found.undone), written)


def forget_file(db: Database, brand_slug: str, source: str) -> tuple[int, Merged]:
    """Take back every identifier that this file told: how many, and the persons without them.

    What another file told as well stays.     Raises NotFound for the brand, and where no identifier is of this file.
    """
    with db.write.begin() as session:
        brand = find_brand(session, brand_slug)
        dropped = drop_identifiers(session, brand, source=source)
        if not dropped:
            msg = f"{brand.slug} has no identifiers from {source!r}"
            raise NotFound(msg)
        return dropped, _merge(session, brand)


def forget_customer(db: Database, brand_slug: str, customer: str, *, secret: bytes) -> tuple[int, Merged]:
    """Erase every identifier of the customer of this id: how many, and the persons without them.

    Answers and orders keep the hash of the id. Raises NotFound for the brand, and where nothing is known of it.
    """
    with db.write.begin() as session:
        brand = find_brand(session, brand_slug)
        key = person_key(secret, brand.slug, customer)
        dropped = drop_identifiers(session, brand, customer_key=key) if key else 0
        if not dropped:
            msg = f"{brand.slug} has no identifiers of this customer"
            raise NotFound(msg)
        return dropped, _merge(session, brand)
