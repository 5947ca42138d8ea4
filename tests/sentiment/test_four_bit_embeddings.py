"""Packing embeddings into four bits and looking rows up again."""

import numpy as np
import pytest

from sentiment.embeddings import pack


def test_what_was_in_four_bits_before_comes_back_exactly() -> None:
    chance = np.random.default_rng(3)
    codes = chance.integers(-8, 8, (50, 3, 32))
    codes[:, :, 0] = -8  # the largest of a block is always -8 times its scale
    scales = chance.uniform(0.01, 0.1, (50, 3, 1)).astype(np.float16) * chance.choice([-1, 1], (50, 3, 1))
    words = (codes * scales.astype(np.float32)).astype(np.float16).astype(np.float32).reshape(50, 96)

    packed = pack(words)

    assert packed.width == 96
    np.testing.assert_array_equal(packed[np.arange(50)], words)


def test_other_numbers_come_back_within_half_a_step() -> None:
    words = np.random.default_rng(4).normal(size=(20, 64)).astype(np.float32)

    packed = pack(words)

    largest = np.abs(words.reshape(20, 2, 32)).max(2).repeat(32, 1)
    assert (np.abs(packed[np.arange(20)] - words) <= largest / 8 * 1.01).all()


def test_a_block_of_zeros_stays_zero() -> None:
    packed = pack(np.zeros((2, 32), np.float32))

    assert not packed[np.array([0, 1])].any()


@pytest.mark.parametrize("shape", [(3,), (2, 5), (0,)])
def test_ids_of_any_shape_get_one_more_axis(shape: tuple[int, ...]) -> None:
    packed = pack(np.ones((7, 32), np.float32))

    rows = packed[np.zeros(shape, np.int64)]

    assert rows.shape == (*shape, 32)
