"""One resumable training run: a plan of batches that the seed decides, a schedule that ends on time."""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from core.labels import CLASSES
from sentiment.scores import OPINION, STARS, class_shares
from sentiment.texts import answer_of
from sentiment.tokens import read_tokens, untruncated
from sentiment.training import model as models
from sentiment.training.augmentation import retyped
from sentiment.training.beginning import begin, keep_story
from sentiment.training.calibration import macro_f1
from sentiment.training.checkpoints import CALIBRATION, CONFIGURATION, CURVE, HELD_BACK
from sentiment.training.configuration import Configuration, Run, Shape, files_of, read_configuration
from sentiment.training.corpus import Example, draw, read_corpus, write_examples

CHUNK = 50
"""Batches that are sorted by length together: short texts then cost little, and the order stays random enough."""

TOKENS_AT_ONCE = 4_096

SAVE_EVERY = 150
LOG_EVERY = 25

CALIBRATION_TEXTS = 300

CHECK_EVERY = 500
"""Steps between two looks at held-back macro-F1, which the curve then has beside the loss."""

CHECKED_TEXTS = 600

log = structlog.get_logger(__name__)
Progress = Callable[[float], None]


def train(
    config_path: Path,
    data_dir: Path,
    encoder_dir: Path,
    out_dir: Path,
    *,
    left_out: str = "",
    resume: bool = True,
    progress: Progress = lambda _: None,
) -> Path:
    """Train as a TOML file says and return `out_dir`, a checkpoint folder that `export` takes.

    `encoder_dir` is a Hugging Face encoder, or what to go on from: the checkpoint folder of an earlier run, or a folder
    of weights as they are shipped. A domain that is `left_out` is held back whole. `progress` hears the share done, in
    (0, 1]. Killed and run again with `resume`, it goes on where it last saved, at most 150 steps back. Invalid names a
    missing data file or a mistake in the configuration.
    """
    config = read_configuration(config_path)
    torch.set_num_threads(config.run.threads)
    torch.manual_seed(config.run.seed)
    out_dir.mkdir(parents=True, exist_ok=True)
    start = begin(encoder_dir, config.model.layers)
    body, words = start.body, start.words
    corpus = read_corpus(config.corpus, data_dir, left_out)
    plan = draw(corpus, config.corpus, config.run.examples, config.run.seed)
    keep_texts(corpus, plan, out_dir)
    tokenizer = untruncated(Tokenizer.from_buffer(start.tokenizer))
    log.info("training", examples=len(plan), steps=len(plan) // config.run.batch)
    before = {name: tensor.clone() for name, tensor in body.state_dict().items()}
    course = _Course(body, words, tokenizer, config, [row for row in corpus if row.held_back], out_dir)
    course.run(batches(plan, tokenizer, config), resume=resume, progress=progress)
    models.save(models.averaged(body, before, config.run.kept), words, out_dir)
    (out_dir / "tokenizer.json").write_bytes(start.tokenizer)
    for number, path in enumerate(files_of(config_path)):
        shutil.copyfile(path, out_dir / (path.name if number else CONFIGURATION))
    keep_story(start, config, out_dir, config_path.name)
    return out_dir


def keep_texts(corpus: Sequence[Example], plan: Sequence[Example], out_dir: Path) -> None:
    """Put beside the checkpoint what `export` measures on (held back) and quantises by (some of the plan)."""
    write_examples((example for example in corpus if example.held_back), out_dir / HELD_BACK)
    write_examples(plan[:CALIBRATION_TEXTS], out_dir / CALIBRATION)


Batch = list[tuple[Example, list[int]]]


def batches(plan: Sequence[Example], tokenizer: Tokenizer, config: Configuration) -> Iterator[tuple[int, Batch]]:
    """Numbered batches of examples with their tokens, of similar lengths within a batch; the seed decides all."""
    run = config.run
    order = torch.Generator().manual_seed(run.seed)
    size, step = run.batch * CHUNK, 0
    for start in range(0, len(plan) - run.batch + 1, size):
        chunk = plan[start : start + size]
        chance = random.Random(run.seed + start)  # noqa: S311 - sampling, not secrets
        texts = [_as_read(row.text, run, chance) for row in chunk]
        tokens = read_tokens(tokenizer, texts, run.max_length, run.max_length // 4)
        rows = sorted(zip(chunk, tokens, strict=True), key=lambda row: len(row[1]))
        full = len(rows) // run.batch
        for k in torch.randperm(full, generator=order).tolist():
            yield step, rows[k * run.batch : (k + 1) * run.batch]
            step += 1


def _as_read(text: str, run: Run, chance: random.Random) -> str:
    """A text as this step reads it: at times an answer without its question, at times any other text retyped."""
    answer = answer_of(text)
    if answer != text:
        return answer if chance.random() < run.unasked else text
    return retyped(text, chance) if chance.random() < run.augmented else text


def loss_of(logits: torch.Tensor, rows: Sequence[Example], run: Run) -> torch.Tensor:
    """Cross-entropy of the three classes, and at their shares the losses of the stars, of opinion and of polarity."""
    readings = [row.reading for row in rows]
    weight = torch.tensor([reading.weight for reading in readings])
    classes = torch.tensor([reading.classes for reading in readings])
    total = -(classes * models.class_logits(logits)).sum(1) * weight
    graded = torch.tensor([reading.stars is not None for reading in readings])
    stars = torch.tensor([reading.stars or (0.2,) * 5 for reading in readings])
    total = total + run.star_share * weight * graded * ordinal_loss(logits[:, STARS], stars)
    opinion = torch.tensor([reading.opinion for reading in readings])
    trust = torch.tensor([reading.opinion_weight for reading in readings])
    told = functional.binary_cross_entropy_with_logits(logits[:, OPINION], opinion, reduction="none")
    total = total + run.opinion_share * trust * told
    polarity = torch.tensor([reading.polarity or (0.0,) * 3 for reading in readings])
    felt = -(polarity * functional.log_softmax(logits[:, models.POLARITY], dim=1)).sum(1)
    return (total + run.polarity_share * felt).mean()


def ordinal_loss(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Cross-entropy [batch] over ordered levels plus the ranked probability score, which minds how far off one is.

    Logits and target are [batch, levels]. Epstein 1969.
    """
    log_shares = functional.log_softmax(logits, dim=1)
    ranked = (log_shares.exp().cumsum(1) - target.cumsum(1)).square().sum(1)
    return -(target * log_shares).sum(1) + ranked


def padded(tokens: Sequence[Sequence[int]], words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Word embeddings [batch, longest, width] and mask [batch, longest] of token ids."""
    longest = max(len(ids) for ids in tokens)
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in tokens])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in tokens])
    return words[ids], mask


def logits_of(
    body: models.Body, words: torch.Tensor, tokenizer: Tokenizer, texts: Sequence[str], shape: Shape
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Logits [texts, 9] of a body in the precision that autocast is in, a batch of similar lengths at a time."""
    tokens = read_tokens(tokenizer, texts, shape.max_length, shape.tail)
    order = sorted(range(len(texts)), key=lambda k: len(tokens[k]))
    logits = np.zeros((len(texts), models.LOGITS), np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 32):
            part = order[start : start + 32]
            logits[part] = body(*padded([tokens[k] for k in part], words)).float().numpy()
    return logits


def rate_at(progress: float, warmup: float) -> float:
    """The share of the full learning rate: up linearly during the warm-up, then down to zero at the end."""
    return progress / warmup if progress < warmup else max(0.0, (1 - progress) / (1 - warmup))


class _Course:
    """One run from its first step, or from where it was left, to its end."""

    def __init__(
        self,
        body: models.Body,
        words: torch.Tensor,
        tokenizer: Tokenizer,
        config: Configuration,
        held_back: Sequence[Example],
        out_dir: Path,
    ) -> None:
        self.body, self.words, self.tokenizer, self.config, self.out_dir = body, words, tokenizer, config, out_dir
        self.optimizer = _optimizer(body, config.run)
        classed = [row for row in held_back if row.reading.weight > 0]
        self.checked = random.Random(config.run.seed).sample(classed, min(CHECKED_TEXTS, len(classed)))  # noqa: S311
        self.heard = 0.0

    def run(self, stream: Iterator[tuple[int, Batch]], *, resume: bool, progress: Progress) -> None:
        """Train until the plan or the time is over."""
        run = self.config.run
        steps = max(1, run.examples // run.batch)
        step, spent = _resumed(self.body, self.optimizer, self.out_dir) if resume else (0, 0.0)
        _cut_curve(self.out_dir / CURVE, step)
        began = time.monotonic() - spent
        for number, rows in stream:
            if number < step:
                continue
            elapsed = time.monotonic() - began
            done = max(number / steps, elapsed / (60 * run.minutes))
            if done >= 1:
                break
            loss = self._step(rows, done)
            self.heard = loss if number == step else 0.98 * self.heard + 0.02 * loss
            progress(done)
            if number % LOG_EVERY == 0:
                self._log(number, done, elapsed)
            if number and number % SAVE_EVERY == 0:
                _keep(self.body, self.optimizer, self.out_dir, number + 1, elapsed)
        progress(1.0)

    def _step(self, rows: Batch, done: float) -> float:
        run = self.config.run
        for group in self.optimizer.param_groups:
            group["lr"] = group["full_rate"] * rate_at(done, run.warmup)
        self.body.train()
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for part in _parts(rows):
            embeds, mask = padded([ids for _, ids in part], self.words)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = self.body(embeds, mask)
            loss = loss_of(logits.float(), [row for row, _ in part], run) * len(part) / len(rows)
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(self.body.parameters(), 1.0)
        self.optimizer.step()
        return total

    def _log(self, number: int, done: float, elapsed: float) -> None:
        told = {"step": number, "done": round(done, 4), "loss": round(self.heard, 4), "seconds": round(elapsed, 1)}
        if number and number % CHECK_EVERY == 0 and self.checked:
            told["held_back_macro_f1"] = round(self._macro_f1(), 4)
        log.info("step", **told)
        with (self.out_dir / CURVE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    def _macro_f1(self) -> float:
        texts = [row.text for row in self.checked]
        self.body.eval()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = logits_of(self.body, self.words, self.tokenizer, texts, self.config.model)
        return macro_f1(np.array([CLASSES.index(row.label) for row in self.checked]), class_shares(logits).argmax(1))


def _parts(rows: Batch) -> Iterator[Batch]:
    """A batch in pieces of at most `TOKENS_AT_ONCE`, padding included: attention to long texts needs much memory."""
    longest = max(len(ids) for _, ids in rows)
    size = max(1, TOKENS_AT_ONCE // longest)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _optimizer(body: models.Body, run: Run) -> torch.optim.Optimizer:
    layers = [parameter for parameter in body.encoder.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in layers if p.ndim > 1], "full_rate": run.rate, "weight_decay": run.decay},
        {"params": [p for p in layers if p.ndim == 1], "full_rate": run.rate, "weight_decay": 0.0},
        {"params": list(body.head.parameters()), "full_rate": run.head_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=run.rate, fused=True)


def _keep(body: models.Body, optimizer: torch.optim.Optimizer, out_dir: Path, step: int, spent: float) -> None:
    """Write the state beside the last one and then in its place, so that a kill leaves a whole file."""
    fresh = out_dir / "state.fresh"
    torch.save({"body": body.state_dict(), "optimizer": optimizer.state_dict()}, fresh)
    fresh.replace(out_dir / "state.pt")
    (out_dir / "state.json").write_text(json.dumps({"step": step, "seconds": spent}))


def _cut_curve(path: Path, step: int) -> None:
    """Leave of an earlier run's curve what lies before the step from which it goes on: the rest is drawn again."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
    path.write_text("".join(line for line in lines if json.loads(line)["step"] < step), encoding="utf-8")


def _resumed(body: models.Body, optimizer: torch.optim.Optimizer, out_dir: Path) -> tuple[int, float]:
    """The next step and the seconds spent so far: (0, 0) where nothing was saved."""
    if not (out_dir / "state.json").is_file():
        return 0, 0.0
    state = torch.load(out_dir / "state.pt", weights_only=True)
    body.load_state_dict(state["body"])
    optimizer.load_state_dict(state["optimizer"])
    told = json.loads((out_dir / "state.json").read_text())
    return int(told["step"]), float(told["seconds"])
