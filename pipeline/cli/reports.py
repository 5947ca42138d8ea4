"""`report`: the gap report in the terminal, and as JSON, CSV, XLSX or a page."""

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.details import Details, details, names_of, told
from api.exports import write_csv, write_xlsx
from api.report_page import render_report
from api.reports import GapReport, gap_report
from api.words import Language
from core.clock import now
from core.errors import Invalid
from core.settings import Settings
from metrics.aspects import Dictionary, dictionary
from metrics.gaps import Gap, Verdict
from metrics.nps import Nps
from metrics.report import GapRow
from pipeline.cli.context import BRAND_OPTION, WIDE, opened, read_settings, terminal
from store.brands import find_brand, find_channel, find_location
from store.database import ReadSession
from store.models import Brand
from store.queries import Slice
from store.segments import dimensions


class Form(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


VERDICTS = {
    Verdict.WORSE_IN_PUBLIC: "[red]worse in public[/red]",
    Verdict.BETTER_IN_PUBLIC: "[green]better in public[/green]",
    Verdict.NO_EVIDENCE: "no evidence",
    Verdict.TOO_FEW: "[dim]too few[/dim]",
}


def report(
    brand: Annotated[str, BRAND_OPTION],
    by: Annotated[str, typer.Option(help="location, month, channel, topic, in any order, comma-separated.")] = "",
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="The day after the last, YYYY-MM-DD.")] = None,
    location: Annotated[str | None, typer.Option(help="Only this location.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    lang: Annotated[
        Language | None, typer.Option(help="Of topics and sentences; by default the mentions' own.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How to write it.")] = Form.TABLE,
    output: Annotated[Path | None, typer.Option(help="A file, in place of standard output.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """The gap report: survey NPS and social NPS side by side, with intervals and a verdict."""
    part = Slice(start=_day("--from", start), end=_day("--to", end), location=location, channel=channel)
    if part.start and part.end and part.start >= part.end:
        msg = f"--to is the day after the last: it comes after --from, not on {end} with --from {start}"
        raise Invalid(msg)
    form, settings = Form.JSON if as_json else form, read_settings()
    with opened(settings) as db, db.read() as session:
        owner = find_brand(session, brand)
        if location is not None:
            find_location(session, owner, location)
        if channel is not None:
            find_channel(session, owner, channel)
        written = WrittenReport.of(session, owner, dimensions(by), settings, part=part, language=lang)
        if form is Form.TABLE and output is None:
            written.show()
            return
        content = written.content(form)
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        msg = f"--output {output} cannot be written: {error.strerror}"
        raise Invalid(msg) from error


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report on its way to a terminal or a file, with what stands beside its rows."""

    session: ReadSession
    brand: Brand
    part: Slice
    topics: Dictionary
    found: GapReport

    @classmethod
    def of(
        cls,
        session: ReadSession,
        brand: Brand,
        by: Sequence[str],
        settings: Settings,
        *,
        part: Slice | None = None,
        language: Language | None = None,
    ) -> Self:
        """The report of a brand as of now."""
        part, topics = part or Slice(), dictionary(settings.dictionary)
        found = gap_report(session, brand, by, part, now=now(), dictionary=topics, language=language)
        return cls(session, brand, part, topics, found)

    def content(self, form: Form) -> bytes:
        """The report as the bytes of a file."""
        match form:
            case Form.TABLE:
                console = Console(file=io.StringIO(), width=WIDE)
                self._print(console)
                return cast("io.StringIO", console.file).getvalue().encode()
            case Form.JSON:
                return (json.dumps(self._plain(), ensure_ascii=False, indent=2) + "\n").encode()
            case Form.HTML:
                return self._page().encode()
        rows = self.found.as_table()
        file = io.BytesIO()
        (write_csv if form is Form.CSV else write_xlsx)(file, list(rows[0]), rows)
        return file.getvalue()

    def _page(self) -> str:
        meta = self.found.meta
        return render_report(
            self.session,
            self.brand,
            meta.by,
            self.part,
            now=meta.generated_at,
            dictionary=self.topics,
            language=meta.language,
            standalone=True,
        )

    def show(self) -> None:
        """The report on the terminal."""
        self._print(terminal())

    def _print(self, console: Console) -> None:
        console.print(gap_table(self.found))
        language = self.found.meta.language
        console.print()
        for sentence in self._told()[language.value]:
            console.print(escape(sentence))

    def _details(self) -> Details:
        return details(self.session, self.brand, self.part, self.topics, self.found.meta.correction)

    def _told(self, beside: Details | None = None) -> dict[str, list[str]]:
        names = names_of(self.session, self.brand, self.topics, self.found.meta.language)
        return told(self.found, self.brand, names, beside)

    def _plain(self) -> dict[str, Any]:
        beside = self._details()
        plain = {"summary": self._told(beside), "details": beside.as_plain(self.found.meta.language.value)}
        return self.found.as_plain() | plain


def gap_table(found: GapReport) -> Table:
    """The report for a terminal: a row a segment, the brand as a whole last."""
    names = list(found.meta.by) or ["brand"]
    table = Table(
        *names,
        *("survey NPS", "n", "social NPS", "voices", "by stars", "gap", "q", "verdict"),
        title=f"{escape(found.meta.brand)}: gap = social - survey, in points, with 95 % intervals",
        caption=f"Social NPS: {found.meta.correction.name}. A verdict needs a false discovery rate below "
        f"{found.meta.false_discovery_rate:g} and at least {found.meta.min_voices} voices on each side.",
        title_justify="left",
        caption_justify="left",
    )
    for row in found.rows:
        table.add_row(*(escape(row.segment[name] or "-") for name in names), *_cells(row))
    table.add_section()
    table.add_row("all", *[""] * (len(names) - 1), *_cells(found.total), style="bold")
    return table


def _cells(row: GapRow) -> list[str]:
    return [
        _interval(row.survey),
        f"{row.survey.n:.0f}" if row.survey else "0",
        _interval(row.social),
        str(row.voices),
        "" if row.rating_share is None else f"{row.rating_share:.0%}",
        _interval(row.gap),
        "" if row.gap is None or row.gap.q is None else f"{row.gap.q:.2g}",
        VERDICTS[row.verdict],
    ]


def _interval(estimate: Nps | Gap | None) -> str:
    return "" if estimate is None else f"{estimate.value:+.1f} [dim]({estimate.low:+.0f} … {estimate.high:+.0f})[/dim]"


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        msg = f"{option} takes a day such as 2026-10-31, not {text!r}"
        raise Invalid(msg) from error
