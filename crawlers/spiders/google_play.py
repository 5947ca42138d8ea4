"""Google Play: the newest reviews of an app, as the store's own page asks for them. Grey: undocumented.

Address: an app on play.google.com, perhaps with a language and a country. Target: the app, the language (`hl`, English
where none is named) and the country (`gl`): Google gives the reviews of one language. Pages: 150 reviews each, newest
first, by a token that the page's address carries and the request's body takes. Cursor: the walk's own.

The request and the places of the fields are those of google-play-scraper. The library itself is not used: importing it
switches off the check of TLS certificates for the whole process, and what it cannot read it gives as no reviews.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from core.errors import Invalid
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import not_its_shape, page_of_rows, part, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, plain

STORE = "https://play.google.com/store/apps/details"
API = "https://play.google.com/_/PlayStoreUi/data/batchexecute"
PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.\w+)+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z\d]{2,4})?")
METHODS = frozenset({"UsvDTd", "oCPfdb"})
"""What the store calls its reviews; the first is asked for, either may answer."""
A_PAGE = 150
NEWEST_FIRST = 2
NOT_FOUND = 5
OVERLOADED = b"com.google.play.gateway.proto.PlayGatewayError"


def claims(url: str) -> str | None:
    """An app's page in the store, with its language and country where they are named."""
    parts = split(url)
    is_app = parts is not None and parts.hostname == "play.google.com" and parts.path == "/store/apps/details"
    package = in_query(url, "id")
    if not is_app or not PACKAGE.fullmatch(package):
        return None
    places = {name: value for name in ("hl", "gl") if LANGUAGE.fullmatch(value := in_query(url, name))}
    return with_query(STORE, id=package, **places)


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The newest reviews. The address carries what the body of the request needs."""
    known = claims(target)
    if known is None:
        msg = f"an app of Google Play has an address such as {STORE}?id=org.acme.gym&hl=en"
        raise Invalid(msg)
    hl, gl = in_query(known, "hl") or "en", in_query(known, "gl") or "us"
    return [with_query(API, hl=hl, gl=gl, id=in_query(known, "id"))]


def asked(url: str) -> Ask:
    """The POST for a page's address: the app and the token go into its body."""
    token = in_query(url, "token") or None
    what = [None, None, [2, NEWEST_FIRST, [A_PAGE, None, token], None, []], [in_query(url, "id"), 7]]
    call = [[["UsvDTd", json.dumps(what, separators=(",", ":")), None, "generic"]]]
    body = urlencode({"f.req": json.dumps(call, separators=(",", ":"))})
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return Ask(with_query(url, id=None, token=None), headers, "POST", body)


def page_of(answer: Answer) -> Page:
    """One page of reviews, newest first."""
    if OVERLOADED in answer.body:
        return Page(url=answer.url, refused=Verdict(Outcome.RATE_LIMITED, "Google Play asks for fewer requests"))
    envelope = next((row for row in _envelopes(answer.text) if part(row, 1) in METHODS), None)
    if envelope is None:
        return not_its_shape(answer, "the answer holds no reviews of Google Play")
    if not isinstance(part(envelope, 2), str):
        return _refusal(answer, part(envelope, 5, 0))
    payload = json.loads(envelope[2])
    found = part(payload, 0)
    if not isinstance(payload, list) or not (found is None or isinstance(found, list)):
        return not_its_shape(answer, "the answer has no list of reviews")
    token = part(payload, 1, -1)
    following = with_query(answer.url, token=token) if token and isinstance(token, str) else None
    package = in_query(answer.url, "id")
    return unless_unreadable(page_of_rows(answer, found or [], lambda row: _mention(row, package), next_url=following))


def _envelopes(text: str) -> Iterator[Any]:
    """The rows of a batch's answer: one JSON value after a guard, or several, each behind its length."""
    decoder, at = json.JSONDecoder(strict=False), text.find("[")
    while at >= 0:
        try:
            rows, end = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield from rows if isinstance(rows, list) else ()
        at = text.find("[", end)


def _refusal(answer: Answer, code: Any) -> Page:
    """An answer without a payload: what its code says."""
    if code is None:
        return not_its_shape(answer, "the answer has neither reviews nor an error")
    known = {NOT_FOUND: Verdict(Outcome.GONE, "Google Play knows no such app")}
    return Page(url=answer.url, refused=known.get(code, Verdict(Outcome.FAILED, f"Google Play's error {code}")))


def _mention(row: Any, package: str) -> CrawledMention | None:
    own_id, text, said = part(row, 0), part(row, 4), part(row, 5, 0)
    stars = rating_of(part(row, 2), 5, 1)
    if not (isinstance(own_id, str) and own_id and (text or stars)):
        return None
    at = moment(said) if isinstance(said, int) else None
    author, reply = part(row, 1, 0), part(row, 7, 1)
    return CrawledMention(
        native_id=f"googleplay:{own_id}",
        text=plain(text) if isinstance(text, str) else "",
        rating=stars.value if stars else None,
        author=author_of(author) if isinstance(author, str) else None,
        published_at=at[0] if at else None,
        precision=at[1] if at else "second",
        url=with_query(STORE, id=package, reviewId=own_id) if package else None,
        answer=plain(reply) or None if isinstance(reply, str) else None,
    )


SOURCE = Source(
    kind="google_play",
    title="an app in Google Play",
    target="an app in one language of the store",
    tier=Tier.GREY,
    addresses=("https://play.google.com/store/apps/details?id=org.acme.gym&hl=en&gl=us",),
    terms=(
        "the store's terms allow no automated reading without permission; the request is undocumented; robots.txt is "
        "obeyed. The app's owner has google_play_developer"
    ),
    fields="id, text, stars 1 to 5, author (hashed), time of the last change, the developer's answer",
    limits="150 reviews a request, one language a feed",
    tested="a recorded answer of July 2026, all 150 reviews, as google-play-scraper 1.2.7 reads them",
    claims=claims,
    starts=starts,
    asked=asked,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
