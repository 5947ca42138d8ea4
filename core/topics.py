"""The two words that are no topics but stand where topics are counted."""

ANYTHING = ""
"""The topic of all voices with a text, whatever they speak of."""

STAGE = "stage:"
"""What the pseudo-topic of a stage of a visit begins with: `stage:greeting`."""
