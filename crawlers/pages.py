"""An HTML page as a tree, and the links in it that matter: the next page, and feeds of the same content."""

from dataclasses import dataclass
from typing import Any

from lxml import html
from lxml.etree import LxmlError

from crawlers.items import Answer
from crawlers.sites import joined, next_in_header
from crawlers.texts import line

FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A parsed page; `tree` is lxml's, or none where there is nothing to parse."""

    answer: Answer
    tree: Any

    @property
    def base(self) -> str:
        """What relative links are relative to."""
        found = self._attributes("//base/@href")
        return (joined(self.answer.url, found[0]) if found else None) or self.answer.url

    @property
    def title(self) -> str:
        """What the page calls itself, on one line; empty where it does not."""
        found = self._attributes("//head/title/text()")
        return line(found[0])[:LONGEST_TITLE] if found else ""

    @property
    def next_url(self) -> str | None:
        """The page after this one: `rel=next` of a link element, an anchor or the Link header, in this order."""
        links = [
            *self._attributes("//link[contains(concat(' ', normalize-space(@rel), ' '), ' next ')]/@href"),
            *self._attributes("//a[contains(concat(' ', normalize-space(@rel), ' '), ' next ')]/@href"),
        ]
        if links:
            return joined(self.base, links[0])
        link = next_in_header(self.answer.link_header)
        return joined(self.answer.url, link) if link else None

    @property
    def feeds(self) -> list[str]:
        """Addresses of feeds that the page says carry its content."""
        rows = [] if self.tree is None else self.tree.xpath("//link[contains(@rel, 'alternate')][@href]")
        links = [row.get("href") for row in rows if (row.get("type") or "").strip().lower() in FEED_TYPES]
        return [url for url in (joined(self.base, link) for link in links) if url]

    def scripts(self, kind: str) -> list[str]:
        """The contents of scripts of this type, in order."""
        nodes = [] if self.tree is None else self.tree.xpath("//script[@type]")
        return [node.text_content() for node in nodes if node.get("type").strip().lower().startswith(kind)]

    def count(self, xpath: str) -> int:
        """How many nodes there are."""
        return 0 if self.tree is None else int(self.tree.xpath(f"count({xpath})"))

    def _attributes(self, xpath: str) -> list[str]:
        return [] if self.tree is None else [str(value) for value in self.tree.xpath(xpath)]


def html_page(answer: Answer) -> HtmlPage:
    """The answer as a page. Anything parses: what is no HTML at all gives a page without a tree."""
    # Handed over as UTF-8: a declaration inside the text would otherwise be believed, or refused.
    parser = html.HTMLParser(encoding="utf-8")
    try:
        tree = html.document_fromstring(answer.text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (LxmlError, ValueError, AssertionError):
        tree = None
    return HtmlPage(answer, tree)
