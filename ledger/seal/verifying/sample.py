"""Draws a random sample of entries that anyone can draw again: it depends only on a seed and the size of the log.

Draw number i is the SHA-256 of "common-hours/sample/v1", the seed and i, each followed by a line break. Read as a number, its
remainder after division by the size of the population selects an entry. Entries that were drawn before are skipped.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice

_SAMPLE_DOMAIN = "common-hours/sample/v1"
LARGEST_SAMPLE = 200
LONGEST_SEED = 64


def draws(seed: str, first: int, last: int) -> Iterator[int]:
    """Yield the entry numbers from first to last, each once, in the order in which this seed draws them.

    The remainder of a 256-bit number favours no entry by more than one part in 2^200.
    """
    population = last - first + 1
    drawn: set[int] = set()
    turn = 0
    while len(drawn) < population:
        turn += 1
        text = f"{_SAMPLE_DOMAIN}\n{seed}\n{turn}\n".encode()
        number = first + int.from_bytes(hashlib.sha256(text).digest()) % population
        if number not in drawn:
            drawn.add(number)
            yield number


def sample(seed: str, size: int, first: int, last: int) -> list[int]:
    """The first `size` entries that a seed draws, in log order; all of them if there are no more."""
    return sorted(islice(draws(seed, first, last), size))
