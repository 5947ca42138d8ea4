"""The report as a page: the same numbers as the API's, worst first, with the texts behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from api import words
from api.details import Details, details, names_of, told
from api.month_chart import MONTHS_DRAWN, month_chart
from api.quotes import Names
from api.report_rows import folded, link, row_views
from api.report_why import splits, why_view
from api.reports import GapReport, gap_report
from api.summary import moves
from api.templating import template
from api.words import Language, Words
from core.clock import zone
from metrics.aspects import Dictionary
from metrics.decomposition import Decomposition
from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES, Verdict
from metrics.report import GapRow
from store.alerts import AlertRow, list_alerts
from store.database import ReadSession
from store.models import Alert, Brand
from store.queries import Slice, whole_months

ALERTS_SHOWN = 6
STATES = ("open", "acknowledged", "closed")
ALERTS_READ = 50


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as the page shows it: its state is open, acknowledged or closed."""

    row: AlertRow
    state: str
    place: str | None


def render_report(
    session: ReadSession,
    brand: Brand,
    by: Sequence[str],
    part: Slice | None = None,
    *,
    now: datetime,
    dictionary: Dictionary,
    language: Language = Language.EN,
    standalone: bool = False,
) -> str:
    """The gap report as HTML. `standalone` makes one file of it: the style inside, no form, no links to other pages."""
    part = part or Slice()
    say, names = words.of(language), names_of(session, brand, dictionary, language)
    report = gap_report(session, brand, by, part, now=now, dictionary=dictionary, language=language)
    beside = details(session, brand, part, dictionary, report.meta.correction)
    rows, few = folded(row_views(session, brand, _ordered(report), part, names, say))
    [total] = row_views(session, brand, [report.total], part, names, say, with_texts=0 if report.rows else 1)
    return template("report.html").render(
        t=say,
        brand=brand,
        report=report,
        summary=told(report, brand, names, beside)[language.value],
        total=total,
        rows=rows,
        few=few,
        why=why_view(session, brand, beside, names, say),
        who=beside.who,
        mixed=[say[f"mix_{name}"] for name in beside.who.raked.dimensions] if beside.who.raked else [],
        matched=beside.matched,
        splits=splits(beside, names, say),
        chart=month_chart(beside.since.months, say),
        moves=moves(beside.since.months[-MONTHS_DRAWN:], say)[::-1],
        newest=_newest(beside),
        is_whole_months=whole_months(part) == part,
        alerts=_alerts(session, brand, names),
        heading=_heading(by, say),
        period=_period(part, say),
        only=[names[kind].get(slug, slug) for kind, slug in _filters(part) if slug],
        part=part,
        by=",".join(by),
        made_at=now.astimezone(zone(brand.timezone)),
        languages=[(each, link(by, part, each)) for each in Language],
        unfiltered=link(by, Slice(start=part.start, end=part.end), language),
        fdr=say.share(FALSE_DISCOVERIES),
        least=str(MIN_VOICES),
        inline_css=style() if standalone else None,
    )


@cache
def style() -> Markup:
    """Our own style sheet, to be put into a page that has to stand alone."""
    return Markup((files("api") / "static" / "afterword.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _filters(part: Slice) -> list[tuple[str, str | None]]:
    return [("location", part.location), ("channel", part.channel)]


def _ordered(report: GapReport) -> list[GapRow]:
    """Months in order; everything else with the widest gap in the public's disfavour first, too few voices last."""
    if "month" in report.meta.by:
        return report.rows
    return sorted(
        report.rows, key=lambda row: (row.verdict is Verdict.TOO_FEW, row.gap.value if row.gap else float("inf"))
    )


def _newest(beside: Details) -> Decomposition | None:
    """What of the newest change in public comes from the mix, where that change is more than chance."""
    change = beside.since.months[-1].change if beside.since.months else None
    return beside.since.newest if change and change.social and change.social.is_evident else None


def _alerts(session: ReadSession, brand: Brand, names: Names) -> list[AlertView]:
    """The newest alerts: open ones first, then those that somebody has seen, then closed ones."""
    found = list_alerts(session, brand_id=brand.id, limit=ALERTS_READ)
    shown = sorted(found, key=lambda row: STATES.index(_state(row.alert)))[:ALERTS_SHOWN]
    return [
        AlertView(
            row,
            _state(row.alert),
            names["location"].get(row.location, row.location) if row.location else None,
        )
        for row in shown
    ]


def _state(alert: Alert) -> str:
    if alert.closed_on:
        return "closed"
    return "acknowledged" if alert.acknowledged_at else "open"


def _heading(by: Sequence[str], say: Words) -> str:
    if not by:
        return say["total"]
    return say[f"by_{by[0]}"] if len(by) == 1 else say.say("by_many", names=", ".join(say[name].lower() for name in by))


def _period(part: Slice, say: Words) -> str:
    start, end = (say.day(day) if day else "" for day in (part.start, part.end))
    if start and end:
        return say.say("between", start=start, end=end)
    if start:
        return say.say("since", start=start)
    return say.say("until", end=end) if end else say["all_time"]
