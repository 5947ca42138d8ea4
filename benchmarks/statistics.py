"""How honest are the intervals, the verdicts, the correction and the alarms? Run: `python benchmarks/statistics.py`.

Coverage of counted scores is enumerated exactly; the rest is simulated, seeded. Each line has what is asked, our figure
and the textbook method's on the same data. Simulations rank methods; they do not predict the field. Three minutes on
one core; `--quick` takes one, with fewer repetitions.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np
import quantification
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, multinomial, norm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.counts import Counts, SegmentCounts
from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES, Verdict
from metrics.intervals import Bounds, mover_bounds, tango_bounds
from metrics.report import report
from metrics.spikes import Day, SpikeRule, spike

Array = NDArray[np.float64]
Line = quantification.Line
Fires = Callable[[Array, Array, int], bool]
"""Whether a detector alarms on day `at` of a series of daily detractors and mentions."""

SEED = 7
MIXES, MIX_PAIRS = 200, 60
REPORTS, LOCATIONS, WITH_GAP, A_SIDE = 200, 200, 50, 150
SERIES, DAYS, WARM_UP = 60, 180, 56
VOLUME, SHARE, RHO, EVENT_LIFT = 14, 0.23, 0.02, 3.0
FIRST_DAY = date(2026, 1, 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    quick = parser.parse_args().quick
    started = perf_counter()
    print(f"{'question':66} {'asked':8} {'ours':>8} {'peer':>8}  peer is")
    for lines in (coverage, gap_coverage, discoveries, quantification.lines, alarms):
        for line in lines(np.random.default_rng(SEED), quick=quick):
            row = f"{line.question:66} {line.asked:8} {line.ours:8.3f} {line.peer:8.3f}  {line.method}"
            print(row, flush=True)
    print(f"{perf_counter() - started:.1f} s")


def tables(n: int) -> Array:
    """All (promoters, passives, detractors) of n voices, one a row."""
    return np.array([(p, n - p - d, d) for p in range(n + 1) for d in range(n + 1 - p)], dtype=np.float64)


def wald_bounds(promoters: Array, detractors: Array, n: float) -> Bounds:
    """The textbook interval: normal, with the variance observed."""
    value = (promoters - detractors) / n
    half = norm.isf(0.025) * np.sqrt(np.maximum((promoters + detractors) / n - value**2, 0) / n)
    return value - half, value + half


def covered(bounds: Bounds, truth: float, chance: Array) -> float:
    """The chance of the tables whose interval holds the truth."""
    return float(np.sum(chance[(bounds[0] <= truth + 1e-9) & (bounds[1] >= truth - 1e-9)]))


def coverage(rng: np.random.Generator, *, quick: bool) -> Iterator[Line]:
    """Tango's interval of one NPS over random mixes: mean and worst."""
    for n in (10, 30):
        table = tables(n)
        both = (tango_bounds(table[:, 0], table[:, 2], n), wald_bounds(table[:, 0], table[:, 2], n))
        shares = [
            [covered(bounds, mix[0] - mix[2], multinomial.pmf(table, n, mix)) for bounds in both]
            for mix in rng.dirichlet((1, 1, 1), MIXES // 4 if quick else MIXES)
        ]
        for name, statistic in (("mean", np.mean), ("worst", np.min)):
            asked = ">= .92" if name == "worst" else ""
            ours, peer = statistic(shares, axis=0)
            yield Line(
                f"coverage of an NPS, n={n}, {len(shares)} mixes, {name}", asked, float(ours), float(peer), "Wald"
            )


def gap_coverage(rng: np.random.Generator, *, quick: bool) -> Iterator[Line]:
    """MOVER's interval of a gap of ten voices against ten over random pairs of mixes."""
    n = MIN_VOICES
    table = tables(n)
    one, other = (grid.ravel() for grid in np.meshgrid(np.arange(len(table)), np.arange(len(table))))
    value = (table[:, 0] - table[:, 2]) / n
    bounds: list[Bounds] = []
    for low, high in (tango_bounds(table[:, 0], table[:, 2], n), wald_bounds(table[:, 0], table[:, 2], n)):
        bounds.append(mover_bounds(value[one], (low[one], high[one]), value[other], (low[other], high[other])))
    shares = []
    for first, second in rng.dirichlet((1, 1, 1), (MIX_PAIRS // 4 if quick else MIX_PAIRS, 2)):
        chance = multinomial.pmf(table, n, first)[one] * multinomial.pmf(table, n, second)[other]
        truth = first[0] - first[2] - second[0] + second[2]
        shares.append([covered(of, truth, chance) for of in bounds])
    for name, statistic in (("mean", np.mean), ("worst", np.min)):
        asked = ">= .93" if name == "worst" else ""
        ours, peer = statistic(shares, axis=0)
        yield Line(f"coverage of a gap, 10 v 10, {len(shares)} pairs, {name}", asked, float(ours), float(peer), "Wald")


def discoveries(rng: np.random.Generator, *, quick: bool) -> Iterator[Line]:
    """Wrong verdicts in reports of many locations: without any true gap, and with some that are to be found."""
    reports = REPORTS // 10 if quick else REPORTS
    nobody = np.array([found_in_report(rng, 0, None) for _ in range(reports)], np.float64)
    some = np.array([found_in_report(rng, WITH_GAP, A_SIDE) for _ in range(reports // 4)], np.float64)
    wrong, right = some.transpose(2, 0, 1)
    name = f"{LOCATIONS} locations, {WITH_GAP} true gaps, {A_SIDE} a side"
    any_wrong = np.mean(nobody[:, :, 0] > 0, axis=0)
    ours, peer = any_wrong
    yield Line(
        f"reports with a verdict, {LOCATIONS} locations, no true gap", "<= .10", float(ours), float(peer), "Wald p + BH"
    )
    rate = np.mean(wrong / np.maximum(wrong + right, 1), axis=0)
    ours, peer = rate
    yield Line(f"false discoveries, {name}", "<= .10", float(ours), float(peer), "Wald p + BH")
    ours, peer = np.mean(right / WITH_GAP, axis=0)
    yield Line(f"power, {name}", ">= .70", float(ours), float(peer), "Wald p + BH")


def found_in_report(rng: np.random.Generator, gaps: int, a_side: int | None) -> list[tuple[int, int]]:
    """(wrong, right) verdicts of ours and of the peer's on one report.

    The first `gaps` locations have a gap of 20 to 45 points, half of them upwards. Where `a_side` is None, sizes vary
    around 60 (log-normal). The public is more of one mind or the other than the survey is.
    """
    rows = []
    for at in range(LOCATIONS):
        n_survey, n_social = (
            (a_side,) * 2 if a_side else (int(n) for n in np.maximum(rng.lognormal(np.log(60), 0.8, 2), 1))
        )
        shift = rng.uniform(0.10, 0.225) * rng.choice((-1, 1)) if at < gaps else 0.0
        social = (0.62 + shift, 0.11, 0.27 - shift)
        on_site, public = rng.multinomial(n_survey, (0.5, 0.35, 0.15)), rng.multinomial(n_social, social)
        rows.append(SegmentCounts({}, Counts(*on_site.tolist()), Counts(*public.tolist())))
    verdicts = np.array([row.verdict in {Verdict.WORSE_IN_PUBLIC, Verdict.BETTER_IN_PUBLIC} for row in report(rows)])
    pairs = [(moments(row.survey), moments(row.social)) for row in rows]
    deviates = [abs(m1 - m2) / np.sqrt(max(v1 + v2, 1e-12)) for (m1, v1), (m2, v2) in pairs]
    peer = false_discovery_control(2 * norm.sf(deviates)) < FALSE_DISCOVERIES
    return [(int(np.sum(of[gaps:])), int(np.sum(of[:gaps]))) for of in (verdicts, peer)]


def moments(counts: Counts) -> tuple[float, float]:
    """The NPS as a proportion and its observed variance."""
    value = (counts.promoters - counts.detractors) / counts.n
    return value, ((counts.promoters + counts.detractors) / counts.n - value**2) / counts.n


def series(rng: np.random.Generator, event_at: int | None = None) -> tuple[Array, Array]:
    """Daily detractors and mentions: bursty volume, a drifting and overdispersed share, benign bursts of volume."""
    volume = np.full(DAYS, float(VOLUME))
    for at in rng.choice(DAYS, 3, replace=False):
        volume[at : at + 2] *= rng.uniform(2, 5)
    drift = np.zeros(DAYS)
    for at in range(1, DAYS):
        drift[at] = 0.9 * drift[at - 1] + rng.normal(0, 0.08)
    share = 1 / (1 + np.exp(-(np.log(SHARE / (1 - SHARE)) + drift)))
    if event_at is not None:
        share[event_at : event_at + 3] = np.minimum(EVENT_LIFT * share[event_at : event_at + 3], 0.85)
    n = rng.negative_binomial(6, 6 / (6 + volume)).astype(np.float64)
    weight = (1 - RHO) / RHO
    return rng.binomial(n.astype(np.int64), rng.beta(share * weight, (1 - share) * weight)).astype(np.float64), n


def ours(detractors: Array, n: Array, at: int) -> bool:
    """Whether our rule fires on a day."""
    days = [Day(FIRST_DAY + timedelta(i), float(detractors[i]), float(n[i])) for i in range(at + 1)]
    found = spike(days)
    return found is not None and found.fired


def ears(limit: float) -> Fires:
    """EARS C2: fires so many deviations above the mean of the seven days that end two days before."""

    def fires(detractors: Array, _n: Array, at: int) -> bool:
        window = detractors[at - 9 : at - 2]
        return bool(detractors[at] > np.mean(window) + limit * max(float(np.std(window, ddof=1)), 0.5))

    return fires


def alarms(rng: np.random.Generator, *, quick: bool) -> Iterator[Line]:
    """False alarms per 90 days on uneventful series, and the share of three-day events that are found by their end.

    EARS is shown at its textbook limit of 3, then at the limit that gives it no more false alarms than ours.
    """
    quiet = [series(rng) for _ in range(SERIES // 4 if quick else SERIES)]
    eventful = [(series(rng, at), at) for at in rng.integers(WARM_UP + 30, DAYS - 5, 3 * len(quiet))]
    allowed = false_alarms(quiet, ours)
    matched = next(limit for limit in np.arange(3, 20, 0.25) if false_alarms(quiet, ears(float(limit))) <= allowed)
    recalls = {days: recall(eventful, ours, days) for days in (1, 3)}
    for limit in (3.0, float(matched)):
        name, peer = f"EARS C2, {limit:g}", ears(limit)
        yield Line(f"false alarms per 90 days, {VOLUME} posts a day", "<= 1", allowed, false_alarms(quiet, peer), name)
        for days, found in recalls.items():
            yield Line(f"recall of a threefold share by day {days}", "", found, recall(eventful, peer, days), name)


def recall(eventful: list[tuple[tuple[Array, Array], int]], fires: Fires, days: int) -> float:
    """The share of events that are found within so many days."""
    return float(np.mean([any(fires(*of, at + i) for i in range(days)) for of, at in eventful]))


def false_alarms(quiet: list[tuple[Array, Array]], fires: Fires) -> float:
    """Alarms per 90 days after the warm-up, those within a quiet period of the last one being the same."""
    count = 0
    for of in quiet:
        last = -DAYS
        for at in range(WARM_UP, DAYS):
            if fires(*of, at):
                count += at - last > SpikeRule().quiet_days
                last = at
    return 90 * count / (len(quiet) * (DAYS - WARM_UP))


if __name__ == "__main__":
    main()
