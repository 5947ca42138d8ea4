"""One resumable training run: a plan of batches that the seed decides, a schedule that ends on time."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from core.clock import now
from sentiment.training import model as models
from sentiment.training.configuration import Configuration, Run, read_configuration
from sentiment.training.corpus import Example, draw, read_corpus, write_examples

CHUNK = 50
"""Batches that are sorted by length together: short texts then cost little, and the order stays random enough."""

SAVE_EVERY = 150
LOG_EVERY = 25

HELD_BACK = "held_back.jsonl.gz"
CALIBRATION = "calibration.jsonl.gz"
CALIBRATION_TEXTS = 300

log = structlog.get_logger(__name__)
Progress = Callable[[float], None]


def train(
    config_path: Path,
    data_dir: Path,
    encoder_dir: Path,
    out_dir: Path,
    *,
    resume: bool = True,
    progress: Progress = lambda _: None,
) -> Path:
    """Train as a TOML file says and return `out_dir`, a checkpoint folder that `export` takes.

    `encoder_dir` is a Hugging Face encoder, or the checkpoint folder of an earlier run to go on from.
    `progress` hears the share done, in (0, 1]. Killed and run again with `resume`, it goes on where it last saved,
    at most 150 steps back. Invalid names a missing data file or a mistake in the configuration.
    """
    config = read_configuration(config_path)
    torch.set_num_threads(config.run.threads)
    torch.manual_seed(config.run.seed)
    out_dir.mkdir(parents=True, exist_ok=True)
    body, words = models.beginning(encoder_dir, config.model.layers)
    corpus = read_corpus(config.corpus, data_dir)
    plan = draw(corpus, config.corpus, config.run.examples, config.run.seed)
    keep_texts(corpus, plan, out_dir)
    tokenizer = load_tokenizer(encoder_dir / "tokenizer.json", config.model.max_length)
    log.info("training", examples=len(plan), steps=len(plan) // config.run.batch)
    _run(body, words, batches(plan, tokenizer, config.run), config, out_dir, resume=resume, progress=progress)
    models.save(body, words, out_dir)
    shutil.copyfile(encoder_dir / "tokenizer.json", out_dir / "tokenizer.json")
    shutil.copyfile(config_path, out_dir / "training.toml")
    keep_story(config, out_dir)
    return out_dir


def keep_texts(corpus: Sequence[Example], plan: Sequence[Example], out_dir: Path) -> None:
    """Put beside the checkpoint what `export` measures on (held back) and quantises by (some of the plan)."""
    write_examples((example for example in corpus if example.held_back), out_dir / HELD_BACK)
    write_examples(plan[:CALIBRATION_TEXTS], out_dir / CALIBRATION)


def keep_story(config: Configuration, out_dir: Path) -> None:
    """Put beside the checkpoint what its export is named by."""
    story = {"layers": config.model.layers, "max_length": config.model.max_length, "trained_on": f"{now():%Y.%m.%d}"}
    (out_dir / models.STORY).write_text(json.dumps(story), encoding="utf-8")


def load_tokenizer(path: Path, max_length: int) -> Tokenizer:
    """The encoder's tokeniser, cutting texts at `max_length` tokens and padding nothing."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_length)
    tokenizer.no_padding()
    return tokenizer


def batches(
    plan: Sequence[Example], tokenizer: Tokenizer, run: Run
) -> Iterator[tuple[int, list[tuple[Example, list[int]]]]]:
    """Numbered batches of examples with their tokens, of similar lengths within a batch; the seed decides the order."""
    order = torch.Generator().manual_seed(run.seed)
    size, step = run.batch * CHUNK, 0
    for start in range(0, len(plan) - run.batch + 1, size):
        chunk = plan[start : start + size]
        tokens = [encoding.ids for encoding in tokenizer.encode_batch([example.text for example in chunk])]
        rows = sorted(zip(chunk, tokens, strict=True), key=lambda row: len(row[1]))
        full = len(rows) // run.batch
        for k in torch.randperm(full, generator=order).tolist():
            yield step, rows[k * run.batch : (k + 1) * run.batch]
            step += 1


def loss_of(logits: torch.Tensor, rows: Sequence[Example], opinion_share: float) -> torch.Tensor:
    """Weighted cross-entropy against soft classes, plus the opinion's binary one at its share."""
    target = torch.tensor([row.target for row in rows])
    weight = torch.tensor([row.weight for row in rows])
    opinion = torch.tensor([row.opinion for row in rows])
    trust = torch.tensor([row.opinion_weight for row in rows])
    classes = -(target * functional.log_softmax(logits[:, :3], dim=1)).sum(1)
    told = functional.binary_cross_entropy_with_logits(logits[:, 3], opinion, reduction="none")
    return ((weight * classes).sum() + opinion_share * (trust * told).sum()) / len(rows)


def padded(tokens: Sequence[Sequence[int]], words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Word embeddings [batch, longest, width] and mask [batch, longest] of token ids."""
    longest = max(len(ids) for ids in tokens)
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in tokens])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in tokens])
    return words[ids], mask


def rate_at(progress: float, warmup: float) -> float:
    """The share of the full learning rate: up linearly during the warm-up, then down to zero at the end."""
    return progress / warmup if progress < warmup else max(0.0, (1 - progress) / (1 - warmup))


def _run(
    body: models.Body,
    words: torch.Tensor,
    stream: Iterator[tuple[int, list[tuple[Example, list[int]]]]],
    config: Configuration,
    out_dir: Path,
    *,
    resume: bool,
    progress: Progress,
) -> None:
    run, optimizer = config.run, _optimizer(body, config.run)
    steps = max(1, run.examples // run.batch)
    step, spent = _resumed(body, optimizer, out_dir) if resume else (0, 0.0)
    began, heard = time.monotonic() - spent, 0.0
    body.train()
    for number, rows in stream:
        if number < step:
            continue
        elapsed = time.monotonic() - began
        done = max(number / steps, elapsed / (60 * run.minutes))
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * rate_at(done, run.warmup)
        loss = _step(body, words, rows, optimizer, run)
        heard = loss if number == step else 0.98 * heard + 0.02 * loss
        progress(done)
        if number % LOG_EVERY == 0:
            log.info("step", number=number, done=round(done, 4), loss=round(heard, 4), seconds=round(elapsed, 1))
        if number and number % SAVE_EVERY == 0:
            _keep(body, optimizer, out_dir, number + 1, elapsed)
    progress(1.0)


def _step(
    body: models.Body,
    words: torch.Tensor,
    rows: list[tuple[Example, list[int]]],
    optimizer: torch.optim.Optimizer,
    run: Run,
) -> float:
    embeds, mask = padded([ids for _, ids in rows], words)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = body(embeds, mask)
    loss = loss_of(logits.float(), [row for row, _ in rows], run.opinion_share)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(body.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


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


def _resumed(body: models.Body, optimizer: torch.optim.Optimizer, out_dir: Path) -> tuple[int, float]:
    """The next step and the seconds spent so far: (0, 0) where nothing was saved."""
    if not (out_dir / "state.json").is_file():
        return 0, 0.0
    state = torch.load(out_dir / "state.pt", weights_only=True)
    body.load_state_dict(state["body"])
    optimizer.load_state_dict(state["optimizer"])
    told = json.loads((out_dir / "state.json").read_text())
    return int(told["step"]), float(told["seconds"])
