"""An alert in words: what a person reads on a phone."""

from dataclasses import dataclass

from store.models import Alert

LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title of one line and a plain text body."""

    title: str
    body: str


def message_of(alert: Alert, *, brand: str, location: str | None, quotes: list[str]) -> Message:
    """Say where, what was seen, what was expected, and what people wrote. Nothing in it is markup."""
    seen = alert.evidence
    lines = [
        f"{alert.opened_on:%Y-%m-%d}: {seen['detractors']:.0f} of {seen['n']:.0f} public opinions are negative.",
        f"Usual share of detractors: {seen['expected_share']:.0%}; chance of so many: {seen['p_value']:.2g}.",
    ]
    if seen["provisional"]:
        lines.append("Provisional: there is little history to compare with.")
    lines += [f"— {_short(quote)}" for quote in quotes]
    return Message(title=f"Negative spike: {location or brand}", body="\n".join(lines))


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= LONGEST_QUOTE else folded[: LONGEST_QUOTE - 1] + "…"
