"""The report in plain words, for a manager who reads two sentences: what parts, how surely, and why."""

from collections.abc import Iterable, Sequence

from api.quotes import Names
from api.reports import GapReport
from api.since import Since
from api.who_speaks import WhoSpeaks
from api.words import Words
from metrics.gaps import Gap, Verdict
from metrics.nps import Nps
from metrics.report import Driver, GapRow

ROWS_TOLD = 5
PLATFORMS_TOLD = 3
TOPICS_TOLD = 3
MUCH_MOVED = 5.0
"""Points by which raking moves the public side before it is worth a sentence."""
REAL = {Verdict.WORSE_IN_PUBLIC: "worse", Verdict.BETTER_IN_PUBLIC: "better"}


def summary(
    report: GapReport, brand: str, names: Names, say: Words, *, who: WhoSpeaks | None = None, moved: Since | None = None
) -> list[str]:
    """Sentences about one report of the brand of this name, the most important first; never empty."""
    said = [_whole(report.total, say, brand), *_topics(report.total.drivers, say), *_counted(report, say)]
    said += [_row(row, names, say) for row in _telling(report.rows)]
    said += _platforms(report.rows, names, say)
    said += moves(moved.months[-1:], say) if moved else []
    said += _mix(report.total, who, say) if who else []
    said += _suspects(report.total, say)
    said += _correction(report.total, say)
    return said


def _whole(total: GapRow, say: Words, brand: str) -> str:
    survey, social, gap = total.survey, total.social, total.gap
    if survey is None and social is None:
        return say.say("sum_nothing", brand=brand)
    if survey is None and social is not None:
        interval = say.span(social.low, social.high)
        return say.say("sum_only_public", brand=brand, social=say.score(social.value), interval=interval)
    if survey is not None and social is None:
        interval = say.span(survey.low, survey.high)
        return say.say("sum_only_survey", brand=brand, survey=say.score(survey.value), interval=interval)
    if survey is None or social is None or gap is None or total.verdict is Verdict.TOO_FEW:
        return say.say("sum_too_few", brand=brand)
    if total.verdict in REAL:
        return say.say(f"sum_{REAL[total.verdict]}", brand=brand, **_sides(survey, social, gap, say))
    return _even(survey, social, gap, say, brand) + _detectable(total, say)


def _even(survey: Nps, social: Nps, gap: Gap, say: Words, brand: str) -> str:
    """The interval has zero in it, so that limits keep their signs."""
    sides = _sides(survey, social, gap, say) | {"interval": say.interval(gap.low, gap.high)}
    return say.say("sum_no_evidence", brand=brand, **sides)


def _detectable(total: GapRow, say: Words) -> str:
    if total.detectable is None:
        return ""
    return " " + say.say("sum_detectable", detectable=say.score(total.detectable))


def _sides(survey: Nps, social: Nps, gap: Gap, say: Words) -> dict[str, str]:
    """What a sentence says of two sides; the gap and its interval as sizes, which the sentence calls less or more."""
    return {
        "survey": say.score(survey.value),
        "social": say.plain(social.value),
        "gap": say.score(abs(gap.value)),
        "interval": _size(gap.low, gap.high, say),
    }


def _size(low: float, high: float, say: Words) -> str:
    """Limits of a difference without its sign."""
    return say.span(*((low, high) if low + high > 0 else (-high, -low)))


def _topics(drivers: Sequence[Driver], say: Words, key: str = "sum_topic") -> list[str]:
    """What only the public speaks of, with the shares of its complaints; [] where that is nothing."""
    if not drivers:
        return []
    shares = ["sum_complaints", *["sum_share"] * (TOPICS_TOLD - 1)]
    told = [
        say.say(share, topic=driver.names[say.language_code], share=say.share(driver.public_share))
        for share, driver in zip(shares, drivers, strict=False)
    ]
    return [say.say(key if len(told) == 1 else f"{key}s", topics=say.listed(told))]


def _counted(report: GapReport, say: Words) -> list[str]:
    """How many rows part, of how many that were compared; nothing of a report of one row."""
    if len(report.rows) <= 1:
        return []
    number = {verdict: sum(row.verdict is verdict for row in report.rows) for verdict in Verdict}
    few = number[Verdict.TOO_FEW]
    if few == len(report.rows):
        return [say["sum_counted_none"]]
    outcomes = {
        "sum_are_worse": number[Verdict.WORSE_IN_PUBLIC],
        "sum_are_better": number[Verdict.BETTER_IN_PUBLIC],
        "sum_are_even": number[Verdict.NO_EVIDENCE],
    }
    told = ", ".join(say.say(key, n=say.number(n)) for key, n in outcomes.items() if n)
    what = report.meta.by[0] if len(report.meta.by) == 1 else "segment"
    said = say.say("sum_counted", tested=say.count(what, len(report.rows) - few), outcomes=told)
    return [f"{said} {say.say('sum_few', n=say.number(few))}" if few else said]


def _telling(rows: Iterable[GapRow]) -> list[GapRow]:
    """Rows of which something may be said, the widest gaps first."""
    sure = [row for row in rows if row.verdict in REAL and row.gap]
    return sorted(sure, key=lambda row: -abs(row.gap.value if row.gap else 0))[:ROWS_TOLD]


def _row(row: GapRow, names: Names, say: Words) -> str:
    if row.survey is None or row.social is None or row.gap is None:
        return ""
    sides = _sides(row.survey, row.social, row.gap, say)
    kind, name = _named(row, names, say)
    told = say.say(f"sum_{kind}_{REAL[row.verdict]}", name=name, **sides)
    return " ".join([told, *_topics(row.drivers, say, "sum_row_topic")])


def _named(row: GapRow, names: Names, say: Words) -> tuple[str, str]:
    """As what a sentence speaks of a row, a place or a month or neither, and what it calls it."""
    [(dimension, value), *more] = row.segment.items()
    if dimension == "month" and value and not more:
        return "month", say.in_month(value)
    name = say.segment(row.segment, names)
    is_place = dimension == "location" and value is not None and not more
    return ("place", name) if is_place else ("row", name[:1].upper() + name[1:])


def _platforms(rows: Iterable[GapRow], names: Names, say: Words) -> list[str]:
    """Locations of which one platform thinks otherwise than another, the widest apart first."""
    parted = [(row, row.platforms) for row in rows if row.platforms and row.platforms.disagree]
    widest = sorted(parted, key=lambda pair: -pair[1].difference.value)[:PLATFORMS_TOLD]
    return [
        say.say(
            "sum_platforms",
            name=say.segment(row.segment, names),
            lowest=names["channel"].get(found.lowest, found.lowest),
            low=say.plain(found.channels[found.lowest].value),
            highest=names["channel"].get(found.highest, found.highest),
            high=say.score(found.channels[found.highest].value),
        )
        for row, found in widest
    ]


def moves(months: Iterable[GapRow], say: Words) -> list[str]:
    """What moved in these months by more than chance against the month before: the public, the survey, the gap."""
    steps = [
        (row.segment["month"] or "", side, step)
        for row in months
        if row.change
        for side, step in (("social", row.change.social), ("survey", row.change.survey), ("gap", row.change.gap))
        if step and step.is_evident
    ]
    return [
        say.say(
            f"sum_{'fell' if step.value < 0 else 'rose'}_{side}",
            month=say.in_month(month),
            value=say.score(abs(step.value)),
            interval=_size(step.low, step.high, say),
        )
        for month, side, step in steps
    ]


def _mix(total: GapRow, who: WhoSpeaks, say: Words) -> list[str]:
    """What who speaks does to the gap: makes a part of it, or hides one."""
    if not (who.social and who.raked and total.social and total.survey):
        return []
    if abs(who.social.value - total.social.value) < MUCH_MOVED:
        return []
    is_part = abs(who.social.value - total.survey.value) < abs(total.social.value - total.survey.value)
    return [
        say.say(
            "sum_mix_part" if is_part else "sum_mix_hides",
            dimensions=say.listed([say[f"mix_{name}"] for name in who.raked.dimensions]),
            social=say.plain(who.social.value),
            corrected=say.plain(total.social.value),
        )
    ]


def _suspects(total: GapRow, say: Words) -> list[str]:
    doubted, sure = total.voices - total.unsuspected.voices, total.unsuspected.social
    if doubted <= 0 or sure is None or total.social is None:
        return []
    is_same = round(sure.value) == round(total.social.value)
    key = "sum_suspects_same" if is_same else "sum_suspects"
    return [say.say(key, voices=say.count("voices", doubted), **({} if is_same else {"social": say.score(sure.value)}))]


def _correction(total: GapRow, say: Words) -> list[str]:
    """What correcting changes, where that can be seen in whole points."""
    if total.social is None or total.uncorrected_nps is None:
        return []
    if round(total.uncorrected_nps) == round(total.social.value):
        return []
    return [
        say.say("sum_correction", plain=say.plain(total.uncorrected_nps), social=say.score(total.social.value)),
    ]
