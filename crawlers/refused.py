"""Sites that are not crawled, each with its reason and the lawful way: what `watch` answers for them."""

import re

from crawlers.sites import split

OWNERS_WAY = "ask the owner of the business account for an export and import it (`afterword import mentions FILE`)"
REFUSED: tuple[tuple[str, str, str], ...] = (
    (r"(.+\.)?yandex\.(ru|com|by|kz|uz)", r"/(maps|profile)\b.*", "Yandex Maps answers crawlers with a captcha"),
    (r"(reviews\.yandex\.ru|(.+\.)?otzovik\.com)", r".*", "it forbids crawlers and answers them with a captcha"),
    (r"(.+\.)?irecommend\.ru", r".*", "it answers crawlers with a captcha"),
    (r"(.+\.)?sravni\.ru", r"/proxy-.*", "robots.txt forbids /proxy-*"),
    (r"(.+\.)?(discord\.com|discord\.gg)", r".*", "Discord's terms forbid reading servers without their owner's bot"),
)
"""A host, a path, and why."""


def refusal_of(url: str) -> str | None:
    """Why an address is refused whatever it answers, and what to do instead; none where it is not."""
    parts = split(url)
    for host, path, reason in REFUSED if parts else ():
        if parts and re.fullmatch(host, parts.hostname or "") and re.fullmatch(path, parts.path or "/"):
            return f"refused: {reason}; {OWNERS_WAY}"
    return None
