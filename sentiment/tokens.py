"""Texts as the token numbers that the labeller reads: whole, or the head and the tail of what is too long."""

from collections.abc import Sequence

from tokenizers import Tokenizer


def untruncated(tokenizer: Tokenizer) -> Tokenizer:
    """The tokeniser itself, told to cut and to pad nothing."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def read_tokens(tokenizer: Tokenizer, texts: Sequence[str], max_length: int, tail: int) -> list[list[int]]:
    """Token numbers of each text, at most `max_length`: of a longer one its first and its last `tail`.

    A review ends with its verdict, and begins with what it is about.
    """
    read = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]
    return [ids if len(ids) <= max_length else ids[: max_length - tail] + ids[len(ids) - tail :] for ids in read]
