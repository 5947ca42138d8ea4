"""Microdata -> items, in one walk over the page, however deep or large it is.

extruct's own reader is not used: a page that is nested deep enough makes it leave a lock of lxml's held, after which
the whole process waits for ever.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lxml import html

from crawlers.sites import linked

Item = dict[str, Any]
"""`type`, `id` and `properties`, each property a list of texts and items; without properties, `value`."""

DEEPEST = 30
"""Items within items that are read."""
SOURCES = frozenset({"audio", "embed", "iframe", "img", "source", "track", "video"})
LINKS = frozenset({"a", "area", "link"})
BLOCKS = frozenset({"p", "br", "div", "li", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4"})


def microdata(tree: Any, base: str) -> Iterator[Item]:
    """The items of a page that are no property of another one, in the order of the page."""
    for node in tree.iter():
        if isinstance(node.tag, str) and node.get("itemscope") is not None:
            nested = node.get("itemprop") and any(outer.get("itemscope") is not None for outer in node.iterancestors())
            if not nested:
                yield _item(node, base, DEEPEST)


def _item(node: Any, base: str, levels: int) -> Item:
    item: Item = {"type": (node.get("itemtype") or "").split()}
    if node.get("itemid"):
        item["id"] = node.get("itemid")
    properties: dict[str, list[Any]] = defaultdict(list)
    stack = list(reversed(node))
    while stack:
        part = stack.pop()
        if not isinstance(part.tag, str):
            continue
        is_item = part.get("itemscope") is not None
        if names := (part.get("itemprop") or "").split():
            value = (_item(part, base, levels - 1) if levels else None) if is_item else _value(part, base)
            for name in names:
                properties[name].append(value)
        if not is_item:
            stack += reversed(part)
    return item | ({"properties": dict(properties)} if properties else {"value": _text(node)})


def _value(node: Any, base: str) -> str:
    """The value of a property, by the kind of its element (HTML standard, 5.2.4)."""
    if node.get("content") is not None:
        return str(node.get("content"))
    if node.tag in LINKS or node.tag in SOURCES:
        address = node.get("href" if node.tag in LINKS else "src") or ""
        return linked(base, address) or str(address)
    if node.tag in ("data", "meter", "time"):
        return str(node.get("datetime" if node.tag == "time" else "value") or _text(node))
    return _text(node)


def _text(node: Any) -> str:
    """The text; with its markup where that makes paragraphs."""
    if any(part.tag in BLOCKS for part in node.iterdescendants()):
        return str(html.tostring(node, encoding="unicode", with_tail=False))
    return str(node.text_content())
