"""Decide which series spike, and leave what changed as rows: an alert opens, goes on, closes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.clock import day_of, zone
from core.labels import Label
from metrics.spikes import Day, Spike, SpikeRule, closes, opens, spike
from store.alerts import last_alert, open_alert
from store.database import WriteSession, take_turn
from store.models import Alert, Brand
from store.queries import DayCount, detractor_ids, social_days

NEGATIVE_SPIKE = "negative_spike"
HISTORY_DAYS = 180
"""Enough for the dispersion of the oldest day that is tested, whose own baseline lies before it."""
TESTED_DAYS = 14
"""Days that are tested at each check, so that what a source publishes late is not missed."""
EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class Changes:
    """What a check did."""

    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()

    def __add__(self, other: "Changes") -> "Changes":
        """The same of two series or brands."""
        return Changes(self.opened + other.opened, self.closed + other.closed)


def check_brand(session: WriteSession, brand: Brand, *, as_of: datetime, rule: SpikeRule) -> Changes:
    """Test every location of a brand and the brand as a whole, as if it were `as_of`, and write what changed.

    The day of `as_of` counts as far as it is known; a midnight belongs to the day before it. The whole brand is tested
    without the locations that fire by themselves, so that one club's trouble is told once. Again is harmless.
    """
    take_turn(session, brand.id)
    timezone = zone(brand.timezone)
    last_day = day_of(as_of - timedelta(microseconds=1), timezone)
    whole = last_day < day_of(as_of, timezone)
    start = last_day - timedelta(days=HISTORY_DAYS)
    counts = social_days(session, brand, start=start, end=last_day + timedelta(days=1))
    share = _usual_share(counts, last_day, rule)
    by_location: dict[int, list[DayCount]] = {}
    for count in counts:
        if count.location_id is not None:
            by_location.setdefault(count.location_id, []).append(count)
    changes, loud = Changes(), set()
    for location_id, own in sorted(by_location.items()):
        tested = _tested(own, start, last_day, share, rule)
        loud |= {(location_id, found.on) for found in tested if found.fired}
        changes += _follow(session, brand, location_id, tested, rule=rule, now=as_of, last_is_whole=whole)
    rest = [count for count in counts if (count.location_id, count.said_on) not in loud]
    tested = _tested(rest, start, last_day, None, rule)
    return changes + _follow(session, brand, None, tested, rule=rule, now=as_of, last_is_whole=whole)


def _usual_share(counts: Iterable[DayCount], last_day: date, rule: SpikeRule) -> float | None:
    """The brand's share of detractors over the days that precede all tested ones; none without voices there."""
    end = last_day - timedelta(days=TESTED_DAYS + rule.guard_days)
    past = [count for count in counts if count.said_on < end]
    n = sum(count.n for count in past)
    return sum(count.detractors for count in past) / n if n else None


def _tested(
    counts: Sequence[DayCount], start: date, last_day: date, parent_share: float | None, rule: SpikeRule
) -> list[Spike]:
    """The verdicts on the latest days, each from what was known up to it; silent days have no mentions.

    The history begins with the series' first mention, not with the window: a club that opened last week has no past.
    """
    days = [Day(count.said_on, count.detractors, count.n) for count in counts]
    first = min((day.on for day in days), default=start)
    found = []
    for age in reversed(range(TESTED_DAYS)):
        on = last_day - timedelta(days=age)
        known = [day for day in days if day.on <= on]
        if on >= first and (verdict := spike([*known, Day(on, 0, 0)], parent_share, rule)) is not None:
            found.append(verdict)
    return found


def _follow(
    session: WriteSession,
    brand: Brand,
    location_id: int | None,
    tested: Sequence[Spike],
    *,
    rule: SpikeRule,
    now: datetime,
    last_is_whole: bool,
) -> Changes:
    """Walk through the tested days of one series and move its alert from state to state.

    A day that is not over yet may still fire, so its calm closes nothing. What fires soon after an alert was closed is
    the same trouble: its alert opens again, and nobody is told twice.
    """
    opened, closed = [], []
    alert = last_alert(session, brand.id, NEGATIVE_SPIKE, location_id)
    for index, found in enumerate(tested):
        is_over = last_is_whole or index < len(tested) - 1
        if alert is not None and _is_open(alert, found.on):
            if found.fired:
                alert.last_seen_on = max(alert.last_seen_on, found.on)
            elif is_over and found.on > alert.last_seen_on and closes(tested[: index + 1], rule):
                alert.closed_on = found.on
                closed.append(alert.id)
        elif alert is not None and _goes_on(alert, found, rule):
            alert.closed_on, alert.last_seen_on = None, found.on
        elif opens(found, alert.last_seen_on if alert else None, rule):
            alert = open_alert(
                session,
                brand_id=brand.id,
                kind=NEGATIVE_SPIKE,
                location_id=location_id,
                on=found.on,
                evidence=_evidence(session, brand, location_id, found),
                now=now,
            )
            opened.append(alert.id)
    return Changes(tuple(opened), tuple(closed))


def _is_open(alert: Alert, on: date) -> bool:
    return alert.closed_on is None and alert.opened_on <= on


def _goes_on(alert: Alert, found: Spike, rule: SpikeRule) -> bool:
    """Whether a day belongs to an alert that was closed too soon."""
    return found.fired and found.on > alert.last_seen_on and not opens(found, alert.last_seen_on, rule)


def _evidence(session: WriteSession, brand: Brand, location_id: int | None, found: Spike) -> dict[str, Any]:
    """The numbers of the day, and the texts behind them by id."""
    numbers = {key: value for key, value in asdict(found).items() if key not in {"on", "fired"}}
    texts = detractor_ids(session, brand, location_id=location_id, on=found.on, limit=EVIDENCE)
    return numbers | {"excess_detractors": found.excess_detractors, "label": Label.DETRACTOR.value, "mentions": texts}
