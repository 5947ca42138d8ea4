"""Deal out the survey answers of the sample year: how many of each class a club gets, on which channel, and when."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from core.labels import Label
from pipeline.sample.material import YEAR, Comment, Window


@dataclass(frozen=True, slots=True)
class Quota:
    """Planned answers of one club on one channel."""

    location: str
    channel: str
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One survey answer before it is numbered."""

    location: str
    channel: str
    label: Label
    score: int
    responded_at: datetime
    customer: str = ""
    comment: str = ""


OPENED_ON = date(2026, 9, 5)
"""`garden` opened on this day; the other clubs answered all year."""

QUOTAS = (
    Quota("center", "reception", 560, 180, 120),
    Quota("center", "email", 78, 42, 30),
    Quota("center", "app", 106, 48, 36),
    Quota("riverside", "reception", 406, 176, 118),
    Quota("riverside", "email", 84, 40, 26),
    Quota("riverside", "app", 114, 52, 34),
    Quota("north", "reception", 322, 172, 126),
    Quota("north", "email", 52, 32, 26),
    Quota("north", "app", 76, 42, 32),
    Quota("station", "reception", 230, 140, 110),
    Quota("station", "email", 58, 40, 32),
    Quota("station", "app", 122, 76, 62),
    Quota("garden", "reception", 2, 1, 1),
    Quota("garden", "app", 1, 0, 1),
)

_SCORES = {
    Label.PROMOTER: ((9, 10), (4, 6)),
    Label.PASSIVE: ((7, 8), (4, 6)),
    Label.DETRACTOR: ((0, 1, 2, 3, 4, 5, 6), (2, 2, 3, 5, 8, 15, 22)),
}
_WEEKDAYS = (6, 5, 6, 5, 4, 3, 2)
"""How busy Monday to Sunday are."""
_HOURS = range(7, 23)
_BUSY_HOURS = (4, 5, 5, 4, 4, 5, 5, 3, 3, 4, 7, 10, 10, 8, 5, 2)
_ONE_VISIT_SHARE = 0.7
_NAMELESS_SHARE = 0.04


def answers(comments: list[Comment], random: Random, timezone: ZoneInfo) -> list[Answer]:
    """All answers, oldest first, each comment on one answer of its club, class and window."""
    dealt = [answer for quota in QUOTAS for answer in _dealt(quota, random, timezone)]
    dealt = _with_customers(dealt, random)
    return sorted(_with_comments(dealt, comments, random), key=lambda answer: answer.responded_at)


def _dealt(quota: Quota, random: Random, timezone: ZoneInfo) -> Iterator[Answer]:
    window = Window(OPENED_ON if quota.location == "garden" else YEAR[0], YEAR[1])
    counts = {
        Label.PROMOTER: quota.promoters,
        Label.PASSIVE: quota.passives,
        Label.DETRACTOR: quota.detractors,
    }
    for label, n in counts.items():
        scores, weights = _SCORES[label]
        for score in random.choices(scores, weights, k=n):
            yield Answer(quota.location, quota.channel, label, score, _moment(window, random, timezone))


def _moment(window: Window, random: Random, timezone: ZoneInfo) -> datetime:
    days = [window.first + timedelta(days=n) for n in range(window.days)]
    day = random.choices(days, [_WEEKDAYS[day.weekday()] for day in days])[0]
    hour = random.choices(_HOURS, _BUSY_HOURS)[0]
    return datetime(day.year, day.month, day.day, hour, random.randrange(60), random.randrange(60), tzinfo=timezone)


def _with_customers(dealt: list[Answer], random: Random) -> list[Answer]:
    """Customers of their home club, who answer once or twice a year; a few leave no number."""
    at_club: dict[str, int] = defaultdict(int)
    for answer in dealt:
        at_club[answer.location] += 1
    queues: dict[str, list[str]] = {}
    for club, n in at_club.items():
        once = [f"{club[0].upper()}{number:05d}" for number in random.sample(range(10_000, 40_000), k=n)]
        many = round(n * _ONE_VISIT_SHARE)
        queues[club] = once[:many] + once[: n - many]
        random.shuffle(queues[club])
    named = ((answer, queues[answer.location].pop()) for answer in dealt)
    return [
        answer if random.random() < _NAMELESS_SHARE else replace(answer, customer=customer)
        for answer, customer in named
    ]


def _with_comments(dealt: list[Answer], comments: list[Comment], random: Random) -> list[Answer]:
    """The same answers with every comment placed; IndexError where a comment finds no answer left."""
    spoken = list(dealt)
    for comment in comments:
        places = [place for place, answer in enumerate(spoken) if _takes(answer, comment)]
        place = random.choice(places)
        spoken[place] = replace(spoken[place], comment=comment.text)
    return spoken


def _takes(answer: Answer, comment: Comment) -> bool:
    return (
        not answer.comment
        and answer.location == comment.location
        and answer.label is comment.label
        and comment.window.first <= answer.responded_at.date() <= comment.window.last
    )
