"""Invented faces and the similarity of their pictures.

The parameters follow matcher/comparison/rates.csv (engine `score`, group lfw; kin: parents and children of
KinFaceW): a test compares the rates of drawn faces with the intervals published there.
"""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

LENGTH = 128
# The component common to all photos, and the number of dimensions in which faces differ: strangers' cosines
# have mean 0.074 and deviation 0.097.
COMMON = 0.074
DIRECTIONS = 91
# The cosine of two photos of one person without the common component, of which each photo keeps the root.
SAME_PERSON = 0.645
KEPT = SAME_PERSON**0.5
KEPT_SPREAD = 0.106
KEPT_LEAST, KEPT_MOST = 0.45, 0.99
# The cosine of the faces (not photos) of parent and child; it varies between pairs.
KIN, KIN_SPREAD, KIN_MOST = 0.16, 0.145, 0.6
# What siblings share beyond their parents' part.
SIBLINGS = 0.11


def drawn(chance: np.random.Generator) -> Vector:
    """Return an unrelated person's face: a unit vector."""
    found = np.zeros(LENGTH, np.float32)
    found[1 : DIRECTIONS + 1] = chance.normal(size=DIRECTIONS)
    return unit(found)


def child(chance: np.random.Generator, parents: tuple[Vector, ...], siblings: Vector | None = None) -> Vector:
    """Return a face related to its parents' as published; `siblings` is what siblings also share."""
    shared = np.zeros(LENGTH, np.float32)
    for one in parents:
        shared += float(np.clip(chance.normal(KIN, KIN_SPREAD), 0.0, KIN_MOST)) * one
    if siblings is not None:
        shared += SIBLINGS**0.5 * siblings
    own = max(0.0, 1 - float(shared @ shared))
    return unit(shared + own**0.5 * drawn(chance))


def pictured(chance: np.random.Generator, face: Vector, kept: float | None = None) -> Vector:
    """Return a photo of a face, which keeps `kept` of it, by default as much as photos do."""
    usual = float(np.clip(chance.normal(KEPT, KEPT_SPREAD), KEPT_LEAST, KEPT_MOST))
    share = usual if kept is None else kept
    photo = (1 - COMMON) ** 0.5 * unit(share * face + (1 - share**2) ** 0.5 * drawn(chance))
    photo[0] = COMMON**0.5
    return unit(photo)


def behind(chance: np.random.Generator, photo: Vector) -> Vector:
    """Return a face of which the real photo `photo` is an ordinary picture."""
    return unit(KEPT * photo + (1 - KEPT**2) ** 0.5 * drawn(chance))


def unit(vector: NDArray[np.float32]) -> Vector:
    """Return the vector scaled to unit length."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
