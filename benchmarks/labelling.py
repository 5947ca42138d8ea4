"""The speed of the shipped labeller against the Hugging Face `pipeline` on the weights it was made from.

    python benchmarks/labelling.py [--texts FILE.jsonl.gz] [--checkpoint DIR] [-n 600] [--threads 1]

Without `--checkpoint` (a folder that `afterword model train` wrote; needs `pip install afterword[train]`) there is no
peer and our own figures are printed alone. Each path runs in a process of its own on the same texts, in the same
order, after a warm-up that is not counted; on a shared machine trust the CPU seconds and the ratios.
"""

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sentiment
from sentiment.training.corpus import OWN_TEXTS

WARM_UP = 32
PATHS = {
    "ours": "shipped: OpenVINO int8",
    "pipeline-1": "Hugging Face pipeline, default (batch 1), fp32",
    "pipeline-16": "Hugging Face pipeline, batch 16, fp32",
}


def main() -> None:
    """Print one line a path, and the ratios."""
    arguments = _arguments()
    if arguments.only:
        print(json.dumps(_measured(arguments)))
        return
    figures = {"ours": _in_fresh_process("ours")}
    if arguments.checkpoint:
        figures |= {path: _in_fresh_process(path) for path in ("pipeline-1", "pipeline-16")}
    for path, told in figures.items():
        print(
            f"{PATHS[path]:<48} {told['texts_per_second']:7.1f} texts/s   "
            f"{told['cpu_per_thousand']:6.2f} CPU s/1,000   "
            f"peak {told['peak_mib']:5.0f} MiB   first label after {told['first_s']:.2f} s"
        )
    for path in list(figures)[1:]:
        wall = figures["ours"]["texts_per_second"] / figures[path]["texts_per_second"]
        cpu = figures[path]["cpu_per_thousand"] / figures["ours"]["cpu_per_thousand"]
        print(f"ratio to {path}: {wall:.1f} times the texts per second, {cpu:.1f} times fewer CPU seconds")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, help="JSON lines with a `text`, .gz or not; made up by default")
    parser.add_argument("--checkpoint", type=Path, help="the folder of the fp32 weights")
    parser.add_argument("-n", type=int, default=600, help="texts to label")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", choices=PATHS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_fresh_process(path: str) -> dict[str, float]:
    command = [sys.executable, *sys.argv, "--only", path]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _measured(arguments: argparse.Namespace) -> dict[str, float]:
    texts = _texts(arguments.texts, arguments.n + WARM_UP)
    began = time.perf_counter()
    label = _ours(arguments.threads) if arguments.only == "ours" else _pipeline(arguments)
    label(texts[:1])
    first = time.perf_counter() - began
    label(texts[:WARM_UP])
    wall, cpu = time.perf_counter(), time.process_time()
    label(texts[WARM_UP:])
    wall, cpu, n = time.perf_counter() - wall, time.process_time() - cpu, len(texts) - WARM_UP
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"texts_per_second": n / wall, "cpu_per_thousand": 1000 * cpu / n, "peak_mib": peak, "first_s": first}


def _ours(threads: int) -> Callable[[Sequence[str]], Any]:
    return sentiment.load(threads=threads).score


def _pipeline(arguments: argparse.Namespace) -> Callable[[Sequence[str]], Any]:
    """The same network in the peer's hands: truncated alike, its default in all else."""
    import torch  # noqa: PLC0415 - the peer's packages are optional
    import transformers  # noqa: PLC0415

    from sentiment.training import model as models  # noqa: PLC0415

    torch.set_num_threads(arguments.threads)
    body, words = models.from_checkpoint(arguments.checkpoint)

    class BertForSequenceClassification(transformers.BertForSequenceClassification):  # type: ignore[misc]
        """Mean pooling and our head, under the name that the pipeline knows."""

        def forward(self, input_ids: Any, attention_mask: Any, **_: Any) -> Any:
            logits = body(words[input_ids], attention_mask)
            return transformers.modeling_outputs.SequenceClassifierOutput(logits=logits)

    config = transformers.BertConfig.from_pretrained(arguments.checkpoint)
    config.num_labels, config.num_hidden_layers, config.vocab_size, config.pad_token_id = models.LOGITS, 0, 1, 0
    model = BertForSequenceClassification(config).eval()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(arguments.checkpoint / "tokenizer.json"),
        pad_token="<pad>",  # noqa: S106 - a token of the tokeniser
    )
    pipe = transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
    batch = int(arguments.only.rsplit("-", 1)[1])
    longest = json.loads((arguments.checkpoint / "trained.json").read_text())["max_length"]
    return lambda texts: pipe(list(texts), batch_size=batch, truncation=True, max_length=longest)


def _texts(path: Path | None, n: int) -> list[str]:
    """The first `n` different texts of a file; without one, as many of our own short texts strung together."""
    if path is None:
        lines = (OWN_TEXTS / "own_texts.jsonl").read_text(encoding="utf-8").splitlines()
        chance, own = random.Random(1), [json.loads(line)["text"] for line in lines]
        return [" ".join(chance.choices(own, k=min(12, 1 + int(chance.expovariate(0.3))))) for _ in range(n)]
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        texts = dict.fromkeys(json.loads(line)["text"] for line in file)
    return list(texts)[:n]


if __name__ == "__main__":
    main()
