"""Reproducible random numbers for frames that have arrived, unpredictable for the person filming."""

import hashlib

from matcher.types import Observation


def number(seed: int, one: Observation) -> float:
    """Return a number in [0, 1): the same for the same seed, place and picture, else independent."""
    drawn = hashlib.blake2b(f"{seed}:{one.seq}:{one.sha256}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) / 2**64
