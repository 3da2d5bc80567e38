"""A sample of entries that anybody can draw again: from a seed, the size of the book and nothing else.

Draw number i is SHA-256 of "common-hours/sample/v1", the seed and i, each followed by a line end; read as a number, its
remainder by the size of the population says which entry is drawn. Who was drawn before is passed over, and i goes on.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice

DOMAIN = "common-hours/sample/v1"
LARGEST_SAMPLE = 200
LONGEST_SEED = 64


def draws(seed: str, first: int, last: int) -> Iterator[int]:
    """Entry numbers from first to last, each once, in the order in which this seed draws them.

    The remainder of a 256-bit number favours no entry by more than one part in 2^200.
    """
    population = last - first + 1
    drawn: set[int] = set()
    turn = 0
    while len(drawn) < population:
        turn += 1
        text = f"{DOMAIN}\n{seed}\n{turn}\n".encode()
        number = first + int.from_bytes(hashlib.sha256(text).digest()) % population
        if number not in drawn:
            drawn.add(number)
            yield number


def sample(seed: str, size: int, first: int, last: int) -> list[int]:
    """The first `size` entries that a seed draws, in the order of the book; all of them when there are no more."""
    return sorted(islice(draws(seed, first, last), size))
