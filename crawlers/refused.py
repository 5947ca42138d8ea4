"""Sites that are not crawled, each with its reason and the lawful way: what `watch` answers for them."""

import re
from dataclasses import dataclass

from crawlers.sites import split

EXPORT = "ask the owner of the business account for an export and import it (`afterword import mentions FILE`)"
ANY_ENDING = r"(?:com?\.)?[a-z]{2,3}"
"""`com`, `ru`, `co.uk`: a company's site in any country."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Addresses that are refused whatever they answer; those that a source claims are not asked about."""

    title: str
    """What is there, in words."""
    host: str
    """A pattern of its hosts, without `www.` and `m.`."""
    reason: str
    way: str = EXPORT
    """What may be done instead."""
    path: str = r".*"
    """A pattern of its paths."""


MAPS_WAY = (
    "your own place is read whole by Google's Business Profile API "
    "(watch https://business.google.com/accounts/ACCOUNT/locations/LOCATION), five reviews of any place by its Places "
    "API (watch https://www.google.com/maps/place/?q=place_id:ID), and an export is imported "
    "(`afterword import mentions FILE`)"
)
MAPS_REASON = "Google's terms forbid crawling Google Maps, and this address does not name the id of a place"
YANDEX_REASON = "Yandex Maps answers crawlers with a captcha, and its terms forbid collecting from it"
META_WAY = f"no official API of theirs gives what others say of a brand: {EXPORT}"

REFUSED = (
    Refusal("Yandex Maps", rf"(?:.+\.)?maps\.yandex\.{ANY_ENDING}|reviews\.yandex\.{ANY_ENDING}", YANDEX_REASON),
    Refusal(
        "Yandex Maps",
        rf"(?:.+\.)?yandex\.{ANY_ENDING}|ya\.ru",
        YANDEX_REASON,
        path=r"/(?:maps|web-maps|maps-reviews-widget|map-widget|harita|navi|profile|sprav)(?:[/-].*)?",
    ),
    Refusal("Otzovik", r"(?:.+\.)?otzovik\.com", "otzovik.com forbids crawlers and answers them with a captcha"),
    Refusal("IRecommend", r"(?:.+\.)?irecommend\.ru", "irecommend.ru answers crawlers with a captcha"),
    Refusal("Sravni", r"(?:.+\.)?sravni\.ru", "robots.txt of sravni.ru forbids /proxy-*", path=r"/proxy-.*"),
    Refusal(
        "Discord",
        r"(?:.+\.)?(?:discord\.com|discordapp\.com|discord\.gg)",
        "Discord's terms forbid reading a server without a bot that its owner let in",
        "ask the server's owner for an export and import it (`afterword import mentions FILE`)",
    ),
    Refusal("Google Maps, by an address without an id", rf"maps\.google\.{ANY_ENDING}", MAPS_REASON, MAPS_WAY),
    Refusal(
        "Google Maps, by an address without an id",
        rf"google\.{ANY_ENDING}|goo\.gl",
        MAPS_REASON,
        MAPS_WAY,
        path=r"/maps(?:[/;@].*)?",
    ),
    Refusal("Google Maps, by a short link", r"maps\.app\.goo\.gl|g\.page", MAPS_REASON, MAPS_WAY),
    Refusal(
        "Google Business Profile, by an address without ids",
        r"business\.google\.com|mybusiness\.googleapis\.com",
        "the address does not name both the account and the location",
        "give https://business.google.com/accounts/ACCOUNT/locations/LOCATION with the ids that its API lists",
    ),
    Refusal(
        "TripAdvisor",
        rf"(?:.+\.)?tripadvisor\.{ANY_ENDING}",
        "TripAdvisor's terms forbid crawlers, and its pages answer them with a captcha",
    ),
    Refusal(
        "Facebook, Instagram and Threads",
        r"(?:.+\.)?(?:facebook\.com|fb\.com|fb\.me|instagram\.com|instagr\.am|threads\.net|threads\.com)",
        "Meta's terms forbid automated collection without its permission, and its pages ask for a login",
        META_WAY,
    ),
    Refusal(
        "X (Twitter)",
        r"(?:.+\.)?(?:x\.com|twitter\.com|t\.co)",
        "X's terms forbid crawling without its prior consent, and its pages ask for a login",
        f"its paid API is not read here: {EXPORT}",
    ),
    Refusal(
        "YouTube, by a custom name or a list",
        r"youtube\.com",
        "YouTube's API knows neither custom names nor comments of a playlist",
        "give the channel as /channel/UC… or /@handle, or one video",
        path=r"/(?:c|playlist|feed|hashtag)(?:/.*)?",
    ),
    Refusal(
        "Persons on VK",
        r"(?:vk\.com|vk\.ru|vkontakte\.ru)",
        "a person's page is not read",
        "give a community, a post, a discussion or a search",
        path=r"/(?:id|albums?|photos?|videos?|audios?)-?\d.*",
    ),
)


def refusal_of(url: str) -> str | None:
    """Why an address is refused whatever it answers, and what to do instead; none where it is not."""
    parts = split(url)
    if parts is None:
        return None
    host = re.sub(r"^(?:www|m)\.", "", (parts.hostname or "").rstrip("."))
    for one in REFUSED:
        if re.fullmatch(one.host, host) and re.fullmatch(one.path, parts.path or "/"):
            return f"refused: {one.reason}; {one.way}"
    return None
