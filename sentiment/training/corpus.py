"""Labelled texts of many sources as one corpus: soft targets, duplicates merged, entities held back, shares evened."""

import gzip
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from core.errors import Invalid
from core.labels import CLASSES, COMMENT_LIMIT, Label
from sentiment.texts import asked, clean, has_letters
from sentiment.training.configuration import PARTS, Corpus, Source
from sentiment.training.readings import READINGS, Classes, Polarity, Reading, Stars

OWN_TEXTS = Path(__file__).parent / "texts"
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+")
_SCRIPTS_UNREAD = {"ar", "hi"}  # the encoder's vocabulary was pruned to Latin and Cyrillic

SHORTEST_PART, LONGEST_PART = 15, COMMENT_LIMIT
"""Characters: as long as what people write in a survey."""

_FEWEST_ENTITIES = 40
"""Below this many, entities are too few to hold some of them back: texts are drawn instead."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text with what it should be scored as; the weights say how much either target is believed."""

    text: str
    source: str
    kind: str
    domain: str
    language: str
    reading: Reading
    held_back: bool = False

    @property
    def label(self) -> Label:
        """The most likely class."""
        return CLASSES[self.reading.classes.index(max(self.reading.classes))]


def read_corpus(settings: Corpus, data_dir: Path, left_out: str = "") -> list[Example]:
    """All examples of all sources, each text once; a source whose file is missing raises Invalid naming it.

    Of a domain that is left out, every text is held back, to see how well a labeller does that never read any of it.
    """
    examples: list[Example] = []
    seen: set[str] = set()
    for source in settings.sources:
        merged = merge_duplicates(read_source(source, data_dir, settings.held_back, left_out))
        fresh = [example for example in merged if key_of(example.text) not in seen]
        seen.update(key_of(example.text) for example in fresh)
        examples.extend(_capped(fresh, settings.held_back_rows))
    return examples


def read_source(source: Source, data_dir: Path, held_back: float, left_out: str = "") -> Iterator[Example]:
    """The examples of one file, unmerged; rows without text or usable label are left out."""
    if source.labels not in READINGS:
        msg = f"training configuration: {source.file} has labels = {source.labels!r}, known are {', '.join(READINGS)}"
        raise Invalid(msg)
    rows = _rows(source, data_dir)
    has_entities = source.kind == "review" and len({row.get("entity") for row in rows}) > _FEWEST_ENTITIES
    for row in rows:
        reading = READINGS[source.labels](row)
        whole = clean(_with_title(row))
        text = part_of(row, source.labels) if source.labels in PARTS else asked(row.get("question"), whole)
        if reading is None or row.get("lang") in _SCRIPTS_UNREAD or not has_letters(text):
            continue
        domain = row.get("domain") or source.domain
        unit = str(row.get("entity")).casefold() if has_entities else key_of(whole)
        held = _share(source.file + unit) < held_back or (domain == left_out and bool(domain))
        held = held and not source.drill
        if held and source.labels in PARTS:
            continue
        yield Example(
            text=text,
            source=source.name,
            kind=row.get("kind") or ("comment" if _is_short_review(source, text) else source.kind),
            domain=domain,
            language=row.get("lang") or "",
            reading=reading,
            held_back=held,
        )


def _rows(source: Source, data_dir: Path) -> list[dict[str, Any]]:
    """The objects of a file: ours lie beside this module, the others in the data folder."""
    is_own = source.labels == "own"
    path = OWN_TEXTS / f"{source.file}.jsonl" if is_own else data_dir / f"{source.file}.jsonl.gz"
    if not path.is_file():
        msg = f"training data: {path.name} is not in {path.parent}"
        raise Invalid(msg)
    with path.open(encoding="utf-8") if is_own else gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _is_short_review(source: Source, text: str) -> bool:
    return source.kind == "review" and len(text) <= COMMENT_LIMIT


def write_examples(examples: Iterable[Example], path: Path) -> None:
    """Keep examples beside a checkpoint, which thereby needs no data folder to be exported.

    `nps` and `lang` are there for `afterword model evaluate`, which reads such a file as any other.
    """
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for example in examples:
            nps = example.label if example.reading.weight > 0 else None
            row = {**asdict(example), "nps": nps, "lang": example.language}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_examples(path: Path) -> list[Example]:
    """What `write_examples` kept."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    names = [field.name for field in fields(Example)]
    return [Example(**{name: row[name] for name in names} | {"reading": _reading(row["reading"])}) for row in rows]


def _reading(told: dict[str, Any]) -> Reading:
    """A reading out of JSON, where tuples are lists."""
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
    return Reading(**values)


def merge_duplicates(examples: Iterable[Example]) -> list[Example]:
    """Each text once: where copies of it disagree, as identical one-line reviews do, their targets are averaged."""
    copies: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        copies[key_of(example.text)].append(example)
    return [_merged(group) for group in copies.values()]


def draw(examples: Sequence[Example], settings: Corpus, count: int, seed: int) -> list[Example]:
    """`count` training examples, shuffled: sources and, within them, classes by the root of their size times weight.

    A cell that is smaller than its share is repeated, whole rounds before a random part.
    """
    cells: dict[tuple[str, Label], list[Example]] = defaultdict(list)
    for example in examples:
        if not example.held_back:
            cells[example.source, example.label].append(example)
    share = _shares(cells, settings)
    total = sum(share.values())
    chance = random.Random(seed)  # noqa: S311 - sampling, not secrets
    drawn: list[Example] = []
    for cell in sorted(cells):
        wanted = round(count * share[cell] / total)
        rounds, rest = divmod(wanted, len(cells[cell]))
        drawn.extend(cells[cell] * rounds)
        drawn.extend(chance.sample(cells[cell], rest))
    chance.shuffle(drawn)
    return drawn


def part_of(row: dict[str, Any], labels: str) -> str:
    """The title of a review, or the one of its sentences that its text decides; empty where there is none to take."""
    if labels == "titles":
        return clean(str(row.get("title") or ""))
    text = clean(str(row.get("text") or ""))
    sentences = [part for part in _SENTENCE_ENDS.split(text) if SHORTEST_PART <= len(part) <= LONGEST_PART]
    return sentences[int(_share(text) * len(sentences))] if len(sentences) > 1 else ""


def _shares(cells: Mapping[tuple[str, Label], Sequence[Example]], settings: Corpus) -> dict[tuple[str, Label], float]:
    """What each source and class weighs, in no unit: within a source, the parts of its classes sum to its weight."""
    sources = {source.name: source for source in settings.sources}
    sizes: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for (name, _), rows in cells.items():
        sizes[name] += len(rows)
        within[name] += len(rows) ** _evenness(sources[name], settings)
    return {
        (name, label): sources[name].weight
        * sizes[name] ** settings.exponent
        * len(rows) ** _evenness(sources[name], settings)
        / within[name]
        for (name, label), rows in cells.items()
    }


def _evenness(source: Source, settings: Corpus) -> float:
    """The exponent of class sizes: 1 keeps the mix of a source, as is right where it is the mix of real surveys."""
    return 1.0 if source.natural_mix else settings.exponent


def _with_title(row: dict[str, Any]) -> str:
    """Half of the titled reviews with their title, as half of the sources in use give one."""
    text, title = str(row.get("text") or ""), str(row.get("title") or "").strip()
    if not title or text.startswith(title) or _share(text) < 0.5:  # noqa: PLR2004
        return text
    return f"{title}{'' if title[-1] in '.!?…' else '.'} {text}"


def _merged(group: list[Example]) -> Example:
    """One example of the copies of a text, its targets their means."""
    if len(group) == 1:
        return group[0]
    readings = [example.reading for example in group]
    classes: Classes = _mean([reading.classes for reading in readings])
    stars: Stars | None = _mean([reading.stars for reading in readings if reading.stars])
    polarity: Polarity | None = _mean([reading.polarity for reading in readings if reading.polarity])
    merged = Reading(
        classes=classes,
        weight=max(reading.weight for reading in readings),
        opinion=sum(reading.opinion for reading in readings) / len(readings),
        opinion_weight=readings[0].opinion_weight,
        stars=stars,
        polarity=polarity,
    )
    return replace(group[0], reading=merged, held_back=any(example.held_back for example in group))


def _mean(targets: Sequence[tuple[float, ...]]) -> Any:
    """The mean of targets of one width; None of none."""
    return tuple(sum(column) / len(targets) for column in zip(*targets, strict=True)) if targets else None


def _capped(examples: list[Example], rows: int) -> list[Example]:
    """All but the held-back examples beyond the first `rows` in an order that the text alone decides."""
    held = sorted((e for e in examples if e.held_back), key=lambda e: _share(e.text))
    return [e for e in examples if not e.held_back] + held[:rows]


def key_of(text: str) -> str:
    """What is the same of two copies of a text, in any case and spacing."""
    return " ".join(text.casefold().split())


def _share(text: str) -> float:
    """A number in [0, 1) that the text decides, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48
