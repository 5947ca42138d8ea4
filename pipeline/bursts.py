"""Judge the days whose mentions have changed, and those that have them in their past, for bursts of new authors."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from core.counts import Counts
from core.labels import CLASSES, Label
from metrics.bursts import USUAL, Numbers, crowded_days, is_crowded, one_side, past_of
from store.database import Database, ReadSession, take_turn
from store.marks import mark
from store.screening import (
    Series,
    Speaker,
    Suspicion,
    changed_days,
    first_days,
    first_said,
    next_brand_to_judge,
    public_days,
    set_judged,
    speakers,
    voices_by_day,
)

REACH = timedelta(days=USUAL.reach)

PLACES = 25
"""Locations that are judged in one transaction: two years of them are read in well under a second."""

Marks = dict[int, dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class _Days:
    """Consecutive days of one series from `start`: mentions, suspects among them, and whether each is to be judged."""

    start: date
    mentions: npt.NDArray[np.int64]
    suspects: npt.NDArray[np.int64]
    judged: npt.NDArray[np.bool_]

    def on(self, place: int) -> date:
        """The day at this place."""
        return self.start + timedelta(days=place)


@dataclass(frozen=True, slots=True)
class _Past:
    """What a day is judged by: the mentions of each day of its past, and the classes of all its voices."""

    mentions: Numbers
    mix: Counts


def judge_days(db: Database) -> int:
    """Judge all days that have changed since they were last judged; how many mentions became suspects.

    Once for all pages of a run, since a page touches the past of many days and each past would be read for each page.
    Which days have changed is kept with the pages, so a killed run loses none.
    """
    suspects = 0
    while (brand_id := _next_brand(db)) is not None:
        with db.write.begin() as session:
            take_turn(session, brand_id)
            changed = changed_days(session, brand_id, places=PLACES)
            marks = burst_marks(session, brand_id, changed)
            mark(session, marks)
            set_judged(session, brand_id, changed)
        suspects += sum(marked["suspicion"] is not None for marked in marks.values())
    return suspects


def _next_brand(db: Database) -> int | None:
    with db.read() as session:
        return next_brand_to_judge(session)


def burst_marks(session: ReadSession, brand_id: int, changed: Mapping[Series, Collection[date]]) -> Marks:
    """Who is a suspect of a burst now, or is none any more, by id.

    A day is judged by what is known of its past now, so the order in which a source gives its mentions, often the
    newest first, makes no difference: all days are judged again whose past has changed.
    """
    if not changed:
        return {}
    began = first_days(session, brand_id, {place for place, _ in changed})
    days = _days(session, brand_id, changed, began)
    pasts = _pasts(session, brand_id, days, began)
    looked_at = {series: set(of_series) for series, of_series in pasts.items()}
    for series, each in days.items():
        suspected = np.flatnonzero(each.judged & (each.suspects > 0)).tolist()
        looked_at.setdefault(series, set()).update(each.on(place) for place in suspected)
    said = list(speakers(session, brand_id, looked_at))
    return _changes(said, _members(session, brand_id, said, pasts))


def _days(
    session: ReadSession, brand_id: int, changed: Mapping[Series, Collection[date]], began: Mapping[Series, date]
) -> dict[Series, _Days]:
    """The days of each series from the past of its first changed day to its last mention."""
    start = min(map(min, changed.values())) - REACH
    rows: dict[Series, list[tuple[date, int, int]]] = {series: [] for series in changed}
    places = {place for place, _ in changed}
    for series, on, mentions, suspects in public_days(session, brand_id, places, start=start):
        if series in rows:
            rows[series].append((on, mentions, suspects))
    return {series: _of_series(rows[series], changed[series], began[series]) for series in changed if rows[series]}


def _of_series(rows: Sequence[tuple[date, int, int]], changed: Collection[date], began: date) -> _Days:
    start = min(changed) - REACH
    size = max((rows[-1][0] - start).days + 1, 0)
    days = _Days(start, np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.bool_))
    for on, mentions, suspects in rows:
        if (place := (on - start).days) >= 0:
            days.mentions[place], days.suspects[place] = mentions, suspects
    for on in changed:
        days.judged[(on - start).days :][: USUAL.reach + 1] = True
    if min(changed) <= began:  # it began earlier than was known, or later: any day may have a past now, or none
        days.judged[USUAL.reach :] = True
    return days


def _pasts(
    session: ReadSession, brand_id: int, days: Mapping[Series, _Days], began: Mapping[Series, date]
) -> dict[Series, dict[date, _Past]]:
    """The pasts of crowded days, but of those that reach back beyond the first mention: there nothing was usual yet."""
    crowded = {
        series: [place for place in crowded_days(each.mentions) if each.judged[place]] for series, each in days.items()
    }
    first = min((days[series].on(found[0]) for series, found in crowded.items() if found), default=None)
    if first is None:
        return {}
    last = max(days[series].on(found[-1]) for series, found in crowded.items() if found)
    places = {place for (place, _), found in crowded.items() if found}
    voices = voices_by_day(session, brand_id, places, start=first - REACH, end=last)
    pasts: dict[Series, dict[date, _Past]] = {}
    for series, found in crowded.items():
        each, of_series = days[series], voices.get(series, {})
        for place in found:
            dates = [each.on(before) for before in past_of(range(place), place)]
            if began[series] <= dates[0]:
                mix = sum((of_series[on] for on in dates if on in of_series), Counts())
                pasts.setdefault(series, {})[each.on(place)] = _Past(past_of(each.mentions, place), mix)
    return pasts


def _members(
    session: ReadSession, brand_id: int, said: Iterable[Speaker], crowded: dict[Series, dict[date, _Past]]
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
