"""Between loops: one space spanned by two or four of them, in which every point is a loop.

The shipped way from loop to loop is not the straight line's decode: codes are refined until the
decoder says the loops, the decoder is told how far from any loop it stands, what it still gets
wrong at a loop fades out over its neighbourhood, and the pace is even in what is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blender_app.latent.space import LoopT, Space

HOLD_MARGIN = 0.5
"""Logit by which the correction at an anchor decides what its code alone gets wrong."""
FADE_FROM = 0.55
"""Weight of a corner below which nothing of its correction is left."""
LEAN_BEATS, LEAN_SPREAD = 8, 1.5
"""Parts of the loop that change over at places of their own, and how far apart these places are."""
REST = 0.05
"""Length added to each piece of a way, in changed steps, so that stretches without change take time."""

Floats = NDArray[np.float32]


class Steer(NamedTuple):
    """Logits (F, T, W) and how much of each is added at each point, (N, F)."""

    shares: Tensor
    logits: Tensor


class Blend(Generic[LoopT]):
    """The space between K loops (anchors), addressed by weights that sum to one.

    Parameters
    ----------
    anchors
        The loops; at weight one, a blend is exactly that loop, unless a scale forbids it.
    refined
        Whether the codes are refined by gradient steps first (some tens of milliseconds).
    plain
        The straight line of posterior means at noise 0, without any of the corrections.
    allowed
        Pitches that may start at each step, bool (T, 128), for kinds of loops that have pitches.
    drawn
        For each anchor, whether it is played as it is, whatever `allowed` says; by default all are.
    """

    def __init__(
        self,
        space: Space[LoopT],
        anchors: Sequence[LoopT],
        refined: bool = True,
        plain: bool = False,
        allowed: Tensor | None = None,
        drawn: Sequence[bool] | None = None,
    ) -> None:
        self.space, self.anchors, self.plain = space, tuple(anchors), plain
        self.allowed = allowed
        self.drawn = (True,) * len(self.anchors) if allowed is None or drawn is None else tuple(drawn)
        content = space.content(anchors)
        self.votes = space.votes(content)
        chance = torch.Generator().manual_seed(3)
        self.leaning = LEAN_SPREAD * torch.randn(LEAN_BEATS, len(content), generator=chance)
        with torch.no_grad():
            self.codes, logvar = space.encode(content)
        self.refined = refined and not plain
        codes = space.refine(content, self.codes, logvar) if self.refined else self.codes
        self.nudge = codes - self.codes
        with torch.no_grad():
            self.feel = space.feel(anchors, content)
            self.feel_error = space.feel_error(anchors, content, self.feel)
            margin = space.margin(codes, content)
        self.bias = (HOLD_MARGIN - margin).clamp(min=0.0) * self.votes
        self.held = tuple((margin > 0).all(-1).float().mean(-1).tolist())

    @torch.no_grad()
    def content_at(self, weights: Floats, steer: Steer | None = None) -> Tensor:
        """Return the content (N, ...) at weights (N, K), steered if told so."""
        w = torch.as_tensor(weights, dtype=torch.float32)
        z = w @ self.codes + _fade(w) @ self.nudge
        if self.plain:
            return self.space.decode(z, z.new_zeros(len(z)), allowed=self.allowed)
        away = (2.0 * (1.0 - (w**2).sum(1))).clamp(min=0.0).sqrt()
        noise = self.space.config.between_noise * away
        return self.space.decode(z, torch.where(away < 1e-3, 0.0, noise), self._bias(w, steer), self.allowed)

    def _bias(self, w: Tensor, steer: Steer | None) -> Tensor:
        """Return the logits (N, T, W) that are added at weights (N, K).

        They hold each anchor's own loop near it; they lean each beat to the anchors' own choices,
        each beat its own way (without it a way wanders through loops that neither end knows; with
        the same weights for all beats, all would change over at one point); and they steer.

        All in one product for each beat, because (N, T, W) is much to go through for a melody.
        """
        beats = len(self.leaning)
        lean = torch.softmax(w.clamp(min=1e-9).log()[:, None] + self.leaning, -1)  # (N, beats, K)
        shares = [self.space.config.between_lean * lean.transpose(0, 1), _fade(w).expand(beats, -1, -1)]
        logits = [self.votes, self.bias]
        if steer is not None:
            shares.append(steer.shares.expand(beats, -1, -1))
            logits.append(steer.logits)
        by_beat = torch.cat(logits).view(sum(map(len, logits)), beats, -1).transpose(0, 1)
        summed = torch.cat(shares, -1) @ by_beat  # (beats, N, steps of a beat * W)
        bias: Tensor = summed.transpose(0, 1).reshape(len(w), *self.votes.shape[1:])
        return bias

    @torch.no_grad()
    def at(self, weights: Floats, steer: Steer | None = None) -> list[LoopT]:
        """Return the loops at weights (N, K), steered if told so; an anchor where its weight is one."""
        w = torch.as_tensor(weights, dtype=torch.float32)
        extra = _fade(w) if not self.plain else torch.zeros_like(w)
        error = torch.einsum("nk,k...->n...", extra, self.feel_error)
        loops = self.space.played(self.content_at(weights, steer), w @ self.feel, error)
        if not self.plain:
            for point, anchor in np.argwhere(np.asarray(weights) >= 1.0 - 1e-6):
                if self.drawn[anchor]:
                    loops[point] = self.anchors[anchor]
        return loops

    def ways(self, starts: Floats, ends: Floats, points: int) -> NDArray[np.float64]:
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
        """Return (L, points) positions of even musical distances on lines of content (L, points, ...)."""
        changed = self.space.changed(content[:, 1:], content[:, :-1]).sum(-1).numpy() + REST
        length = np.concatenate([np.zeros((len(changed), 1)), changed.cumsum(1)], 1)
        even = np.linspace(0.0, 1.0, length.shape[1])
        return np.stack([np.interp(even, line / line[-1], even) for line in length])


def _fade(weights: Tensor) -> Tensor:
    return ((weights - FADE_FROM) / (1.0 - FADE_FROM)).clamp(0.0, 1.0)
