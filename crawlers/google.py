"""What Google's APIs answer where they give nothing, in Google's own words -> a named outcome."""

from datetime import datetime, time, timedelta

from core.clock import now, zone
from crawlers.items import Answer
from crawlers.outcomes import Outcome, Verdict, later, refusal
from crawlers.reading import part, rows, string
from crawlers.texts import in_short

PACIFIC = "America/Los_Angeles"
"""Where Google's day begins."""
A_MINUTE = 60
NOT_ACCEPTED = "the key that is set is not accepted"
NOT_SWITCHED_ON = "the key that is set is not for this API: switch the API on in the key's Google Cloud project"
KEY_REASONS = {
    "keyInvalid": NOT_ACCEPTED,
    "keyExpired": NOT_ACCEPTED,
    "authError": NOT_ACCEPTED,
    "API_KEY_INVALID": NOT_ACCEPTED,
    "UNAUTHENTICATED": NOT_ACCEPTED,
    "CREDENTIALS_MISSING": NOT_ACCEPTED,
    "ACCESS_TOKEN_EXPIRED": NOT_ACCEPTED,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "the token that is set may not read this: its scope is another",
    "insufficientPermissions": "the token that is set may not read this: its scope is another",
    "accessNotConfigured": NOT_SWITCHED_ON,
    "SERVICE_DISABLED": NOT_SWITCHED_ON,
    "API_KEY_SERVICE_BLOCKED": NOT_SWITCHED_ON,
    "API_KEY_HTTP_REFERRER_BLOCKED": "the key that is set is only for a web site of its owner",
    "API_KEY_IP_ADDRESS_BLOCKED": "the key that is set is only for other addresses than this machine's",
    "ipRefererBlocked": "the key that is set is only for other addresses than this machine's",
    "invalid_client": "the client id and secret that are set are not accepted",
    "unauthorized_client": "the client id and secret that are set are not accepted",
    "invalid_grant": "the refresh token that is set is not accepted: it has expired, or was taken back",
}
DAILY = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
BRIEF = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})


def google_refusal(answer: Answer) -> Verdict | None:
    """What an error of a Google API says, its OAuth included; none for a good answer and for 304."""
    wrong = refusal(answer.status, answer.body)
    if wrong is None:
        return None
    said = reasons(answer)
    words = in_short(string(part(answer.json, "error"), "message"))
    if missing := next((KEY_REASONS[reason] for reason in said if reason in KEY_REASONS), None):
        return Verdict(Outcome.NEEDS_KEY, missing)
    if "valid API key" in words:
        return Verdict(Outcome.NEEDS_KEY, NOT_ACCEPTED)
    if DAILY.intersection(said) or (BRIEF.intersection(said) and "per day" in words):
        return later(_until_tomorrow(), "Google, whose daily quota is used up,")
    if BRIEF.intersection(said):
        return later(A_MINUTE, "Google")
    return wrong.saying(words)


def reasons(answer: Answer) -> list[str]:
    """The words by which machines are to tell the error: of its parts, its details and the whole."""
    error = part(answer.json, "error")
    several = [*rows(error, "errors"), *rows(error, "details"), {"reason": string(error, "status")}]
    return [reason for one in several if (reason := string(one, "reason"))] + [string(answer.json, "error")]


def _until_tomorrow() -> float:
    """Seconds until the next midnight in California, when quotas begin anew."""
    here = now().astimezone(zone(PACIFIC))
    midnight = datetime.combine(here.date() + timedelta(days=1), time(), here.tzinfo)
    return midnight.timestamp() - here.timestamp()
