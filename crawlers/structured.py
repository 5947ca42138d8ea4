"""What a page says in schema.org's words, whichever of JSON-LD, microdata and RDFa it says it in, as plain nodes.

A node is a dict with `@type` (a list of short names), perhaps `@id`, and properties by their short names; a value is a
text, a number, a node, or a list of them.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jstyleson
from extruct.rdfa import RDFaExtractor
from lxml.etree import LxmlError

from crawlers.microdata import microdata
from crawlers.pages import HtmlPage

Node = dict[str, Any]

DEEPEST = 60
"""Levels of nesting that are read; the rest is not what a review looks like."""
MOST_RDFA = 10_000
"""Nodes of RDFa that are read: each costs half a millisecond."""
LONGEST_MENDED = 2_000_000
"""Characters of a broken block that mending is tried on."""
COMMENT_LINES = re.compile(r"^[ \t\r]*(?://.*|<!--.*?-->|<!\[CDATA\[|\]\]>|<!--|-->)[ \t\r]*$", re.MULTILINE)
WRAPPING = re.compile(
    r"^\s*(?:<!--|(?://\s*)?<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|(?://\s*)?\]\]>|/\*\s*\]\]>\s*\*/|;)\s*$"
)
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")


@dataclass(frozen=True, slots=True)
class Structured:
    """Top nodes by syntax, and which pieces could not be read and why."""

    nodes: dict[str, list[Node]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def structured(page: HtmlPage) -> Structured:
    """Everything structured on a page. A broken piece is a problem, and never hides the others."""
    found = Structured()
    if page.tree is None:
        return found
    for syntax, read in (("json-ld", _json_ld), ("microdata", _microdata), ("rdfa", _rdfa)):
        try:
            found.nodes[syntax] = [node for node in read(page, found.problems) if isinstance(node, dict)]
        except (LxmlError, ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError) as error:
            found.problems.append(f"{syntax} cannot be read ({type(error).__name__})")
    return found


def _json_ld(page: HtmlPage, problems: list[str]) -> Iterator[Any]:
    scripts = page.scripts("application/ld+json")
    for place, text in enumerate(scripts, 1):
        if not text.strip():
            continue
        try:
            value = json_of(text)
        except ValueError as error:
            problems.append(f"JSON-LD block {place} of {len(scripts)} is broken: {error}")
            continue
        yield from _several(normal(value))


def json_of(text: str) -> Any:
    """The JSON in a script; comments, control characters, trailing commas and wrappings are mended.

    Raises ValueError with the reason where it is broken beyond that.
    """
    try:
        return json.loads(text, strict=False)
    except ValueError as error:
        reason = error
    except RecursionError:
        msg = "it is nested too deep"
        raise ValueError(msg) from None
    if len(text) <= LONGEST_MENDED:
        for mended in _mended(text):
            try:
                return json.loads(mended, strict=False)
            except (ValueError, RecursionError):
                continue
    raise ValueError(str(reason))


def _mended(text: str) -> Iterator[str]:
    """The text mended in ever bolder ways."""
    bare, bold = (_unwrapped(text), _unwrapped(COMMENT_LINES.sub("", text)))
    for candidate in (bare, bold, CONTROLS.sub(" ", bold), BAD_ESCAPE.sub("", bold), html.unescape(bold)):
        try:
            yield jstyleson.dispose(candidate + "\n")  # without an end of line it does not see a last comment
        except IndexError:
            yield candidate


def _unwrapped(text: str) -> str:
    return WRAPPING.sub("", WRAPPING.sub("", text)).strip().lstrip("\ufeff")


def normal(value: Any, depth: int = 0) -> Any:
    """A parsed value with short names, lists flat and wrappers taken off; none below the deepest level."""
    if depth > DEEPEST:
        return None
    if isinstance(value, list):
        return [item for part in value for item in _several(normal(part, depth + 1))]
    if not isinstance(value, dict):
        return value
    for wrapper in ("@value", "@list", "@set"):
        if wrapper in value:
            return normal(value[wrapper], depth + 1)
    if isinstance(value.get("properties"), dict) or (
        "value" in value and "type" in value and set(value) <= {"type", "id", "value"}
    ):
        return _of_microdata(value, depth)
    return _properties(value, depth) | _named(value.get("@type"), value.get("@id"))


def _properties(parts: Node, depth: int) -> Node:
    """Properties by their short names; `x/@id` is short for nothing."""
    named = ((_short(str(name)), part) for name, part in parts.items())
    return {name: normal(part, depth + 1) for name, part in named if name not in ("@type", "@id")}


def _of_microdata(item: Node, depth: int) -> Node:
    """An item of `microdata`; one without properties is its own name."""
    parts = item.get("properties") or {"name": item.get("value")}
    return _properties(parts, depth) | _named(item.get("type"), item.get("id"))


def _named(types: Any, node_id: Any) -> Node:
    known = {"@type": [_short(kind) for kind in _several(types) if isinstance(kind, str)]}
    return known | ({"@id": node_id.strip()} if isinstance(node_id, str) and node_id.strip() else {})


def _short(name: str) -> str:
    """`reviewBody` of `http://schema.org/reviewBody` and `schema:reviewBody`; JSON-LD's own words stay."""
    return name if name.startswith("@") else re.split(r"[/#:]", name.rstrip("/#:"))[-1]


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _microdata(page: HtmlPage, _problems: list[str]) -> Iterator[Any]:
    if page.count("//*[contains(@itemtype, 'Review') or starts-with(@itemprop, 'review')]"):
        for item in microdata(page.tree, page.base):
            yield from _several(normal(item))


def _rdfa(page: HtmlPage, problems: list[str]) -> list[Any]:
    """RDFa is slow to read and rare: only pages that name a Review in it are tried."""
    if not page.count("//*[contains(@typeof, 'Review')]"):
        return []
    if max(sum(1 for _ in node.iterancestors()) for node in page.tree.iterfind(".//*[@typeof]")) > DEEPEST:
        problems.append("the RDFa is nested too deep")
        return []
    if page.count("//*[@typeof or @property]") > MOST_RDFA:
        problems.append("there is too much RDFa")
        return []
    return _several(normal(RDFaExtractor().extract(page.answer.text, base_url=page.base)))
