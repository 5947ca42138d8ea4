"""Steam: the reviews of a game or a program, by Valve's Web API, or by the store's older list where that is all.

Address: an app on store.steampowered.com or steamcommunity.com. Target: the app. Pages: newest first, 100 a page, by a
cursor that the answer names; it ends where the cursor repeats, not at a short page. Cursor: the walk's own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Invalid
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import MISSING, Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.reading import not_its_shape, page_of_rows, part, string, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, plain

API_HOST = "api.steampowered.com"
METHOD = "/IUserReviewsService/GetAppReviews/v1/"
STORE = "https://store.steampowered.com"
HOSTS = frozenset({"store.steampowered.com", "steamcommunity.com"})
APP = re.compile(r"/(?:[a-z]+/)?(?:app|appreviews)/(\d{1,10})(?:/|$)")
ASKED: Mapping[str, Any] = {
    # By their numbers in Valve's enums: the newest first, positive and negative, bought anywhere.
    "filter": 1, "review_type": 0, "purchase_type": 1, "languages": ["all"], "num_per_page": 100,
    "filter_offtopic_activity": False,
}  # fmt: skip
ASKED_OF_STORE: Mapping[str, str | int] = {
    "json": 1, "filter": "recent", "language": "all", "review_type": "all", "purchase_type": "all",
    "num_per_page": 100, "filter_offtopic_activity": 0, "cursor": "*",
}  # fmt: skip
INLINE = re.compile(r"\[/?(?:b|i|u|strike|spoiler|noparse|code|url|img)(?:=[^\[\]]{0,500})?\]", re.IGNORECASE)
BLOCK = re.compile(r"\[/?(?:h[1-6]|o?list|\*|table|tr|th|td|hr|quote)(?:=[^\[\]]{0,500})?\]", re.IGNORECASE)
"""Steam's markup in square brackets."""
LANGUAGES = {
    "arabic": "ar", "brazilian": "pt-BR", "bulgarian": "bg", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "japanese": "ja", "koreana": "ko", "korean": "ko", "latam": "es-419",
    "norwegian": "no", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "schinese": "zh-CN",
    "spanish": "es", "swedish": "sv", "tchinese": "zh-TW", "thai": "th", "turkish": "tr", "ukrainian": "uk",
    "vietnamese": "vi",
}  # fmt: skip
"""Steam's own names -> tags of BCP 47."""


def claims(url: str) -> str | None:
    """The app's page in the store, from any address that has its number; the API's own too."""
    parts = split(url)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    app = _app(url) if host in HOSTS or (host == API_HOST and _is_of_api(url)) else None
    return f"{STORE}/app/{app}/" if app else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The newest reviews of the app, of the Web API."""
    app = _app(target)
    if app is None:
        msg = f"give the address of an app, such as {STORE}/app/440/"
        raise Invalid(msg)
    return [_of_api(f"https://{API_HOST}{METHOD}", {"appid": int(app), **ASKED, "cursor": "*"})]


def refused(answer: Answer) -> Verdict | None:
    """By status; but where the Web API has no such method, the store's list may have the reviews."""
    if answer.status not in MISSING:
        return refusal(answer.status, answer.body)
    if _is_of_api(answer.url):
        return None
    return Verdict(Outcome.GONE, f"neither Steam's Web API nor its store has the reviews (HTTP {answer.status})")


def page_of(answer: Answer) -> Page:
    """One page of reviews, newest first."""
    if answer.status in MISSING:
        return Page(url=answer.url, next_url=with_query(f"{STORE}/appreviews/{_app(answer.url)}", **ASKED_OF_STORE))
    body = part(answer.json, "response")
    body = answer.json if body is None else body
    if part(body, "success") not in (None, 1, True):
        failed = Verdict(Outcome.FAILED, f"Steam says success {string(body, 'success')}")
        return Page(url=answer.url, is_recognised=False, refused=failed)
    found = part(body, "reviews")
    if not isinstance(found, list | dict) and not part(body, "query_summary") and body != {}:
        return not_its_shape(answer, "the answer has no reviews")
    reviews = found.values() if isinstance(found, dict) else found or ()
    return unless_unreadable(
        page_of_rows(answer, reviews, _mention, next_url=_next(answer.url, string(body, "cursor")))
    )


def _is_of_api(url: str) -> bool:
    parts = split(url)
    return parts is not None and parts.path.startswith(METHOD.rstrip("/"))


def _of_api(url: str, asked: Mapping[str, Any]) -> str:
    return with_query(url, input_json=json.dumps(asked, separators=(",", ":")))


def _asked(url: str) -> dict[str, Any]:
    """What the address asks the Web API for; {} where it cannot be read."""
    try:
        asked = json.loads(in_query(url, "input_json"))
    except (ValueError, RecursionError):
        asked = None
    return asked if isinstance(asked, dict) else {"appid": in_query(url, "appid")}


def _app(url: str) -> str | None:
    """The number of the app that an address of the store or of the API is about."""
    parts = split(url)
    match = APP.search(parts.path) if parts else None
    app = match[1] if match else string(_asked(url), "appid")
    return app if re.fullmatch(r"[0-9]{1,10}", app) else None


def _next(url: str, cursor: str) -> str | None:
    """The page that the cursor leads to; none where it is that of this page, which is how the list ends."""
    asked = _asked(url) if _is_of_api(url) else {"cursor": in_query(url, "cursor")}
    if not cursor or cursor == asked.get("cursor"):
        return None
    return _of_api(url, {**asked, "cursor": cursor}) if _is_of_api(url) else with_query(url, cursor=cursor)


def _mention(review: Mapping[str, Any]) -> CrawledMention | None:
    own_id, is_liked = string(review, "recommendationid"), part(review, "voted_up")
    text = plain(INLINE.sub("", BLOCK.sub("\n", string(review, "review"))))
    said = moment(string(review, "timestamp_created"))
    if not own_id or not (text or isinstance(is_liked, bool)):
        return None
    return CrawledMention(
        native_id=f"steam:{own_id}",
        text=text,
        rating=float(is_liked) if isinstance(is_liked, bool) else None,
        best=1,
        worst=0,
        # The number, not the name that is shown: names change. Nor the review's address, which has the number in it.
        author=author_of(string(part(review, "author"), "steamid")),
        language=LANGUAGES.get(string(review, "language")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        answer=plain(string(review, "developer_response")) or None,
    )


SOURCE = Source(
    kind="steam",
    title="the reviews of a game on Steam",
    target="an app on store.steampowered.com",
    tier=Tier.OPEN,
    addresses=(
        "https://store.steampowered.com/app/440/Team_Fortress_2/",
        "https://steamcommunity.com/app/440/reviews/",
    ),
    terms="a documented method of Valve's Web API for anyone, without a key; api.steampowered.com forbids crawlers all "
    "paths in robots.txt, which is not asked for calls of a documented API: whether Steam's API terms allow your "
    "use is yours to check",
    fields="id, text, thumb up or down as 1 or 0, language, author (hashed number), time, developer's answer",
    limits="all reviews in all languages, 100 a page, newest first; 100,000 requests a day",
    tested="answers that we wrote, of the API and of the store's older list; recorded reviews of 2019",
    claims=claims,
    behind=lambda _answer: None,
    starts=starts,
    page_of=page_of,
    refused=refused,
    absence=Absence.WITHIN_WINDOW,
    obeys_robots=False,
)
