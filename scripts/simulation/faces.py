"""Invented faces, and how alike any two pictures of them are.

The numbers follow matcher/comparison/rates.csv (engine `score`, group lfw; kin: parents and children of
KinFaceW): a test holds the rates of what is drawn here to the intervals published there.
"""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

LENGTH = 128
# What photos of any two people have in common, and the directions in which faces differ: the cosines of
# strangers are 0.074 with a spread of 0.097.
COMMON = 0.074
DIRECTIONS = 91
# The cosine of two photos of one person less what is common, of which each photo keeps the root.
SAME_PERSON = 0.645
KEPT = SAME_PERSON**0.5
KEPT_SPREAD = 0.106
KEPT_LEAST, KEPT_MOST = 0.45, 0.99
# The cosine of the faces, not of the photos, of parent and child: it differs from pair to pair.
KIN, KIN_SPREAD, KIN_MOST = 0.16, 0.145, 0.6
# What siblings share beyond their parents.
SIBLINGS = 0.11


def drawn(chance: np.random.Generator) -> Vector:
    """Return the face of somebody who is nobody's kin: a vector of length one."""
    found = np.zeros(LENGTH, np.float32)
    found[1 : DIRECTIONS + 1] = chance.normal(size=DIRECTIONS)
    return unit(found)


def child(chance: np.random.Generator, parents: tuple[Vector, ...], siblings: Vector | None = None) -> Vector:
    """Return a face that is like its parents' as kin are; `siblings` is what they share beyond that."""
    shared = np.zeros(LENGTH, np.float32)
    for one in parents:
        shared += float(np.clip(chance.normal(KIN, KIN_SPREAD), 0.0, KIN_MOST)) * one
    if siblings is not None:
        shared += SIBLINGS**0.5 * siblings
    own = max(0.0, 1 - float(shared @ shared))
    return unit(shared + own**0.5 * drawn(chance))


def pictured(chance: np.random.Generator, face: Vector, kept: float | None = None) -> Vector:
    """Return a photo of a face, which keeps as much of it as photos do, or as much as is said."""
    usual = float(np.clip(chance.normal(KEPT, KEPT_SPREAD), KEPT_LEAST, KEPT_MOST))
    share = usual if kept is None else kept
    photo = (1 - COMMON) ** 0.5 * unit(share * face + (1 - share**2) ** 0.5 * drawn(chance))
    photo[0] = COMMON**0.5
    return unit(photo)


def behind(chance: np.random.Generator, photo: Vector) -> Vector:
    """Return a face of which `photo`, a real one, is an ordinary picture."""
    return unit(KEPT * photo + (1 - KEPT**2) ** 0.5 * drawn(chance))


def unit(vector: NDArray[np.float32]) -> Vector:
    """Return the vector at length one."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
