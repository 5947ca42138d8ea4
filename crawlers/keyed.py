"""What an API that is used with a key answers where it gives nothing -> a named outcome."""

from crawlers.items import Answer
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.texts import in_short

NOT_ACCEPTED = Verdict(Outcome.NEEDS_KEY, "the key that is set is not accepted")
UNAUTHORISED = 401


def keyed_refusal(answer: Answer, said: str = "") -> Verdict | None:
    """What the status says, with what the source says to it; none for a good answer and for 304.

    401 is never the site's refusal of us: it is the key.
    """
    if answer.status == UNAUTHORISED:
        return NOT_ACCEPTED
    wrong = refusal(answer.status, answer.body)
    return wrong.saying(in_short(said)) if wrong else None
