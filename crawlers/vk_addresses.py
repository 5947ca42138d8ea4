"""What is behind an address of VK: a search, a community, a post or a topic; none for all else, such as persons."""

import re

from crawlers.sites import in_query, split, with_query

SITE = "https://vk.com/"
HOSTS = frozenset({"vk.com", "vk.ru", "vkontakte.ru"})
API_HOSTS = frozenset({"api.vk.com", "api.vk.ru"})
PLACE = re.compile(r"(wall|topic)(-?\d+)_(\d+)")
COMMUNITY = re.compile(r"(?:club|public|event|wall-)(\d+)")
NAME = re.compile(r"(?=.*[a-z])(?!.*\.(?:php|txt|xml|ico)$)[a-z\d_.]{3,32}", re.IGNORECASE)
NUMBERED = re.compile(
    r"(?:id|albums?|app|article|audios?|board|doc|market|notes?|page|photos?|product|topic|videos?|wall)-?\d.*"
)
"""What VK itself calls things by: `id1` is a person."""
NO_NAMES = frozenset(
    {
        *("about", "ads", "apps", "audio", "audios", "blog", "clips", "dev", "docs", "edit", "events", "faq"),
        *("friends", "games", "groups", "im", "jobs", "join", "login", "mail", "market", "music", "photos", "press"),
        *("privacy", "products", "services", "settings", "stickers", "support", "terms", "video", "videos"),
    }
)
"""Pages of VK itself."""
SEARCHES = frozenset({"", "feed", "search", "search/statuses", "search/posts"})


def claims(url: str) -> str | None:
    """A search, a community's wall, a post or a topic, on any of VK's hosts, or as the API is asked for it."""
    parts = split(url)
    if parts is None:
        return None
    if parts.hostname in API_HOSTS:
        return _in_api(url, parts.path.removeprefix("/method/"))
    host = re.sub(r"^(?:www|m|new)\.", "", parts.hostname or "")
    return _on_site(url, parts.path.strip("/")) if host in HOSTS else None


def _on_site(url: str, path: str) -> str | None:
    if place := PLACE.search(in_query(url, "w") or in_query(url, "z")) or PLACE.fullmatch(path):
        return f"{SITE}{place[0]}"
    if community := COMMUNITY.fullmatch(path):
        return f"{SITE}club{community[1]}"
    if path in SEARCHES:
        return with_query(f"{SITE}search", q=in_query(url, "q") or in_query(url, "c[q]") or None)
    is_name = NAME.fullmatch(path) and not NUMBERED.fullmatch(path) and path.lower() not in NO_NAMES
    return f"{SITE}{path}" if is_name else None


def _in_api(url: str, method: str) -> str | None:
    owner, post, topic = (in_query(url, name) for name in ("owner_id", "post_id", "topic_id"))
    if method == "newsfeed.search":
        return with_query(f"{SITE}search", q=in_query(url, "q") or None)
    found = {
        "wall.get": in_query(url, "domain") or f"wall{owner}",
        "wall.search": in_query(url, "domain") or f"wall{owner}",
        "wall.getComments": f"wall{owner}_{post}",
        "board.getComments": f"topic-{in_query(url, 'group_id')}_{topic}",
    }.get(method)
    return _on_site("", found) if found else None
