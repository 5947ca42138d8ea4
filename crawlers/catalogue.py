"""All sources as plain rows: for `afterword source list`, for `GET /v1/sources`, and for the table in docs/data.md.

`python -m crawlers.catalogue docs/data.md` writes the table anew, between its two marks.
"""

import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.errors import Invalid
from crawlers.refused import REFUSED
from crawlers.source import Source, Tier
from crawlers.sources import SOURCES

BEGIN, END = "<!-- sources: written by `make docs` -->", "<!-- end of sources -->"
TIERS = {
    Tier.OPEN: "open",
    Tier.KEY: "your own key",
    Tier.GREY: "grey: off until `AFTERWORD_GREY_SOURCES` names it",
}
HEAD = (
    "source",
    "addresses that are recognised",
    "tier",
    "key",
    "terms and robots",
    "fields",
    "limits",
    "tried against",
)


def variable(key: str) -> str:
    """The environment variable of a key."""
    return f"AFTERWORD_KEY__{key.upper()}"


def source_rows(known_keys: Collection[str] = (), grey: Collection[str] = ()) -> list[dict[str, Any]]:
    """Every source with the facts about it, by kind; `known_keys` are those that are set, `grey` is switched on."""
    return [_row(SOURCES[kind], known_keys, grey) for kind in sorted(SOURCES)]


def _row(source: Source, known_keys: Collection[str], grey: Collection[str]) -> dict[str, Any]:
    missing = source.missing_keys(dict.fromkeys(known_keys, "set"))
    return {
        "kind": source.kind,
        "reads": source.title,
        "target": source.target,
        "tier": source.tier.value,
        "is_on": source.tier is not Tier.GREY or source.kind in grey,
        "is_ready": not missing and (source.tier is not Tier.GREY or source.kind in grey),
        "addresses": list(source.addresses),
        "takes_query": source.searches,
        "keys": [
            {
                "name": key.name,
                "variable": variable(key.name),
                "words": key.words,
                "is_needed": key.is_needed,
                "is_set": key.name in known_keys,
            }
            for key in source.keys
        ],
        "terms": source.terms,
        "obeys_robots": source.obeys_robots,
        "fields": source.fields,
        "limits": source.limits,
        "tested": source.tested,
    }


def require_key_name(name: str) -> None:
    """Raise Invalid unless some source asks for a key of this name."""
    names = sorted({key.name for source in SOURCES.values() for key in source.keys})
    if name not in names:
        msg = f"no source asks for a key {name!r}: there are {', '.join(names)}"
        raise Invalid(msg)


def written(document: str) -> str:
    """The document with the table of now between its marks; raises Invalid where it has none."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        msg = f"the document has no lines {BEGIN!r} and {END!r}"
        raise Invalid(msg)
    return f"{before}{BEGIN}\n\n{_markdown()}\n{END}{after}"


def _markdown() -> str:
    lines = [HEAD, ["---"] * len(HEAD), *(_cells(SOURCES[kind]) for kind in sorted(SOURCES)), _import_cells()]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    refused = "\n".join(dict.fromkeys(f"- **{one.title}**: {one.reason}. Instead: {one.way}." for one in REFUSED))
    return f"{table}\n\n`watch` refuses, whatever they answer:\n\n{refused}\n"


def _cells(source: Source) -> list[str]:
    keys = [f"`{variable(key.name)}`: {key.words}{'' if key.is_needed else ' (optional)'}" for key in source.keys]
    addresses = [f"`{address}`" for address in source.addresses] or ["told by what the page holds"]
    robots = "" if source.obeys_robots or "robots" in source.terms else "; robots.txt is not asked for calls of an API"
    texts = [
        f"`{source.kind}`: {source.title}",
        "<br>".join([*addresses, *(["takes `--query`"] if source.searches else [])]),
        TIERS[source.tier],
        "<br>".join(keys) or "none",
        source.terms + robots,
        source.fields,
        source.limits,
        source.tested,
    ]
    return [text.replace("|", "\\|") for text in texts]


def _import_cells() -> list[str]:
    return [
        "import: a file of mentions",
        "`afterword import mentions FILE`: CSV, JSONL (`.gz` too), XLSX, Parquet",
        "open",
        "none",
        "yours: the way to whatever is refused here",
        "as in README; unknown columns are ignored",
        "XLSX is held in memory whole, the others stream",
        "files of each kind",
    ]


def main() -> None:
    """Write the table into the document that is named."""
    path = Path(sys.argv[1])
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
