"""Rows of the report as the page shows them: where marks lie, what is said beside the figures, the texts behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from api.quotes import TEXTS_A_ROW, Names, Quote, quotes, quotes_by_id
from api.words import Language, Words
from metrics.change import Change
from metrics.gaps import Verdict
from metrics.nps import Nps
from metrics.report import Driver, GapRow
from store.database import ReadSession
from store.models import Brand
from store.queries import Slice

ROWS_WITH_TEXTS = 40
"""The worst rows; each costs a query at most."""
FEW_SHOWN = 10
"""So many rows with too few voices stand among the others; more of them are folded away."""


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
    """One row of the page. `platforms` are channels that disagree, the lowest first; [] where none do."""

    row: GapRow
    name: str
    history: str | None
    survey: Mark | None
    social: Mark | None
    platforms: list[tuple[str, Nps]]
    quotes: list[Quote]

    @property
    def differs_without_suspects(self) -> bool:
        """Whether leaving suspects out is seen in whole points or in the verdict."""
        all_of, sure = self.row.social, self.row.unsuspected.social
        if self.row.unsuspected.voices >= self.row.voices or all_of is None or sure is None:
            return False
        return round(all_of.value) != round(sure.value) or self.row.verdict is not self.row.unsuspected.verdict

    @property
    def suspects(self) -> int:
        """Voices under suspicion."""
        return self.row.voices - self.row.unsuspected.voices

    @property
    def is_month(self) -> bool:
        """Whether there is a month before it to compare it with."""
        change = self.row.change
        return change is not None and any((change.survey, change.social, change.gap))

    @property
    def moved(self) -> list[tuple[str, Change]]:
        """Sides that moved by more than chance against the month before: survey, social, gap."""
        change = self.row.change
        sides = (("survey", change.survey), ("social", change.social), ("gap", change.gap)) if change else ()
        return [(side, step) for side, step in sides if step and step.is_evident]


def row_views(
    session: ReadSession,
    brand: Brand,
    rows: Sequence[GapRow],
    part: Slice,
    names: Names,
    say: Words,
    *,
    with_texts: int = ROWS_WITH_TEXTS,
) -> list[RowView]:
    """The rows in their order, the first `with_texts` with texts: those that show their topics, then the newest.

    The texts of all topics are one read; only a row with few of them costs one of its own.
    """
    is_quoted = _quoted(rows, with_texts)
    chosen = [_chosen(row.drivers, say) if wanted else {} for row, wanted in zip(rows, is_quoted, strict=True)]
    shown = quotes_by_id(session, brand, {of_id for one in chosen for of_id in one}, names)
    views = [_view(row, part, names, say) for row in rows]
    return [
        replace(view, quotes=_texts(session, brand, view.row.segment, part, names, _known(one, shown)))
        if wanted
        else view
        for view, one, wanted in zip(views, chosen, is_quoted, strict=True)
    ]


def _chosen(drivers: Iterable[Driver], say: Words) -> dict[int, tuple[str, ...]]:
    """Ids of texts that show the topics of a row, with these topics: one of each topic first, then the next of each."""
    about: dict[int, list[str]] = {}
    listed = [(driver.names[say.language_code], driver.evidence) for driver in drivers]
    for place in range(max((len(evidence) for _, evidence in listed), default=0)):
        for _, evidence in listed:
            if place < len(evidence):
                about.setdefault(evidence[place], [])
    for name, evidence in listed:
        for of_id in evidence:
            about[of_id].append(name)
    return {of_id: tuple(names) for of_id, names in list(about.items())[:TEXTS_A_ROW]}


def _known(chosen: Mapping[int, tuple[str, ...]], shown: Mapping[int, Quote]) -> list[Quote]:
    return [replace(shown[of_id], about=topics) for of_id, topics in chosen.items() if of_id in shown]


def _texts(
    session: ReadSession,
    brand: Brand,
    segment: Mapping[str, str | None],
    part: Slice,
    names: Names,
    known: Sequence[Quote],
) -> list[Quote]:
    """The texts of a row: those known to show its topics, filled up with the newest detractors' words."""
    if len(known) >= TEXTS_A_ROW:
        return list(known)
    ids = {quote.id for quote in known}
    newest = quotes(session, brand, segment, part, names)
    return [*known, *(quote for quote in newest if quote.id not in ids)][:TEXTS_A_ROW]


def _view(row: GapRow, part: Slice, names: Names, say: Words) -> RowView:
    return RowView(
        row=row,
        name=say.segment(row.segment, names),
        history=_history(row.segment, part, say),
        survey=Mark.of(row.survey) if row.survey else None,
        social=Mark.of(row.social) if row.social else None,
        platforms=_platforms(row, names),
        quotes=[],
    )


def _platforms(row: GapRow, names: Names) -> list[tuple[str, Nps]]:
    if row.platforms is None or not row.platforms.disagree:
        return []
    ranked = sorted(row.platforms.channels.items(), key=lambda item: item[1].value)
    return [(names["channel"].get(slug, slug), nps) for slug, nps in ranked]


def _quoted(rows: Sequence[GapRow], most: int) -> list[bool]:
    """Whether each row has its texts beside it."""
    folds = _folds(rows)
    return [at < most and not (folds and row.verdict is Verdict.TOO_FEW) for at, row in enumerate(rows)]


def _folds(rows: Sequence[GapRow]) -> bool:
    """Whether rows with too few voices are folded away: months stay in their order, whole."""
    few = sum(row.verdict is Verdict.TOO_FEW for row in rows)
    return few > FEW_SHOWN and "month" not in rows[0].segment


def folded(views: Sequence[RowView]) -> tuple[list[RowView], list[RowView]]:
    """The rows to be shown and those to be folded away."""
    rows = [view.row for view in views]
    if not views or not _folds(rows):
        return list(views), []
    is_few = [row.verdict is Verdict.TOO_FEW for row in rows]
    shown, few = ([view for view, one in zip(views, is_few, strict=True) if one is wanted] for wanted in (False, True))
    return shown, few


def _history(segment: Mapping[str, str | None], part: Slice, say: Words) -> str | None:
    """The query of the page that shows this location or channel month by month; none where there is no such page."""
    [(dimension, value), *more] = segment.items() if segment else [("", None)]
    if more or value is None or dimension not in {"location", "channel"}:
        return None
    narrowed = {"location": part.location, "channel": part.channel} | {dimension: value}
    return link(("month",), Slice(start=part.start, end=part.end, **narrowed), say.language)


def link(by: Sequence[str], part: Slice, language: Language) -> str:
    """A query of the report page, without what is not set."""
    wanted = {
        "by": ",".join(by),
        "from": part.start.isoformat() if part.start else "",
        "to": part.end.isoformat() if part.end else "",
        "location": part.location or "",
        "channel": part.channel or "",
        "lang": "" if language is Language.EN else language.value,
    }
    return "?" + urlencode({name: value for name, value in wanted.items() if value})
