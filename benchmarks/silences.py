"""How often is a feed called silent that is not, and how soon one that is: `python benchmarks/silences.py [--feeds 6]`.

Plays feeds of four years through `metrics/silence.py`: posts at random, on weekdays, in bursts, clusters or decline,
with a season, with heavy-tailed gaps; and, where ../shared/data is there, dates of real reviews, among which are the
gaps of whoever collected them. The peer is the plain rule "longer than ever before".
"""

import argparse
import gzip
import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from metrics.intervals import Array
from metrics.silence import Silence, SilenceRule, silence

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL = {"hotels_datafiniti_us": ("entity",), "skytrax_lounge_seat_sia": ("entity",)}
FIRST = date(2020, 1, 1)
YEARS = 4
DAYS = 365 * YEARS
A_YEAR = 365
RULE = SilenceRule()

Draw = Callable[[np.random.Generator], Array]
"""Days on which a feed speaks, as numbers from 0, sorted."""
Loud = Callable[[Silence], bool]


def spoken(draw: np.random.Generator, rate: Array) -> Array:
    """Days with at least one post, where so many are expected a day."""
    return np.flatnonzero(draw.random(DAYS) < 1 - np.exp(-rate))


def at_random(rate: float) -> Draw:
    """The same chance every day."""
    return lambda draw: spoken(draw, np.full(DAYS, rate))


def on_weekdays(rate: float) -> Draw:
    """Hardly anything on two days of seven."""
    return lambda draw: spoken(draw, np.where(np.arange(DAYS) % 7 < 5, 1.35, 0.1) * rate)  # noqa: PLR2004


def in_bursts(rate: float, days: int) -> Draw:
    """A rate that changes every so many days, mostly low and at times tenfold."""

    def draw_days(draw: np.random.Generator) -> Array:
        lengths = draw.geometric(1 / days, DAYS)
        return spoken(draw, np.repeat(draw.gamma(0.3, 1 / 0.3, DAYS), lengths)[:DAYS] * rate)

    return draw_days


def in_clusters(rate: float) -> Draw:
    """Posts that five others follow within ten days."""

    def draw_days(draw: np.random.Generator) -> Array:
        first = spoken(draw, np.full(DAYS, rate / 5))
        days = np.repeat(first, draw.poisson(5, len(first)))
        followed = np.unique(days + draw.integers(0, 10, len(days)))
        return followed[followed < DAYS]

    return draw_days


def in_decline(rate: float) -> Draw:
    """Half as much every sixteen months."""
    return lambda draw: spoken(draw, rate * np.exp(-np.arange(DAYS) / 700))


def by_season(rate: float) -> Draw:
    """Nine times as much in summer as in winter."""
    return lambda draw: spoken(draw, rate * (1 + 0.8 * np.sin(2 * np.pi * np.arange(DAYS) / A_YEAR)))


def heavy_tailed(gap: float) -> Draw:
    """Log-normal gaps of this mean, sigma 1.2."""

    def draw_days(draw: np.random.Generator) -> Array:
        gaps = np.maximum(1, draw.lognormal(math.log(gap) - 0.72, 1.2, DAYS).round()).astype(int)
        days = np.cumsum(gaps)
        return days[days < DAYS]

    return draw_days


FEEDS: dict[str, Draw] = {
    **{f"at random, {rate} a day": at_random(rate) for rate in (10, 3, 1, 0.3, 0.14, 0.03)},
    **{f"on weekdays, {rate} a day": on_weekdays(rate) for rate in (3, 1, 0.3)},
    **{f"bursts of {days} days, {rate} a day": in_bursts(rate, days) for days in (7, 30) for rate in (3, 1, 0.3)},
    **{f"clusters, {rate} a day": in_clusters(rate) for rate in (3, 1, 0.3)},
    **{f"in decline, {rate} a day": in_decline(rate) for rate in (3, 1, 0.3)},
    **{f"by season, {rate} a day": by_season(rate) for rate in (3, 1, 0.3)},
    **{f"heavy-tailed, every {gap} days": heavy_tailed(gap) for gap in (2, 5, 15)},
}


def ours(found: Silence) -> bool:
    """The rule."""
    return found.is_unusual


def longest_ever(found: Silence) -> bool:
    """The peer: longer than any gap of the window."""
    return found.days > found.longest_gap


def replayed(days: Array, loud: Loud) -> tuple[int, int]:
    """Alarms in a feed that goes on, and the days on which it could be judged."""
    dates = [FIRST + timedelta(days=int(day)) for day in days]
    alarms = judged = 0
    for earlier, later in zip(range(len(dates) - 1), range(1, len(dates)), strict=True):
        past, last, lasted = (
            dates[max(later - RULE.window_days, 0) : later],
            dates[earlier],
            (dates[later] - dates[earlier]).days,
        )
        if (found := silence(past, last, watched_since=dates[0], rule=RULE)) is None:
            continue
        judged += lasted
        # A gap can be called only from the second day on, and is loud for good once it is.
        if lasted > 1 and found.longest_gap < lasted:
            verdict = silence(past, last + timedelta(days=lasted - 1), watched_since=dates[0], rule=RULE)
            alarms += verdict is not None and loud(verdict)
    return alarms, judged


def missed_after(days: Array, loud: Loud) -> int | None:
    """Days after which a feed is called silent that says no more; none where it has no habits by then."""
    dates = [FIRST + timedelta(days=int(day)) for day in days]
    for lasted in range(1, A_YEAR):
        found = silence(dates, dates[-1] + timedelta(days=lasted), watched_since=dates[0], rule=RULE)
        if found is None:
            return None
        if loud(found):
            return lasted
    return A_YEAR


def real_feeds() -> Iterator[tuple[str, list[Array]]]:
    """The days of real reviews, by place, of sets that are there."""
    for name, keys in REAL.items():
        path = DATA / f"{name}.jsonl.gz"
        if not path.exists():
            continue
        places: dict[tuple[str, ...], set[int]] = defaultdict(set)
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row.get("date"):
                    day = (date.fromisoformat(row["date"][:10]) - FIRST).days
                    places[tuple(str(row.get(key)) for key in keys)].add(day)
        yield name, [np.array(sorted(days)) for days in places.values() if len(days) > RULE.least_gaps]


def show(name: str, feeds: list[Array], *, with_end: bool) -> None:
    """Print false alarms a year of both rules, and the median of days until a feed that stopped is missed."""
    cells = []
    for loud in (ours, longest_ever):
        counts = [replayed(days, loud) for days in feeds]
        alarms, years = (sum(part) for part in zip(*counts, strict=True))
        ends = [after for days in feeds if with_end and (after := missed_after(days, loud)) is not None]
        missed = f"{np.median(ends):.0f} d" if ends else "-"
        cells.append(f"{alarms / (years / A_YEAR):10.2f} a year{missed:>8}" if years else f"{'-':>17}{missed:>8}")
    print(f"{name:34}{len(feeds):>5}{''.join(cells)}", flush=True)


def main() -> None:
    """Print a line for each kind of feed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=6, help="of each kind")
    given = parser.parse_args()
    print(f"{'':34}feeds{'ours: false alarms':>19}  missed{'longest ever':>17}  missed")
    for number, (name, draw_days) in enumerate(FEEDS.items()):
        draws = [np.random.default_rng([number, feed]) for feed in range(given.feeds)]
        show(name, [days for draw in draws if len(days := draw_days(draw)) > 1], with_end=True)
    for name, feeds in real_feeds():
        show(f"real: {name}", feeds, with_end=False)


if __name__ == "__main__":
    main()
