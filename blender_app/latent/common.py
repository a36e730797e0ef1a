"""What the loops around a place have in common: it stays as it is on the whole way between them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class Known(NamedTuple):
    """How the loops around play what they have in common.

    Parameters
    ----------
    dynamics
        Their mean velocity in 0..1 and microtiming in steps, by weight, (N, T, ..., 2).
    share
        How far it holds at each place, 0 (not at all) to 1, (N, T, ...).
    """

    dynamics: Tensor
    share: Tensor

    def held(self, said: Tensor) -> Tensor:
        """Return what a model `said` of the dynamics (N, T, ..., 2), drawn to what is known of them."""
        return said.lerp(self.dynamics, self.share[..., None])


class AnchorDynamics:
    """How K anchors play what they play.

    Parameters
    ----------
    dynamics
        Velocity in 0..1 and microtiming in steps, (K, T, ..., 2).
    onsets
        Where they play, bool (K, T, ...).
    """

    def __init__(self, dynamics: Tensor, onsets: Tensor) -> None:
        heard = onsets.to(dynamics.dtype)
        self._heard = heard
        self._dynamics = dynamics * heard[..., None]

    def at(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean dynamics (N, T, ..., 2) of those that play at `weights` (N, K), and their weight.

        The latter, (N, T, ...), is 1 where all anchors of any weight play, and 0 where none does.
        """
        agreed = torch.einsum("nk,k...->n...", weights, self._heard)
        played = torch.einsum("nk,k...->n...", weights, self._dynamics)
        return played / agreed.clamp(min=1e-9)[..., None], agreed


def alike(content: Tensor, kept: tuple[bool, ...]) -> Tensor:
    """Return which anchors are one and the same to all that is between: (K, U) of 0 and 1.

    Weights (N, K) of the anchors times this are weights (N, U) of the U different ones, in the order of
    their first. Where two corners are equal, the edge between them is then the corner, whatever a
    decoder makes of the code in between.

    Parameters
    ----------
    content
        Of the anchors, (K, T, ...).
    kept
        Whether each is played as it is; anchors that differ in this are different.
    """
    marks = torch.tensor(kept)
    same = (content[:, None] == content).flatten(2).all(-1) & (marks[:, None] == marks)
    first = same.int().argmax(1).tolist()
    firsts = sorted(set(first))
    return F.one_hot(torch.tensor([firsts.index(each) for each in first]), len(firsts)).float()
