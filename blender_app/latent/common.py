"""What the loops around a place have in common: it stays as it is on the whole way between them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

SURE_FROM = 0.5
"""Weight of those that play at a place from which it is played as they do; below, the model has a say."""


class Known(NamedTuple):
    """How the loops around play what they have in common.

    Parameters
    ----------
    dynamics
        Their velocity in 0..1 and microtiming in steps, (N, T, ..., 2).
    share
        How far it holds at each place, 0 (not at all) to 1, (N, T, ...).
    """

    dynamics: Tensor
    share: Tensor

    def held(self, said: Tensor) -> Tensor:
        """Return what a model `said` of the dynamics (N, T, ..., 2), drawn to what is known of them."""
        return said.lerp(self.dynamics, self.share[..., None])


class AnchorDynamics:
    """How K anchors play what they play: each its own accents, around a level that is mixed.

    Where all play at a place, it is their mean; where some do, the mean of how they differ there from
    their own level, around the level of all. A mean of the model's own ideas of both would be flat.

    Parameters
    ----------
    dynamics
        Velocity in 0..1 and microtiming in steps, (K, T, ..., 2); 0 where they do not play.
    onsets
        Where they play, bool (K, T, ...).
    """

    def __init__(self, dynamics: Tensor, onsets: Tensor) -> None:
        self._heard = onsets.to(dynamics.dtype)
        counts, sums = (each.flatten(1, -2).sum(1) for each in (self._heard[..., None], dynamics))
        self._levels, self._plays = sums / counts.clamp(min=1.0), (counts > 0).to(dynamics.dtype)
        ones = [1] * (dynamics.ndim - 2)
        self._accents = (dynamics - self._levels.view(-1, *ones, 2)) * self._heard[..., None]

    def at(self, weights: Tensor) -> Known:
        """Return what is known at `weights` (N, K) of how to play."""
        agreed = torch.einsum("nk,k...->n...", weights, self._heard)
        accents = torch.einsum("nk,k...->n...", weights, self._accents)
        level = (weights @ (self._levels * self._plays)) / (weights @ self._plays).clamp(min=1e-9)
        level = level.view(-1, *[1] * (accents.ndim - 2), 2)
        dynamics = level + accents / agreed.clamp(min=1e-9)[..., None]
        return Known(dynamics, (agreed / SURE_FROM).clamp(max=1.0))


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
