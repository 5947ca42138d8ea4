"""`label`, `alerts`, `run`: the stages one by one, and the whole cycle."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from alerts.rules import NEGATIVE_SPIKE
from alerts.source_health import SOURCE_HEALTH
from core.clock import now
from core.errors import Invalid
from pipeline.alerting import check_alerts, deliver_alerts
from pipeline.cli.context import BRAND_OPTION, JSON_OPTION, opened, read_settings, show_json, show_table
from pipeline.cycle import run_cycle, screen, topics_told
from pipeline.labelling import label_new, waiting
from pipeline.progress import bar
from sentiment import load
from store.alerts import AlertRow, list_alerts
from store.brands import find_brand


def label(
    *, everything: Annotated[bool, typer.Option("--all", help="Also what the current model has labelled.")] = False
) -> None:
    """Label what has no label of the current model; find copies, suspects and topics among what is new."""
    settings = read_settings()
    with opened(settings) as db:
        labeller = load(settings.model, meanings=settings.model_labels)
        with bar("labelling", total=waiting(db, labeller, clock=now, everything=everything)) as advance:
            done = label_new(db, labeller, clock=now, everything=everything, advance=advance)
        screened, topics = screen(db, clock=now), topics_told(db, settings)
    typer.echo(f"{done.mentions} mentions labelled, {done.texts_read} texts read, by {labeller.version}")
    typer.echo(f"{screened.duplicates} copies and {screened.suspects} suspects found")
    typer.echo(f"topics told of {topics.mentions} mentions and {topics.responses} survey answers")


def alerts(
    brand: Annotated[str | None, BRAND_OPTION] = None,
    as_of: Annotated[str | None, typer.Option(help="RFC 3339 moment; check as if it were then.")] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Detect before showing.")] = False,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Show alerts, the newest first; with --check detect first."""
    settings = read_settings()
    moment = _moment(as_of)
    with opened(settings) as db:
        with db.read() as session:
            brand_id = find_brand(session, brand).id if brand else None
        if check:
            check_alerts(db, settings, as_of=moment, brand=brand)
            if as_of is None:  # a replay of history is not news
                deliver_alerts(db, settings, clock=now)
        with db.read() as session:
            rows = [_shown(row) for row in list_alerts(session, brand_id=brand_id)]
    if as_json:
        show_json(rows)
        return
    columns = ["id", "kind", "brand", "location", "opened", "closed", "seen", "expected", "chance", "sent"]
    show_table(columns, [_cells(row) for row in rows])


def _cells(row: dict[str, Any]) -> list[object]:
    """An alert as a person reads it: what was seen against what was expected."""
    about = [row[name] for name in ("id", "kind", "brand", "location", "opened_on", "closed_on")]
    return [*about, *CELLS[row["kind"]](row["evidence"]), row["delivered_at"]]


def _spike(seen: dict[str, Any]) -> list[str]:
    spoken = f"{seen['detractors']:.0f} of {seen['n']:.0f} negative"
    return [spoken, f"{seen['expected_share']:.0%}", f"{seen['p_value']:.2g}"]


def _ailing(seen: dict[str, Any]) -> list[str]:
    if seen["reason"] == "failing":
        return [f"{seen['outcome']} since {seen['since'][:10]}: {seen['target']}", "", ""]
    usual = f"every {seen['usual_gap_days']:.1f} days, {seen['longest_gap_days']} at most"
    return [f"silent for {seen['silent_days']} days: {seen['target']}", usual, f"{seen['p_value']:.2g}"]


CELLS = {NEGATIVE_SPIKE: _spike, SOURCE_HEALTH: _ailing}


def _moment(text: str | None) -> datetime:
    if text is None:
        return now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"--as-of takes a moment such as 2026-10-31T00:00:00+03:00, not {text!r}"
        raise Invalid(msg) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=now().tzinfo)


def _shown(row: AlertRow) -> dict[str, Any]:
    alert = row.alert
    names = (
        "kind",
        "feed_id",
        "opened_on",
        "last_seen_on",
        "closed_on",
        "evidence",
        "created_at",
        "acknowledged_at",
        "delivered_at",
    )
    return {"id": alert.id, "brand": row.brand, "location": row.location} | {n: getattr(alert, n) for n in names}


def run(brand: Annotated[str | None, BRAND_OPTION] = None, *, as_json: Annotated[bool, JSON_OPTION] = False) -> None:
    """One whole cycle: crawl, label, alert, deliver; the tallies follow by themselves."""
    settings = read_settings()
    with opened(settings) as db:
        if brand is not None:
            with db.read() as session:
                find_brand(session, brand)
        result = run_cycle(db, settings, clock=now, brand=brand)
    if as_json:
        show_json(asdict(result))
        return
    typer.echo(
        f"{result.crawled} feeds crawled, {result.added} mentions added, {result.labelled} labelled, "
        f"{result.duplicates} copies and {result.suspects} suspects found, "
        f"{result.alerts_opened} alerts opened, {result.alerts_closed} closed, {result.delivered} delivered"
    )
