"""The report in plain words, for a manager who reads two sentences: what parts, how surely, and why."""

from collections.abc import Iterable

from api.quotes import Names
from api.reports import GapReport
from api.since import Since
from api.who_speaks import WhoSpeaks
from api.words import Words
from metrics.gaps import Gap, Verdict
from metrics.nps import Nps
from metrics.report import GapRow

ROWS_TOLD = 5
TOPICS_TOLD = 3
MUCH_MOVED = 5.0
"""Points by which raking or suspects move the public side before it is worth a sentence."""


def summary(
    report: GapReport, brand: str, names: Names, say: Words, *, who: WhoSpeaks | None = None, moved: Since | None = None
) -> list[str]:
    """Sentences about one report of the brand of this name, the most important first; never empty."""
    said = [_whole(report.total, say, brand), *_counted(report, say)]
    said += [_row(row, names, say) for row in _telling(report.rows)]
    said += _platforms(report.rows, names, say)
    said += _newest(moved, say) if moved else []
    said += _mix(report.total, who, say) if who else []
    said += _suspects(report.total, say)
    said += _correction(report.total, say)
    return said


def _whole(total: GapRow, say: Words, brand: str) -> str:
    if total.survey is None or total.social is None or total.gap is None or total.verdict is Verdict.TOO_FEW:
        return say.say("sum_too_few", brand=brand)
    sides = _sides(total.survey, total.social, total.gap, say)
    if total.verdict is Verdict.NO_EVIDENCE:
        return say.say("sum_no_evidence", brand=brand, detectable=say.size(total.detectable or 0), **sides)
    return say.say("sum_real", brand=brand, **sides) + _topics(total, say)


def _sides(survey: Nps, social: Nps, gap: Gap, say: Words) -> dict[str, str]:
    return {
        "survey": say.points(survey.value),
        "social": say.points(social.value),
        "gap": say.points(gap.value),
        "interval": say.interval(gap.low, gap.high),
    }


def _topics(row: GapRow, say: Words) -> str:
    topics = [driver.names[say.language_code] for driver in row.drivers[:TOPICS_TOLD]]
    return " " + say.say("sum_topics", topics=", ".join(topics)) if topics else ""


def _counted(report: GapReport, say: Words) -> list[str]:
    """How many rows part, of how many that were compared."""
    if not report.rows:
        return []
    number = {verdict: sum(row.verdict is verdict for row in report.rows) for verdict in Verdict}
    tested = len(report.rows) - number[Verdict.TOO_FEW]
    return [
        say.say(
            "sum_counted",
            tested=say.number(tested),
            worse=say.number(number[Verdict.WORSE_IN_PUBLIC]),
            better=say.number(number[Verdict.BETTER_IN_PUBLIC]),
            few=say.number(number[Verdict.TOO_FEW]),
        )
    ]


def _telling(rows: Iterable[GapRow]) -> list[GapRow]:
    """Rows of which something may be said, the widest gaps first."""
    sure = [row for row in rows if row.verdict in {Verdict.WORSE_IN_PUBLIC, Verdict.BETTER_IN_PUBLIC} and row.gap]
    return sorted(sure, key=lambda row: -abs(row.gap.value if row.gap else 0))[:ROWS_TOLD]


def _row(row: GapRow, names: Names, say: Words) -> str:
    if row.survey is None or row.social is None or row.gap is None:
        return ""
    sides = _sides(row.survey, row.social, row.gap, say)
    return say.say("sum_row", name=say.segment(row.segment, names), **sides) + _topics(row, say)


def _platforms(rows: Iterable[GapRow], names: Names, say: Words) -> list[str]:
    parted = [row for row in rows if row.platforms and row.platforms.disagree]
    told = []
    for row in sorted(parted, key=lambda one: -(one.platforms.difference.value if one.platforms else 0))[:ROWS_TOLD]:
        if found := row.platforms:
            ends = {"low": found.lowest, "high": found.highest}
            told.append(
                say.say(
                    "sum_platforms",
                    name=say.segment(row.segment, names),
                    lowest=names["channel"].get(ends["low"], ends["low"]),
                    low=say.points(found.channels[ends["low"]].value),
                    highest=names["channel"].get(ends["high"], ends["high"]),
                    high=say.points(found.channels[ends["high"]].value),
                )
            )
    return told


def _newest(moved: Since, say: Words) -> list[str]:
    """The newest month, where it moved by more than chance on either side."""
    if not moved.months or moved.months[-1].change is None:
        return []
    month, change = moved.months[-1].segment["month"] or "", moved.months[-1].change
    return [
        say.say(
            f"sum_moved_{side}",
            month=say.month(month),
            value=say.points(step.value),
            interval=say.interval(step.low, step.high),
        )
        for side, step in (("social", change.social), ("survey", change.survey))
        if step and step.is_evident
    ]


def _mix(total: GapRow, who: WhoSpeaks, say: Words) -> list[str]:
    if who.social is None or total.social is None or abs(who.social.value - total.social.value) < MUCH_MOVED:
        return []
    return [say.say("sum_mix", social=say.points(who.social.value), uncorrected=say.points(total.social.value))]


def _suspects(total: GapRow, say: Words) -> list[str]:
    doubted = total.voices - total.unsuspected.voices
    if doubted <= 0 or total.unsuspected.social is None:
        return []
    return [
        say.say("sum_suspects", voices=say.count("voices", doubted), social=say.points(total.unsuspected.social.value))
    ]


def _correction(total: GapRow, say: Words) -> list[str]:
    if total.social is None or total.uncorrected_nps is None:
        return []
    return [say.say("sum_correction", plain=say.points(total.uncorrected_nps), social=say.points(total.social.value))]
