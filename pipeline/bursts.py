"""Judge the days that new mentions were made on, or that have them in their past, for bursts of new authors."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from core.counts import Counts
from core.labels import CLASSES, Label
from metrics.bursts import USUAL, Numbers, crowded_days, is_crowded, one_side, past_of
from store.database import WriteSession
from store.screening import Series, Speaker, Suspicion, first_days, first_said, public_days, speakers, voices_by_day

REACH = timedelta(days=USUAL.reach)

Marks = dict[int, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class _Past:
    """What a day is judged by: the mentions of each day of its past, and the classes of all its voices."""

    mentions: Numbers
    mix: Counts


@dataclass(frozen=True, slots=True)
class _Days:
    """Mentions, and suspects among them, of each series on consecutive days from `start`."""

    start: date
    mentions: npt.NDArray[np.int64]
    suspects: npt.NDArray[np.int64]

    def on(self, place: int) -> date:
        """The day at this place."""
        return self.start + timedelta(days=place)


def burst_marks(session: WriteSession, brand_id: int, touched: Collection[tuple[Series, date]]) -> Marks:
    """Who is a suspect of a burst now, or is none any more, by id.

    A day is judged by what is known of its past now, so the order in which a source gives its mentions, often the
    newest first, makes no difference: all days are judged again whose past has changed.
    """
    if not touched:
        return {}
    series = sorted({series for series, _ in touched})
    start = min(on for _, on in touched) - REACH
    end = max(on for _, on in touched) + REACH + timedelta(days=1)
    days = _days(session, brand_id, series, start, end)
    crowded = {each: found for each, row in zip(series, days.mentions, strict=True) if (found := crowded_days(row))}
    pasts = _pasts(session, brand_id, days, dict(zip(series, days.mentions, strict=True)), crowded)
    looked_at = {each: set(of_each) for each, of_each in pasts.items()}
    for row, place in np.argwhere(days.suspects[:, REACH.days :]).tolist():
        looked_at.setdefault(series[row], set()).add(days.on(place + REACH.days))
    said = list(speakers(session, brand_id, looked_at))
    return _changes(said, _members(session, brand_id, said, pasts))


def _days(session: WriteSession, brand_id: int, series: Sequence[Series], start: date, end: date) -> _Days:
    rows = {each: row for row, each in enumerate(series)}
    days = _Days(start, *(np.zeros((len(series), (end - start).days), dtype=np.int64) for _ in range(2)))
    for each, on, mentions, suspects in public_days(
        session, brand_id, {place for place, _ in series}, start=start, end=end
    ):
        if each in rows:
            at = rows[each], (on - start).days
            days.mentions[at], days.suspects[at] = mentions, suspects
    return days


def _pasts(
    session: WriteSession,
    brand_id: int,
    days: _Days,
    mentions: Mapping[Series, npt.NDArray[np.int64]],
    crowded: Mapping[Series, Sequence[int]],
) -> dict[Series, dict[date, _Past]]:
    """The pasts of crowded days, but of those that reach back beyond the first mention: there nothing was usual yet."""
    if not crowded:
        return {}
    places = {place for place, _ in crowded}
    began = first_days(session, brand_id, places)
    last = days.on(max(map(max, crowded.values())))
    voices = voices_by_day(session, brand_id, places, start=days.start, end=last)
    pasts: dict[Series, dict[date, _Past]] = {}
    for series, found in crowded.items():
        of_series = voices.get(series, {})
        for place in found:
            dates = [days.on(before) for before in past_of(range(place), place)]
            if began[series] <= dates[0]:
                mix = sum((of_series[on] for on in dates if on in of_series), Counts())
                pasts.setdefault(series, {})[days.on(place)] = _Past(past_of(mentions[series], place), mix)
    return pasts


def _members(
    session: WriteSession, brand_id: int, said: Iterable[Speaker], crowded: dict[Series, dict[date, _Past]]
) -> set[int]:
    """The mentions of new authors that make a day a burst: those of the class that nearly all of them are of."""
    by_day: dict[tuple[Series, date], list[Speaker]] = {}
    for one in said:
        if one.on in crowded.get(one.series, {}) and one.author_key is not None:
            by_day.setdefault((one.series, one.on), []).append(one)
    authors = (one.author_key for day in by_day.values() for one in day if one.author_key is not None)
    first = first_said(session, brand_id, authors)
    members: set[int] = set()
    for (series, on), day in by_day.items():
        strangers = [one for one in day if one.author_key is not None and first[one.author_key] == on]
        side = _side(strangers, crowded[series][on])
        members |= {one.id for one in strangers if side is not None and one.label is side}
    return members


def _side(strangers: Sequence[Speaker], past: _Past) -> Label | None:
    """The class of a burst; none where these strangers are no more than usual, or of no one mind."""
    if not is_crowded(len({one.author_key for one in strangers}), past.mentions):
        return None
    counted = Counter(one.label for one in strangers)
    return one_side(Counts(*(counted[known] for known in CLASSES)), past.mix, float(np.mean(past.mentions)))


def _changes(said: Iterable[Speaker], bursts: set[int]) -> Marks:
    """A suspect as a copy stays that: what several wrote alike says more than when they wrote it."""
    marks: Marks = {}
    for one in said:
        suspicion = Suspicion.BURST.value if one.id in bursts else None
        if one.suspicion not in {suspicion, Suspicion.COPIES.value}:
            marks[one.id] = {"suspicion": suspicion}
    return marks
