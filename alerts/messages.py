"""An alert in words: what a person reads on a phone."""

from collections.abc import Callable
from dataclasses import dataclass, field

from alerts.rules import NEGATIVE_SPIKE
from alerts.source_health import SOURCE_HEALTH
from store.models import Alert

LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title of one line and a plain text body."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class About:
    """The names behind an alert's ids, and what people wrote."""

    brand: str
    location: str | None
    quotes: list[str] = field(default_factory=list, repr=False)

    @property
    def place(self) -> str:
        """The location, or the brand as a whole."""
        return self.location or self.brand


def message_of(alert: Alert, about: About) -> Message:
    """Say where, what was seen, what was expected, and what to do. Nothing in it is markup."""
    return MESSAGES[alert.kind](alert, about)


def _spike(alert: Alert, about: About) -> Message:
    seen = alert.evidence
    lines = [
        f"{alert.opened_on:%Y-%m-%d}: {seen['detractors']:.0f} of {seen['n']:.0f} public opinions are negative.",
        f"Usual share of detractors: {seen['expected_share']:.0%}; chance of so many: {seen['p_value']:.2g}.",
    ]
    if seen["provisional"]:
        lines.append("Provisional: there is little history to compare with.")
    lines += [f"— {_short(quote)}" for quote in about.quotes]
    return Message(title=f"Negative spike: {about.place}", body="\n".join(lines))


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= LONGEST_QUOTE else folded[: LONGEST_QUOTE - 1] + "…"


OWNERS_WAY = "do not work around it: ask for the source's API or an export, and import that (afterword import mentions)"
ADVICE = {
    "empty_unexpectedly": "open the address: if there are opinions, it hides them from us; if not, pause the feed",
    "blocked": OWNERS_WAY,
    "captcha": OWNERS_WAY,
    "layout_changed": "open the address: if the page is in order, its spider has to be brought up to date",
    "forbidden_by_robots": OWNERS_WAY,
    "needs_key": "set the key that it names, or set it anew (afterword source key)",
    "rate_limited": "ask it more rarely, or with a key of your own where it takes one",
    "gone": "open the address: if it has moved, watch the new one (afterword watch) and remove this feed",
    "repeating_pages": "open the address: its pages do not lead on, so older opinions are missed",
    "failed": "open the address: if the site works, the log says what went wrong here",
    "silent": "open the address: if there are newer opinions, its spider has to be brought up to date; if the place "
    "has closed or moved, pause the feed (afterword feed pause)",
}
"""What to do, by the outcome of the last crawl."""


def _source(alert: Alert, about: About) -> Message:
    seen = alert.evidence
    if seen["reason"] == "silent":
        title = f"Source is silent: {about.place}"
        told = (
            f"nothing new for {seen['silent_days']} days, since {seen['since']}. It speaks every "
            f"{seen['usual_gap_days']:.1f} days, and was never silent for more than {seen['longest_gap_days']}."
        )
    else:
        title = f"Source fails: {about.place}"
        detail = f" ({seen['detail']})" if seen["detail"] else ""
        told = f"{seen['outcome']}{detail}, {seen['failures']} crawls in a row since {seen['since'][:16]} UTC."
    what = ADVICE["silent" if seen["reason"] == "silent" else seen["outcome"]]
    lines = [f"Feed {alert.feed_id}, {seen['source']}: {seen['target']}", told, f"What to do: {what}."]
    return Message(title=title, body="\n".join(lines))


MESSAGES: dict[str, Callable[[Alert, About], Message]] = {NEGATIVE_SPIKE: _spike, SOURCE_HEALTH: _source}
