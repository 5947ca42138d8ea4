"""The first figure of the project: how far a social NPS made from texts lies from the survey NPS of the same people.

The NHS friends-and-family answers are both sides: their scores as survey answers, their comments as mentions without
ratings, through the ordinary import, labeller and report. The two sides are the same people, so every difference is
the labeller's, and whether the social interval holds the survey's own figure says whether it is honest.
Run: python benchmarks/nhs_gap.py [FILE] (default ../shared/data/devtest_nhs_fft.jsonl.gz)
"""

import argparse
import csv
import gzip
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from api.correction import correction
from core.clock import now
from core.counts import Counts, SegmentCounts
from metrics.report import GapRow, report
from pipeline.imports import import_mentions, import_survey
from pipeline.labelling import label_new
from sentiment import load
from store.brands import add_brand, find_brand
from store.database import Database, open_database
from store.schema import upgrade
from store.segments import segments

FEWEST = 20
SCORES = {5: 10, 4: 8}
"""FFT has five steps: the best is a promoter, the next a passive, the others are detractors, as stars are."""
DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "devtest_nhs_fft.jsonl.gz"


def split(source: Path, folder: Path) -> tuple[Path, Path]:
    """Write the two sides as files that a user would import; answers without a score or a comment are on neither."""
    survey, mentions = folder / "survey.csv", folder / "mentions.csv"
    with (
        gzip.open(source, "rt", encoding="utf-8") as lines,
        survey.open("w", newline="", encoding="utf-8") as scores,
        mentions.open("w", newline="", encoding="utf-8") as texts,
    ):
        score_rows, text_rows = csv.writer(scores), csv.writer(texts)
        score_rows.writerow(["id", "score", "location", "responded_at"])
        text_rows.writerow(["id", "text", "question", "location", "published_at"])
        for number, line in enumerate(lines):
            row = json.loads(line)
            if row.get("score") is None or not row.get("text"):
                continue
            score_rows.writerow([number, SCORES.get(int(row["score"]), 3), row["entity"], row["date"]])
            text_rows.writerow([number, row["text"], row.get("question"), row["entity"], row["date"]])
    return survey, mentions


def cells(db: Database, by: tuple[str, ...], *, corrected: bool) -> list[GapRow]:
    """Rows of the gap report by these dimensions with enough voices on both sides."""
    with db.read() as session:
        brand = find_brand(session, "nhs")
        found = segments(session, brand, by)
        estimate = correction(session, brand).estimate if corrected else None
    rows = report(found, estimate=estimate)
    return [row for row in rows if row.survey and row.social and min(row.survey.n, row.social.n) >= FEWEST]


def show(db: Database, name: str, by: tuple[str, ...]) -> None:
    """Print mean absolute difference, bias, correlation and coverage over cells, counted and corrected."""
    for how in ("counted", "corrected"):
        rows = cells(db, by, corrected=how == "corrected")
        both = np.array([(row.survey.value, row.social.value) for row in rows if row.survey and row.social])
        difference = both[:, 1] - both[:, 0]
        correlation = np.corrcoef(both.T)[0, 1] if len(both) > 2 else float("nan")  # noqa: PLR2004 - two points fit
        held = [row.social.low <= row.survey.value <= row.social.high for row in rows if row.survey and row.social]
        width = np.mean([row.social.high - row.social.low for row in rows if row.social])
        covered = np.mean([row.gap.low <= 0 <= row.gap.high for row in rows if row.gap])
        print(
            f"{name:<14} {how:<9} {len(both):>3} cells with n >= {FEWEST}: mean absolute error "
            f"{np.abs(difference).mean():5.1f} points, mean {difference.mean():+5.1f}, correlation {correlation:.2f}, "
            f"social interval holds the survey in {np.mean(held):.0%} (width {width:.0f}), gap holds 0 in {covered:.0%}"
        )


def main() -> None:
    """Import both sides, label, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=DEFAULT)
    source = parser.parse_args().file
    with tempfile.TemporaryDirectory() as name:
        db = open_database(f"sqlite:///{Path(name) / 'nhs.db'}")
        upgrade(db)
        with db.write.begin() as session:
            add_brand(session, "nhs", name="NHS", timezone="Europe/London", now=now())
        survey, mentions = split(source, Path(name))
        secret = b"benchmark secret"
        answers = import_survey(db, "nhs", survey, columns={}, secret=secret, clock=now)
        texts = import_mentions(db, "nhs", mentions, columns={}, secret=secret, clock=now)
        started = time.perf_counter()
        labelled = label_new(db, load(), clock=now)
        taken = time.perf_counter() - started
        print(f"{answers.added} answers, {texts.added} comments, {labelled.texts_read} texts read in {taken:.0f} s")
        show(db, "total", ())
        show(db, "trust", ("location",))
        show(db, "trust x month", ("location", "month"))
        with db.read() as session:
            [total] = segments(session, find_brand(session, "nhs"), ())
            for rule in correction(session, find_brand(session, "nhs")).as_plain():
                print({name: rule[name] for name in ("kind", "estimator", "chosen_on", "groups", "residual", "errors")})
        print(f"survey {total.survey}, social {total.social}: {_share_unknown(total):.1%} of comments are no opinion")
        db.close()


def _share_unknown(total: SegmentCounts) -> float:
    social: Counts = total.social
    return 1 - social.n / total.mentions


if __name__ == "__main__":
    main()
