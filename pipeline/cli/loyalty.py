"""`loyalty`: the loyalty report in the terminal, and as JSON, CSV or XLSX."""

import io
import json
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.exports import write_csv, write_xlsx
from api.loyalty import CURRENCY, LoyaltyReport, LoyaltyRow, loyalty_dimensions, loyalty_report
from core.clock import now
from core.errors import Invalid
from metrics.loyalty.aaker import in_words
from metrics.loyalty.budget import SELECTION
from metrics.loyalty.measures import Measure, Unit
from metrics.loyalty.overview import Spending
from metrics.loyalty.retention import ACTIVE_DAYS, LONGEST_ACTIVE_DAYS
from pipeline.cli.context import BRAND_OPTION, WIDE, opened, read_settings, show
from store.brands import find_brand, find_location
from store.queries import Slice

SHOWN = {
    "csat": "CSAT",
    "ces": "CES",
    "customers": "customers",
    "average_check": "average check",
    "repeat_visits": "repeat",
    "repurchase_rate": "repurchase",
    "retention": "retention",
    "ltv_revenue": "LTV",
    "loyal_by_requirements": "67 % rule",
}
"""The measures that have a column in the terminal; the other forms have all."""


class LoyaltyForm(StrEnum):
    """How a loyalty report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


def loyalty(
    brand: Annotated[str, BRAND_OPTION],
    by: Annotated[str, typer.Option(help="location, month, in any order, comma-separated.")] = "",
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="The day after the last, YYYY-MM-DD.")] = None,
    location: Annotated[str | None, typer.Option(help="Only this location.")] = None,
    active_days: Annotated[
        int,
        typer.Option(min=1, max=LONGEST_ACTIVE_DAYS, help="Who ordered within so many days before a day is active."),
    ] = ACTIVE_DAYS,
    form: Annotated[LoyaltyForm, typer.Option("--format", help="How to write it.")] = LoyaltyForm.TABLE,
    output: Annotated[Path | None, typer.Option(help="A file, in place of standard output.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """What customers do beside what they say: CSAT, CES, purchases, retention, lifetime value, RFM, budget."""
    part = Slice(start=_day("--from", start), end=_day("--to", end), location=location)
    if part.start and part.end and part.start >= part.end:
        msg = f"--to is the day after the last: it comes after --from, not on {end} with --from {start}"
        raise Invalid(msg)
    form = LoyaltyForm.JSON if as_json else form
    with opened(read_settings()) as db, db.read() as session:
        owner = find_brand(session, brand)
        if location is not None:
            find_location(session, owner, location)
        found = loyalty_report(session, owner, loyalty_dimensions(by), part, now=now(), active_days=active_days)
    if form is LoyaltyForm.TABLE and output is None:
        for table in tables(found):
            show(table)
    elif output is not None:
        output.write_bytes(_written(found, form))
    else:
        sys.stdout.buffer.write(_written(found, form))


def _written(found: LoyaltyReport, form: LoyaltyForm) -> bytes:
    if form is LoyaltyForm.JSON:
        return (json.dumps(found.as_plain(), ensure_ascii=False, indent=2) + "\n").encode()
    if form is LoyaltyForm.TABLE:
        text = io.StringIO()
        Console(file=text, width=WIDE).print(*tables(found), sep="\n")
        return text.getvalue().encode()
    columns, rows = found.as_table()
    file = io.BytesIO()
    (write_csv if form is LoyaltyForm.CSV else write_xlsx)(file, columns, rows)
    return file.getvalue()


def tables(found: LoyaltyReport) -> list[Table]:
    """The report for a terminal: a table of segments where it is cut, one of the whole, and the RFM segments."""
    return [
        *([_segments(found)] if found.meta.by else []),
        _whole(found),
        *([_rfm(found)] if found.overview.rfm else []),
    ]


def _segments(found: LoyaltyReport) -> Table:
    table = Table(*found.meta.by, *SHOWN.values(), title=f"{escape(found.meta.brand)}: loyalty", title_justify="left")
    for row in found.rows:
        table.add_row(*_names(found, row), *(_cell(row.measures[name]) for name in SHOWN))
    table.add_section()
    table.add_row("all", *[""] * (len(found.meta.by) - 1), *(_cell(found.total.measures[name]) for name in SHOWN))
    return table


def _names(found: LoyaltyReport, row: LoyaltyRow) -> list[str]:
    return [escape(row.segment[name] or "-") for name in found.meta.by]


def _whole(found: LoyaltyReport) -> Table:
    table = Table(
        *("measure", "value", "95 % interval", "n", "note"),
        title=f"{escape(found.meta.brand)}: the whole, up to {found.meta.until}",
        caption=f"Money is in {CURRENCY}. {_spending(found.overview.spending)}",
        title_justify="left",
        caption_justify="left",
    )
    notes = _notes(found)
    for name, measure in found.total.measures.items():
        interval = "" if measure.low is None else f"{_shown(measure, measure.low)} … {_shown(measure, measure.high)}"
        value, note = _shown(measure, measure.value), measure.why or notes.get(name, "")
        table.add_row(name.replace("_", " "), value, interval, str(measure.n), f"[dim]{escape(note)}[/dim]")
    return table


def _notes(found: LoyaltyReport) -> dict[str, str]:
    """What has to be known of a value that there is."""
    unrated = found.overview.aaker.missing
    return {"aaker_index": f"without {in_words(unrated)}: nobody rated them"} if unrated else {}


def _spending(spending: Spending) -> str:
    """What loyalty may cost, and from which visit on, in words."""
    return f"{_budget(spending)} {_profit_first(spending)}".rstrip()


def _budget(spending: Spending) -> str:
    """The budget and whose money it is: not that of all customers."""
    budget = spending.budget
    if isinstance(budget, str):
        return f"No loyalty budget: {budget}."
    money = (budget.least, budget.most, budget.margin, budget.price, budget.cost, budget.acquisition)
    least, most, margin, price, cost, acquisition = map(_number, money)
    return (
        f"Loyalty budget: {least} to {most} of the margin of {margin} that a mean customer brings to date ({price} "
        f"less {cost} of cost and {acquisition} of acquisition). It is of {spending.costed} of {spending.customers} "
        f"customers, {SELECTION}."
    )


def _profit_first(spending: Spending) -> str:
    rule = spending.profit_first
    if rule is None:
        return ""
    return f"Profit first, of all {spending.customers}: after {_number(rule.until)} of revenue and visit {rule.visits}."


def _rfm(found: LoyaltyReport) -> Table:
    columns = ("RFM segment", "customers", "revenue", "days since", "orders", "spent")
    table = Table(*columns, title="by fifths of recency, frequency and money", title_justify="left")
    for one in found.overview.rfm:
        typical = (one.recency_days, one.frequency, one.monetary)
        revenue = "" if one.revenue_share is None else f"{one.revenue_share:.1%}"
        cells = ("" if value is None else _number(value) for value in typical)
        table.add_row(one.name.replace("_", " "), _shown(one.customers, one.customers.value), revenue, *cells)
    return table


def _cell(measure: Measure) -> str:
    if measure.low is None:
        return _shown(measure, measure.value)
    low, high = (_shown(measure, limit) for limit in (measure.low, measure.high))
    return f"{_shown(measure, measure.value)} [dim]({low} … {high})[/dim]"


def _shown(measure: Measure, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0%}" if measure.unit is Unit.SHARE else _number(value)


def _number(value: float) -> str:
    """Whole where it is large or whole, else with two digits; thousands are set apart."""
    exact = 2 if abs(value) < 100 and value != round(value) else 0  # noqa: PLR2004
    return f"{value:,.{exact}f}"


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        msg = f"{option} takes a day such as 2026-10-31, not {text!r}"
        raise Invalid(msg) from error
