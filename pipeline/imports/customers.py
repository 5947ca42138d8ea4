"""Customers' identifiers from a file, such as a CRM's: who in public is which customer.

One row a customer with columns of identifiers (email, phone, and any channel by `--map CHANNEL=Column`), or one row an
identifier (customer, channel, identifier). Only keyed hashes are stored. A handle's hash is that of the author of a
mention where the channel is named as the mentions name it: for a crawled site by the site, `example.org`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.errors import Invalid
from pipeline.imports.cells import LONGEST_ID, LONGEST_WORD, Record, Refused, text
from pipeline.imports.columns import IDENTIFIERS
from pipeline.imports.places import slug
from pipeline.imports.runs import Context, Draft, ImportResult, Kind, run_import
from pipeline.people import Merged, merge_people
from pipeline.progress import Advance, silent
from store.brands import find_brand, list_channels
from store.database import Database, WriteSession
from store.identity import person_key
from store.mentions import Kept
from store.models import Brand, Identifier
from store.people import NewCustomer, keep_customers

EMAIL, PHONE = "email", "phone"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
DIGITS = range(7, 16)
"""How many a telephone number has; E.164 allows fifteen."""

LONGEST_SOURCE = 200
RUSSIAN_DIGITS = 11


def import_customers(
    db: Database,
    brand_slug: str,
    path: Path,
    *,
    columns: Mapping[str, str],
    secret: bytes,
    clock: Clock,
    advance: Advance = silent,
    source: str | None = None,
) -> tuple[ImportResult, Merged]:
    """Import identifiers and work the persons out again. `source` (the file's name) is what they can be taken back by.

    `columns` may map a channel of the brand beside the fields. Errors as in `run_import`; Invalid for what is neither.
    """
    with db.read() as session:
        channels = list_channels(session, find_brand(session, brand_slug))
    known = {word.casefold() for channel in channels for word in (channel.slug, channel.name)}
    handles = _handles(columns, known)
    if handles:
        # a handle's column may be called what an identifier's is: such a file has a row a customer
        columns = {"identifier": "", **columns}
    kind = Kind(
        Identifier,
        {**IDENTIFIERS, **dict.fromkeys(handles, ())},
        (("customer",), (EMAIL, PHONE, "identifier", *handles)),
        partial(_read, handles=handles, known=known),
        partial(_keep, source=(source or path.name)[:LONGEST_SOURCE]),
    )
    try:
        result = run_import(db, brand_slug, path, kind, columns=columns, secret=secret, clock=clock, advance=advance)
    except Invalid:
        merge_people(db, brand_slug)  # of a file that breaks off the rows before the break are stored
        raise
    return result, merge_people(db, brand_slug)


def _handles(columns: Mapping[str, str], known: set[str]) -> list[str]:
    """The channels that columns are mapped to; raises Invalid for one that the brand has not: it may be misspelt."""
    handles = [field for field in columns if field not in IDENTIFIERS]
    for field in handles:
        if field.casefold() not in known:
            msg = f"there is no field {field!r} to map a column to, and no channel: the fields are "
            raise Invalid(msg + f"{', '.join(IDENTIFIERS)}; the channels are {', '.join(sorted(known)) or 'none yet'}")
    return handles


def _read(record: Record, context: Context, *, handles: Sequence[str], known: set[str]) -> Draft:
    customer_key = person_key(context.secret, context.brand, text(record, "customer", longest=LONGEST_ID))
    if customer_key is None:
        raise Refused(record, "customer", "is missing, or names nobody")
    given = {EMAIL: _email(record, EMAIL), PHONE: _phone(record, PHONE)}
    given |= {channel: text(record, channel, longest=LONGEST_ID) for channel in handles}
    pairs = [*given.items(), *_named(record, known)]
    keys = {person_key(context.secret, channel, value): channel for channel, value in pairs if value}
    identifiers = {key: channel for key, channel in keys.items() if key is not None}
    if not identifiers:
        raise Refused(record, "customer", "has no identifier")
    return Draft({"customer_key": customer_key, "identifiers": identifiers}, None)


def _named(record: Record, known: set[str]) -> list[tuple[str, str | None]]:
    """The identifier of a row that says itself what it is of."""
    if text(record, "identifier") is None:
        return []
    channel = slug(record, "channel")
    if channel is None:
        raise Refused(record, "channel", "is missing: of what is the identifier?")
    word = channel.casefold()
    if word in (EMAIL, PHONE):
        return [(word, (_email if word == EMAIL else _phone)(record, "identifier"))]
    if word not in known:
        raise Refused(record, "channel", "is neither email nor phone nor a channel of the brand")
    return [(channel, text(record, "identifier", longest=LONGEST_ID))]


def _email(record: Record, field: str) -> str | None:
    """An address; upper and lower case are one to `person_key`."""
    words = text(record, field, longest=LONGEST_ID)
    if words is not None and not ADDRESS.fullmatch(words):
        raise Refused(record, field, "is not an e-mail address")
    return words


def _phone(record: Record, field: str) -> str | None:
    """The digits of a number as one dials it from abroad, as far as it tells: `8 916 …` of Russia is `7 916 …`."""
    words = text(record, field, longest=LONGEST_WORD)
    if words is None:
        return None
    digits = re.sub(r"\D", "", words)
    if digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("8") and len(digits) == RUSSIAN_DIGITS and not words.startswith("+"):
        digits = "7" + digits[1:]
    if len(digits) not in DIGITS or re.search("[^\\W\\d]", words):
        raise Refused(record, field, "is not a telephone number")
    return digits


def _keep(session: WriteSession, brand: Brand, rows: Sequence[dict[str, Any]], now: datetime, *, source: str) -> Kept:
    customers = [NewCustomer(row["customer_key"], row["identifiers"]) for row in rows]
    return keep_customers(session, brand, customers, source=source, now=now)
