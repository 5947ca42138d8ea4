"""What lies in the folder of a training run: the names of its files. Imports nothing, so that anyone may ask."""

STORY = "trained.json"
"""What a checkpoint has and an encoder has not."""

CONFIGURATION = "training.toml"

HELD_BACK = "held_back.jsonl.gz"

CALIBRATION = "calibration.jsonl.gz"
"""Texts by which the export quantises."""

CURVE = "curve.jsonl"
