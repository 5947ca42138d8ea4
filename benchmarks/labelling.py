"""The speed of the shipped labeller against the Hugging Face `pipeline` on the weights it was made from.

    python benchmarks/labelling.py [--checkpoint DIR] [--teacher DIR] [--weights DIR] [-n 600] [--rounds 3]
        [--output speed.json]

The checkpoint is the folder that `afterword model train` wrote (needs `pip install afterword[train]`), the teacher one
of a larger model; without them our own figures are printed alone. Texts: a third posts and comments, a third reviews
of 20 to 120 words, a third long ones of up to 300, all strung together from texts of our own; 256 tokens are read.
Each path runs in a fresh process every round, the paths by turns, after a warm-up that is not counted; what is printed
is the median of the rounds. On a shared machine trust the CPU time (milliseconds a text are seconds a thousand) and
the ratios. On a machine with a CUDA GPU the checkpoint is served there too, and set against the matrix multiplications
that this GPU manages.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
OWN_TEXTS = ROOT / "sentiment" / "training" / "texts"
WEIGHTS = ROOT / "sentiment" / "weights"
LONGEST = 256
WARM_UP = 200
WORDS = {"short": (1, 20), "review": (20, 120), "long": (121, 300)}
ON_GPU = "cuda"
PATHS = {
    "ours": "shipped, OpenVINO int8",
    "pipeline-1": "pipeline, same weights fp32, its defaults (batch 1)",
    "pipeline-16": "pipeline, same weights fp32, batch 16",
    "teacher-1": "pipeline, teacher fp32, its defaults (batch 1)",
    "teacher-16": "pipeline, teacher fp32, batch 16",
    ON_GPU: "checkpoint, torch bf16 on the GPU",
}
MATRIX = 8_192
GPU_REPEATS = 32
"""So many times the texts, told apart by a number: a GPU needs thousands to show its speed."""

Figures = dict[str, float]
Label = Callable[[Sequence[str]], Any]


def main() -> None:
    """Print one line a path, the ratios, and how close to its ceiling a GPU comes."""
    arguments = _arguments()
    if arguments.only:
        texts = json.load(sys.stdin)
        print(json.dumps(_on_gpu(arguments, texts) if arguments.only == ON_GPU else _measured(arguments, texts)))
        return
    texts = mixed_texts(arguments.n + WARM_UP)
    words = np.mean([len(text.split()) for text in texts])
    print(f"{arguments.n} texts, {words:.0f} words on average; {arguments.rounds} rounds; threads: {arguments.threads}")
    rounds = [_round(arguments, texts) for _ in range(arguments.rounds)]
    figures = {path: _medians([told[path] for told in rounds]) for path in rounds[0]}
    for path, told in figures.items():
        print(f"{PATHS[path]:<52} " + "   ".join(f"{name} {value:.2f}" for name, value in told.items()))
    ours = figures["ours"]["CPU ms a text"]
    for path in figures:
        if path != "ours":
            print(
                f"ratio of median CPU time a text: {figures[path]['CPU ms a text'] / ours:.2f} ({PATHS[path]} / ours)"
            )
    if arguments.output:
        told = {
            PATHS[path]: {name: round(value, 1) for name, value in one.items()}
            | {"times our CPU": round(one["CPU ms a text"] / ours, 1)}
            for path, one in figures.items()
        }
        arguments.output.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    on_gpu = _in_fresh_process(ON_GPU, texts) if arguments.checkpoint else {}
    if on_gpu:
        print(f"{PATHS[ON_GPU]:<52} " + "   ".join(f"{name} {value:,.2f}" for name, value in on_gpu.items()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the folder that is shipped")
    parser.add_argument("--checkpoint", type=Path, help="the folder of the fp32 weights it was made from")
    parser.add_argument("--teacher", type=Path, help="the folder of a larger model's fp32 weights")
    parser.add_argument("--output", type=Path, help="write the figures as JSON, for the model card")
    parser.add_argument("-n", type=int, default=600, help="texts to label")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", choices=PATHS, help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    return parser.parse_args()


def mixed_texts(n: int) -> list[str]:
    """`n` different texts in random order, a third of each length in `WORDS`."""
    chance = random.Random(1)
    own = {name: _own(name) for name in ("comments", "posts", "reviews")}
    short = [row["text"] for row in own["comments"] + own["posts"] if len(row["text"].split()) < WORDS["short"][1]]
    by_language: dict[str, list[str]] = {}
    for row in own["reviews"]:
        by_language.setdefault(row["lang"], []).append(row["text"])
    languages = Counter({language: len(texts) for language, texts in by_language.items()})
    made: dict[str, None] = {}
    while len(made) < n:
        kind = list(WORDS)[len(made) % len(WORDS)]
        (language,) = chance.choices(list(languages), list(languages.values()))
        words = chance.randint(*WORDS[kind])
        made[chance.choice(short) if kind == "short" else _strung(by_language[language], words, chance)] = None
    return chance.sample(list(made), n)


def _own(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (OWN_TEXTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _strung(texts: Sequence[str], words: int, chance: random.Random) -> str:
    strung: list[str] = []
    while len(strung) < words:
        strung += chance.choice(texts).split()
    return " ".join(strung[:words])


def _round(arguments: argparse.Namespace, texts: list[str]) -> dict[str, Figures]:
    paths = ["ours"]
    paths += ["pipeline-1", "pipeline-16"] if arguments.checkpoint else []
    paths += ["teacher-1", "teacher-16"] if arguments.teacher else []
    return {path: _in_fresh_process(path, texts) for path in paths}


def _medians(rounds: Sequence[Figures]) -> Figures:
    return {name: float(np.median([told[name] for told in rounds])) for name in rounds[0]}


def _in_fresh_process(path: str, texts: Sequence[str]) -> Figures:
    command = [sys.executable, *sys.argv, "--only", path, "--began", str(time.monotonic())]
    told = subprocess.run(command, check=True, input=json.dumps(texts), stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    figures: Figures = json.loads(told.stdout.splitlines()[-1])
    return figures


def _measured(arguments: argparse.Namespace, texts: list[str]) -> Figures:
    """Figures of one path in this process, which began at `--began` of the monotonic clock."""
    label = _ours(arguments) if arguments.only == "ours" else _pipeline(arguments)
    label(texts[:1])
    first = time.monotonic() - arguments.began
    label(texts[:WARM_UP])
    wall, cpu = time.perf_counter(), time.process_time()
    label(texts[WARM_UP:])
    wall, cpu, n = time.perf_counter() - wall, time.process_time() - cpu, len(texts) - WARM_UP
    return {
        "CPU ms a text": 1_000 * cpu / n,  # and CPU seconds a thousand texts
        "texts/s": n / wall,
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "first label s": first,
    }


def _ours(arguments: argparse.Namespace) -> Label:
    from sentiment.shipped import ShippedLabeller  # noqa: PLC0415 - its loading is part of the first label

    return ShippedLabeller(arguments.weights, threads=arguments.threads).score


def _pipeline(arguments: argparse.Namespace) -> Label:
    """The same network in the peer's hands: truncated alike, its default in all else."""
    import torch  # noqa: PLC0415 - the peer's packages are optional
    import transformers  # noqa: PLC0415

    from sentiment.training import model as models  # noqa: PLC0415

    torch.set_num_threads(arguments.threads)
    name, _, batch = arguments.only.partition("-")
    folder = arguments.teacher if name == "teacher" else arguments.checkpoint
    body, words = models.from_checkpoint(folder)
    body.encoder.set_attn_implementation("sdpa")  # transformers' own default, and faster than what we train with

    class BertForSequenceClassification(transformers.BertForSequenceClassification):  # type: ignore[misc]
        """Mean pooling and our head, under the name that the pipeline knows."""

        def forward(self, input_ids: Any, attention_mask: Any, **_: Any) -> Any:
            logits = body(words[input_ids], attention_mask)
            return transformers.modeling_outputs.SequenceClassifierOutput(logits=logits)

    config = transformers.BertConfig.from_pretrained(folder)
    config.num_labels, config.num_hidden_layers, config.vocab_size, config.pad_token_id = models.LOGITS, 0, 1, 0
    model = BertForSequenceClassification(config).eval()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"),
        pad_token="<pad>",  # noqa: S106 - a token of the tokeniser
    )
    pipe = transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    return lambda texts: pipe(list(texts), batch_size=int(batch), truncation=True, max_length=LONGEST)


def _on_gpu(arguments: argparse.Namespace, texts: list[str]) -> Figures:
    """What the checkpoint does on a CUDA GPU, and what share of its matrix multiplications that is; {} without one."""
    import torch  # noqa: PLC0415

    from sentiment.checkpoint import CheckpointLabeller  # noqa: PLC0415

    if not torch.cuda.is_available():
        return {}
    many = [f"{k} {text}" for k in range(GPU_REPEATS) for text in texts]
    labeller = CheckpointLabeller(arguments.checkpoint)
    labeller.score(many)
    began = time.perf_counter()
    labeller.score(many)
    whole = time.perf_counter() - began
    read = list(labeller.batches(many))
    began = time.perf_counter()
    labeller.infer(iter(read), len(many))
    network = time.perf_counter() - began
    work = _operations(json.loads((arguments.checkpoint / "config.json").read_text()), [b.mask.sum(1) for b in read])
    ceiling = _multiplications(torch)
    return {
        "texts/s": len(many) / whole,
        "texts/s of the network alone": len(many) / network,
        "TFLOP/s": work / network / 1e12,
        f"TFLOP/s of a matrix multiplication of {MATRIX}": ceiling / 1e12,
        "share of that ceiling": work / network / ceiling,
        "GPU peak MiB": torch.cuda.max_memory_allocated() / 2**20,
    }


def _operations(config: dict[str, Any], lengths: Sequence[Any]) -> float:
    """Floating-point operations of an encoder of this shape on texts of these lengths in tokens, padding not counted.

    Two a weight and token, and in attention four a pair of tokens and number of the width.
    """
    width, inner = config["hidden_size"], config["intermediate_size"]
    weights = 4 * width * width + 2 * width * inner
    counts = [float(n) for part in lengths for n in part]
    return float(config["num_hidden_layers"] * sum(2 * weights * n + 4 * width * n * n for n in counts))


def _multiplications(torch: Any, repeats: int = 50) -> float:
    """Operations a second of large square bf16 matrix multiplications on this GPU: its practical ceiling."""
    a = torch.randn(MATRIX, MATRIX, device="cuda", dtype=torch.bfloat16)
    for _ in range(repeats // 5):
        a @ a
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(repeats):
        a @ a
    torch.cuda.synchronize()
    return float(repeats * 2 * MATRIX**3 / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
