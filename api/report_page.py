"""The report as a page: the same numbers as the API's, worst first, with the texts behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

from markupsafe import Markup

from api import words
from api.details import details, names_of, told
from api.quotes import Names, Quote, quotes
from api.reports import GapReport, gap_report
from api.templating import template
from api.words import Language, Words
from core.clock import zone
from metrics.aspects import Dictionary
from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES, Verdict
from metrics.nps import Nps
from metrics.report import GapRow
from store.alerts import AlertRow, list_alerts
from store.database import ReadSession
from store.models import Alert, Brand
from store.queries import Slice

ROWS_WITH_TEXTS = 40
"""The worst rows; each costs a query."""
ALERTS_SHOWN = 6
STATES = ("open", "acknowledged", "closed")
ALERTS_READ = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate on the axis from -100 to 100: where its dot and the ends of its bar lie, in per cent of the width."""

    at: float
    start: float
    width: float

    @classmethod
    def of(cls, nps: Nps) -> "Mark":
        """The place of an NPS."""
        at, low, high = ((value + 100) / 2 for value in (nps.value, nps.low, nps.high))
        return cls(round(at, 2), round(low, 2), round(high - low, 2))


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the page."""

    row: GapRow
    name: str
    history: str | None
    survey: Mark | None
    social: Mark | None
    quotes: list[Quote]


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
    rows = [_view(session, brand, row, part, names, say) for row in _ordered(report)[:ROWS_WITH_TEXTS]]
    rows += [_view(session, brand, row, part, names, say, quoted=False) for row in _ordered(report)[ROWS_WITH_TEXTS:]]
    return template("report.html").render(
        t=say,
        brand=brand,
        report=report,
        summary=told(report, brand, names, beside)[language.value],
        beside=beside,
        topic_name=lambda key: names["topic"].get(key, key),
        total=_view(session, brand, report.total, part, names, say, quoted=not report.rows),
        rows=rows,
        widest=_widest(rows),
        alerts=_alerts(session, brand, names),
        heading=_heading(by, say),
        period=_period(part, say),
        only=[names[kind].get(slug, slug) for kind, slug in _filters(part) if slug],
        part=part,
        by=",".join(by),
        made_at=now.astimezone(zone(brand.timezone)),
        languages=[(each, _link(by, part, each)) for each in Language],
        unfiltered=_link(by, Slice(start=part.start, end=part.end), language),
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


def _view(
    session: ReadSession,
    brand: Brand,
    row: GapRow,
    part: Slice,
    names: Names,
    say: Words,
    *,
    quoted: bool = True,
) -> RowView:
    return RowView(
        row=row,
        name=say.segment(row.segment, names),
        history=_history(row.segment, part, say),
        survey=Mark.of(row.survey) if row.survey else None,
        social=Mark.of(row.social) if row.social else None,
        quotes=quotes(session, brand, row.segment, part, names) if quoted else [],
    )


def _history(segment: Mapping[str, str | None], part: Slice, say: Words) -> str | None:
    """The query of the page that shows this location or channel month by month; none where there is no such page."""
    [(dimension, value), *more] = segment.items() if segment else [("", None)]
    if more or value is None or dimension == "month":
        return None
    narrowed = dict(_filters(part)) | {dimension: value}
    return _link(("month",), Slice(start=part.start, end=part.end, **narrowed), say.language)


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


def _widest(rows: Sequence[RowView]) -> RowView | None:
    """The row that is worst in public, if any is and there are others to compare it with."""
    worse = [view for view in rows if view.row.verdict is Verdict.WORSE_IN_PUBLIC and view.row.gap]
    return min(worse, key=lambda view: view.row.gap.value if view.row.gap else 0) if worse and len(rows) > 1 else None


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


def _link(by: Sequence[str], part: Slice, language: Language) -> str:
    """A query of this page, without what is not set."""
    wanted = {
        "by": ",".join(by),
        "from": part.start.isoformat() if part.start else "",
        "to": part.end.isoformat() if part.end else "",
        "location": part.location or "",
        "channel": part.channel or "",
        "lang": "" if language is Language.EN else language.value,
    }
    return "?" + urlencode({name: value for name, value in wanted.items() if value})
