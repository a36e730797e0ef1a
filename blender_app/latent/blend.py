"""Between loops: one space spanned by two or four of them, in which every point is a loop.

The shipped interpolation is not the straight line's decode: codes are refined until the decoder says the
loops, the decoder's noise level rises with the distance from any loop, what it still gets wrong at a loop
fades out over its neighbourhood, the pace is even in what is heard, and what loops have in common stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.errors import ModelError
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.latent.common import AnchorDynamics, alike
from blender_app.latent.loop_space import LoopSpace, LoopT

HOLD_MARGIN = 0.5
"""Logit by which the correction at an anchor decides what its code alone gets wrong."""
FADE_FROM = 0.55
"""Weight of a corner below which nothing of its correction is left."""
BEAT_SPREAD = 1.5
"""How far apart the places are at which the beats of a loop change over."""
AT_ANCHOR = 1.0 - 1e-6
"""Weight from which a blend is the anchor itself."""
REST = 0.05
"""Length added to each piece of an interpolation, in changed steps: stretches without change take time."""

Floats = NDArray[np.float32]


class Steer(NamedTuple):
    """`logits` (F, T, W), and the `shares` (N, F) of each that are added at each point."""

    shares: Tensor
    logits: Tensor


class Blend(Generic[LoopT]):
    """The `space` between K loops (anchors), addressed by weights that sum to one.

    Parameters
    ----------
    space
        The model's kind of loop and its networks.
    anchors
        The loops; at weight one, a blend is exactly that loop, unless a scale forbids it.
    refined
        Whether the codes are refined by gradient steps first (some tens of milliseconds).
    plain
        The straight line of posterior means at noise 0, without any of the corrections.
    constraints
        What the decoded loops keep to. Where pitches are allowed, only anchors that are user-edited are
        played as they are; without, all are.

    Raises
    ------
    ModelError
        The table of what is allowed has another length than the model's loops.
    """

    def __init__(
        self,
        space: LoopSpace[LoopT],
        anchors: Sequence[LoopT],
        refined: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> None:
        self.space, self.anchors, self.plain = space, tuple(anchors), plain
        self.allowed = allowed_tensor(constraints, space.config.steps)
        count = len(self.anchors)
        self.kept = (True,) * count
        if self.allowed is not None:
            self.kept = constraints.user_edited or (False,) * count
        content = space.content(anchors)
        with torch.no_grad():
            self.dynamics = space.dynamics_code(anchors, content)
        self.anchor_dynamics = AnchorDynamics(*space.dynamics(anchors))
        self.alike = alike(content, self.kept)
        self.different = content[self.alike.argmax(0)]
        self.target_logits = space.target_logits(self.different)
        chance = torch.Generator().manual_seed(3)
        beats = space.config.steps // STEPS_PER_BEAT
        self.beat_offsets = BEAT_SPREAD * torch.randn(beats, len(self.different), generator=chance)
        with torch.no_grad():
            self.codes, logvar = space.encode(self.different)
        self.refined = refined and not plain
        codes = space.refine(self.different, self.codes, logvar) if self.refined else self.codes
        self.code_delta = codes - self.codes
        with torch.no_grad():
            margin = space.margin(codes, self.different)
        self.correction = (HOLD_MARGIN - margin).clamp(min=0.0) * self.target_logits
        self.accuracy = tuple((self.alike @ (margin > 0).all(-1).float().mean(-1)).tolist())

    @torch.no_grad()
    def content_at(self, weights: Floats, steer: Steer | None = None) -> Tensor:
        """Return the content (N, ...) at `weights` (N, K), to whose logits `steer` is added if given."""
        w = torch.as_tensor(weights, dtype=torch.float32) @ self.alike
        z = w @ self.codes + _fade(w) @ self.code_delta
        if self.plain:
            return self.space.decode(z, z.new_zeros(len(z)), allowed=self.allowed)
        away = (2.0 * (1.0 - (w**2).sum(1))).clamp(min=0.0).sqrt()
        noise = self.space.config.between_noise * away
        return self.space.decode(z, torch.where(away < 1e-3, 0.0, noise), self._bias(w, steer), self.allowed)

    def _bias(self, w: Tensor, steer: Steer | None) -> Tensor:
        """Return the logits (N, T, W) that are added at weights (N, K).

        They correct the decoder near each anchor; they draw each beat to the anchors' own choices, each
        beat at its own place (without it an interpolation wanders through loops that neither end knows;
        with the same weights for all beats, all would change over at one point); and they steer.

        All in one product for each beat, because (N, T, W) is much to go through for a melody.
        """
        beats = len(self.beat_offsets)
        nearness = torch.softmax(w.clamp(min=1e-9).log()[:, None] + self.beat_offsets, -1)  # (N, beats, K)
        shares = [self.space.config.anchor_bias * nearness.transpose(0, 1), _fade(w).expand(beats, -1, -1)]
        logits = [self.target_logits, self.correction]
        if steer is not None:
            shares.append(steer.shares.expand(beats, -1, -1))
            logits.append(steer.logits)
        by_beat = torch.cat(logits).view(sum(map(len, logits)), beats, -1).transpose(0, 1)
        summed = torch.cat(shares, -1) @ by_beat  # (beats, N, steps of a beat * W)
        bias: Tensor = summed.transpose(0, 1).reshape(len(w), *self.target_logits.shape[1:])
        return bias

    @torch.no_grad()
    def at(self, weights: Floats, steer: Steer | None = None) -> list[LoopT]:
        """Return the loops at `weights` (N, K), an anchor where its weight is one.

        Logits of `steer`, if given, are added to the decoder's.
        """
        w = torch.as_tensor(weights, dtype=torch.float32)
        content, known = self.content_at(weights, steer), None
        if not self.plain:
            content = self._held(content, w)
            known = self.anchor_dynamics.at(w)
        loops = self.space.played(content, w @ self.dynamics, known)
        if not self.plain:
            for point, anchor in np.argwhere(np.asarray(weights) >= AT_ANCHOR):
                if self.kept[anchor]:
                    loops[point] = self.anchors[anchor]
        return loops

    def _held(self, content: Tensor, w: Tensor) -> Tensor:
        """Return `content` (N, T, ...) at weights `w` (N, K), an anchor's where it has all of the weight."""
        whole = (w * torch.tensor(self.kept)) @ self.alike >= AT_ANCHOR
        at_one = whole.any(1).view(-1, *[1] * (content.ndim - 1))
        return torch.where(at_one, self.different[whole.int().argmax(1)], content)

    def even_positions(self, starts: Floats, ends: Floats, points: int) -> NDArray[np.float64]:
        """Return where to be on straight lines between weights so that the change is even.

        Parameters
        ----------
        starts, ends
            Weights (L, K) at both ends of each line.
        points
            How many loops of each line are decoded and compared with their neighbours.

        Returns
        -------
        ndarray
            (L, points) positions 0..1 on the lines at evenly spaced musical distances.
        """
        even = np.linspace(0.0, 1.0, points)
        if self.plain:
            return np.tile(even, (len(starts), 1))
        along = even[:, None].astype(np.float32)
        weights = starts[:, None] * (1.0 - along) + ends[:, None] * along
        content = self.content_at(weights.reshape(-1, len(self.anchors)))
        return self.pace(content.view(len(starts), points, *content.shape[1:]))

    def pace(self, content: Tensor) -> NDArray[np.float64]:
        """Return (L, points) positions of even musical distances on lines of `content` (L, points, ...)."""
        changed = self.space.changed(content[:, 1:], content[:, :-1]).sum(-1).numpy() + REST
        length = np.concatenate([np.zeros((len(changed), 1)), changed.cumsum(1)], 1)
        even = np.linspace(0.0, 1.0, length.shape[1])
        return np.stack([np.interp(even, line / line[-1], even) for line in length])


def _fade(weights: Tensor) -> Tensor:
    return ((weights - FADE_FROM) / (1.0 - FADE_FROM)).clamp(0.0, 1.0)


def allowed_tensor(constraints: DecodeConstraints, steps: int) -> Tensor | None:
    """Return which pitches `constraints` let start at each step, bool (T, 128); None allows all.

    Raises
    ------
    ModelError
        The constraints are for loops of another length than `steps`.
    """
    if constraints.allowed is None:
        return None
    if len(constraints.allowed) != steps:
        raise ModelError(f"what is allowed is ({steps}, 128), not {constraints.allowed.shape}")
    return torch.tensor(constraints.allowed)
