"""Labelled texts of many sources as one corpus: soft targets, duplicates merged, entities held back, shares evened."""

import gzip
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import Invalid
from core.labels import CLASSES, Label
from sentiment.manifest import COMMENT_LIMIT
from sentiment.texts import clean, has_letters
from sentiment.training.configuration import PARTS, Corpus, Source

OWN_TEXTS = Path(__file__).parent
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+")
_SENTENCE = (15, COMMENT_LIMIT)  # characters: as long as what people write in a survey
_SCRIPTS_UNREAD = {"ar", "hi"}  # the encoder's vocabulary was pruned to Latin and Cyrillic

Target = tuple[float, float, float]

Reading = tuple[Target, float, float, float]
"""What a label means: target, its weight, the chance of being an opinion, the weight of that."""

# Promoter, passive, detractor. Stars are noisy to one star, so the neighbour gets a share; sentiment without stars
# says less about 4 against 5, and three stars ("neutral" of RuReviews) count as detractor by the field's convention.
_BY_STARS: tuple[tuple[float, Target], ...] = (
    (0.85, (0.92, 0.06, 0.02)),
    (0.66, (0.08, 0.86, 0.06)),
    (0.45, (0.02, 0.13, 0.85)),
    (0.00, (0.01, 0.02, 0.97)),
)
_BY_PART: dict[Target, Target] = {
    _BY_STARS[0][1]: (0.80, 0.16, 0.04),
    _BY_STARS[1][1]: (0.38, 0.50, 0.12),
    _BY_STARS[3][1]: (0.04, 0.08, 0.88),
}
SHORTEST_PART, LONGEST_PART = 12, 160
_BY_SENTIMENT: dict[str, Target] = {
    "positive": (0.76, 0.20, 0.04),
    "neutral": (0.05, 0.40, 0.55),
    "negative": (0.01, 0.03, 0.96),
}
_BY_TWEET: dict[str, Target] = {
    "positive": (0.68, 0.28, 0.04),
    "neutral": (0.25, 0.50, 0.25),
    "mixed": (0.05, 0.45, 0.50),
    "negative": (0.02, 0.05, 0.93),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One text with what it should be scored as; the weights say how much either target is believed."""

    text: str
    source: str
    kind: str
    language: str
    target: Target
    weight: float
    opinion: float
    opinion_weight: float
    held_back: bool = False

    @property
    def label(self) -> Label:
        """The most likely class."""
        return CLASSES[self.target.index(max(self.target))]


def read_corpus(settings: Corpus, data_dir: Path) -> list[Example]:
    """All examples of all sources, each text once; a source whose file is missing raises Invalid naming it."""
    examples: list[Example] = []
    seen: set[str] = set()
    for source in settings.sources:
        merged = merge_duplicates(read_source(source, data_dir, settings.held_back))
        fresh = [example for example in merged if _key(example.text) not in seen]
        seen.update(_key(example.text) for example in fresh)
        examples.extend(_capped(fresh, settings.held_back_rows))
    return examples


def read_source(source: Source, data_dir: Path, held_back: float) -> Iterator[Example]:
    """The examples of one file, unmerged; rows without text or usable label are left out."""
    own, read_labels = source.labels == "own", _READINGS.get(source.labels)
    if read_labels is None:
        msg = f"training configuration: {source.file} has labels = {source.labels!r}, known are {', '.join(_READINGS)}"
        raise Invalid(msg)
    path = OWN_TEXTS / f"{source.file}.jsonl" if own else data_dir / f"{source.file}.jsonl.gz"
    if not path.is_file():
        msg = f"training data: {path.name} is not in {path.parent}"
        raise Invalid(msg)
    with path.open(encoding="utf-8") if own else gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    has_entities = len({row.get("entity") for row in rows}) > 40 and source.kind == "review"  # noqa: PLR2004
    for row in rows:
        reading = read_labels(row)
        whole = clean(_with_title(row))
        text = part_of(row, source.labels) if source.labels in PARTS else whole
        if reading is None or row.get("lang") in _SCRIPTS_UNREAD or not has_letters(text):
            continue
        target, weight, opinion, opinion_weight = reading
        unit = str(row.get("entity")).casefold() if has_entities else _key(whole)
        held = not own and _share(source.file + unit) < held_back
        if held and source.labels in PARTS:
            continue
        yield Example(
            text=text,
            source=source.name,
            kind="comment" if source.kind == "review" and len(text) <= COMMENT_LIMIT else source.kind,
            language=row.get("lang") or "",
            target=target,
            weight=weight,
            opinion=opinion,
            opinion_weight=opinion_weight,
            held_back=held,
        )


def write_examples(examples: Iterable[Example], path: Path) -> None:
    """Keep examples beside a checkpoint, which thereby needs no data folder to be exported."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)


def read_examples(path: Path) -> list[Example]:
    """What `write_examples` kept."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Example(**{**row, "target": tuple(row["target"])}) for row in rows]


def merge_duplicates(examples: Iterable[Example]) -> list[Example]:
    """Each text once: where copies of it disagree, as identical one-line reviews do, their targets are averaged."""
    copies: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        copies[_key(example.text)].append(example)
    return [_merged(group) for group in copies.values()]


def draw(examples: Sequence[Example], settings: Corpus, count: int, seed: int) -> list[Example]:
    """`count` training examples, shuffled: sources and, within them, classes by the root of their size times weight.

    A cell that is smaller than its share is repeated, whole rounds before a random part.
    """
    cells: dict[tuple[str, Label], list[Example]] = defaultdict(list)
    for example in examples:
        if not example.held_back:
            cells[example.source, example.label].append(example)
    factor = {source.name: source.weight for source in settings.sources}
    sizes = Counter(example.source for example in examples if not example.held_back)
    within: Counter[str] = Counter()
    for (source, _), rows in cells.items():
        within[source] += len(rows) ** settings.exponent
    share = {
        (source, label): factor[source]
        * sizes[source] ** settings.exponent
        * len(rows) ** settings.exponent
        / within[source]
        for (source, label), rows in cells.items()
    }
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


def _stars(row: dict[str, Any]) -> Reading | None:
    if row.get("nps") is None or row.get("score") is None:
        return None
    scale = str(row["scale"])
    worst, best = (0.5, 5.0) if scale.startswith("0.5") else (1.0, 10.0) if scale == "1-10" else (1.0, 5.0)
    share = (float(row["score"]) - worst) / (best - worst)
    promoter, passive, detractor, angry = (target for _, target in _BY_STARS)
    target = {"promoter": promoter, "passive": passive}.get(
        row["nps"], detractor if share >= _BY_STARS[2][0] else angry
    )
    return target, 1.0, 0.98, 0.5


def _aspects(row: dict[str, Any]) -> Reading | None:
    """A sentence of a review by the polarities in it; one without any is rarely an opinion."""
    polarities = {aspect.get("polarity") for aspect in row.get("aspects") or ()}
    if "phaseB" in str(row.get("split")) or None in polarities:
        return None
    if not polarities:
        return ((0.25, 0.50, 0.25), 0.0, 0.25, 0.3) if "2016" in str(row.get("source")) else None
    label = polarities.pop() if len(polarities) == 1 else "mixed"
    return _BY_TWEET.get(label, _BY_TWEET["mixed"]), 0.5, 0.97, 0.5


def _sentiment(row: dict[str, Any]) -> Reading | None:
    return (_BY_SENTIMENT[row["label"]], 1.0, 0.98, 0.5) if row.get("label") in _BY_SENTIMENT else None


def _tweet(row: dict[str, Any], trust: float = 1.0) -> Reading | None:
    """Polarity is told of opinions alone; a neutral tweet is an advert, a piece of news, a question."""
    label = row.get("label")
    if label not in _BY_TWEET:
        return None
    is_opinion = label != "neutral"
    return _BY_TWEET[label], 0.6 if is_opinion else 0.0, 0.95 if is_opinion else 0.05, trust


def _part(row: dict[str, Any]) -> Reading | None:
    """A part by the stars of the whole, believed by half; of a mixed review, four or three stars, less still."""
    reading = _stars(row)
    if reading is None:
        return None
    target, _, opinion, opinion_weight = reading
    return target, 0.5 if max(target) > 0.9 else 0.25, opinion, opinion_weight / 2  # noqa: PLR2004


def _own(row: dict[str, Any]) -> Reading:
    name = {"promoter": "positive", "passive": "neutral", "detractor": "negative"}.get(str(row["label"]))
    if name is None:
        return _BY_TWEET["neutral"], 0.0, 0.02, 1.0
    return _BY_TWEET[name], 0.8, 0.97, 1.0


_READINGS: dict[str, Callable[[dict[str, Any]], Reading | None]] = {
    "stars": _stars,
    "titles": _part,
    "sentences": _part,
    "sentiment": _sentiment,
    "aspects": _aspects,
    "tweets": _tweet,
    "tweets_about_anything": partial(_tweet, trust=0.3),  # neutral there is often an opinion without heat
    "own": _own,
}


def part_of(row: dict[str, Any], labels: str) -> str:
    """The title of a review, or the one of its sentences that its text decides; empty where there is none to take."""
    if labels == "titles":
        return clean(str(row.get("title") or ""))
    text = clean(str(row.get("text") or ""))
    sentences = [part for part in _SENTENCE_ENDS.split(text) if _SENTENCE[0] <= len(part) <= _SENTENCE[1]]
    return sentences[int(_share(text) * len(sentences))] if len(sentences) > 1 else ""


def _with_title(row: dict[str, Any]) -> str:
    """Half of the titled reviews with their title, as half of the sources in use give one."""
    text, title = str(row.get("text") or ""), str(row.get("title") or "").strip()
    if not title or text.startswith(title) or _share(text) < 0.5:  # noqa: PLR2004
        return text
    return f"{title}{'' if title[-1] in '.!?…' else '.'} {text}"


def _merged(group: list[Example]) -> Example:
    if len(group) == 1:
        return group[0]
    first, n = group[0], len(group)
    mean = [sum(example.target[k] for example in group) / n for k in range(3)]
    return Example(
        text=first.text,
        source=first.source,
        kind=first.kind,
        language=first.language,
        target=(mean[0], mean[1], mean[2]),
        weight=max(example.weight for example in group),
        opinion=sum(example.opinion for example in group) / n,
        opinion_weight=first.opinion_weight,
        held_back=any(example.held_back for example in group),
    )


def _capped(examples: list[Example], rows: int) -> list[Example]:
    """All but the held-back examples beyond the first `rows` in an order that the text alone decides."""
    held = sorted((e for e in examples if e.held_back), key=lambda e: _share(e.text))
    return [e for e in examples if not e.held_back] + held[:rows]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _share(text: str) -> float:
    """A number in [0, 1) that the text decides, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48
