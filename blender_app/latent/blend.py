"""Between loops: one space spanned by two or four of them, in which every point is a loop.

The shipped way from loop to loop is not the straight line's decode: codes are refined until the
decoder says the loops, the decoder is told how far from any loop it stands, what it still gets
wrong at a loop fades out over its neighbourhood, and the pace is even in what is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blender_app.core.drums import DrumLoop
from blender_app.latent.networks import DrumNets
from blender_app.latent.refine import refine

HOLD_MARGIN = 0.5
"""Logit by which the correction at a corner decides the cells that the code alone gets wrong."""
FADE_FROM = 0.55
"""Weight of a corner below which nothing of its correction is left."""
LEAN_BEATS, LEAN_SPREAD = 8, 1.5
"""Parts of the loop that change over at places of their own, and how far apart these places are."""
REST = 0.05
"""Length added to each piece of a way, in changed steps, so that stretches without change take time."""

Floats = NDArray[np.float32]


class Played(NamedTuple):
    """Hits bool, velocity uint8 and microtiming float32 of N loops; each (N, 32, 9)."""

    hits: NDArray[np.bool_]
    velocity: NDArray[np.uint8]
    microtiming: NDArray[np.float32]

    def loops(self) -> list[DrumLoop]:
        """Return them as loops; all are checked at once, which is ten times quicker than each by itself."""
        hits = np.array(self.hits, np.bool_)
        velocity = np.where(hits, np.clip(self.velocity, 1, 127), 0).astype(np.uint8)
        timing = np.where(hits, np.clip(np.nan_to_num(self.microtiming), -0.5, 0.5), 0.0)
        timing = timing.astype(np.float32) + np.float32(0.0)
        for array in (hits, velocity, timing):
            array.setflags(write=False)
        return [DrumLoop.from_checked(*loop) for loop in zip(hits, velocity, timing, strict=True)]


def loop_tensors(loops: Sequence[DrumLoop]) -> tuple[Tensor, Tensor]:
    """Return hits (B, T, V) in -1 / +1 and dynamics (B, T, V, 2) of loops."""
    hits = torch.from_numpy(np.stack([loop.hits for loop in loops]))
    velocity = torch.from_numpy(np.stack([loop.velocity for loop in loops])).float() / 127.0
    timing = torch.from_numpy(np.stack([loop.microtiming for loop in loops]))
    return hits.float() * 2.0 - 1.0, torch.stack([velocity, timing], -1)


def to_played(hits: Tensor, dynamics: Tensor) -> Played:
    """Return decoded tensors as arrays, silent where there is no hit."""
    on = (hits > 0).numpy()
    velocity = (dynamics[..., 0] * 127.0).round().clamp(1, 127).to(torch.uint8).numpy()
    return Played(on, velocity * on, (dynamics[..., 1].clamp(-0.5, 0.5).numpy() * on).astype(np.float32))


class Blend:
    """The space between K loops (anchors), addressed by weights that sum to one.

    Parameters
    ----------
    anchors
        The loops; at weight one, a blend is exactly that loop.
    refined
        Whether the codes are refined by gradient steps first (some tens of milliseconds).
    plain
        The straight line of posterior means at noise 0, without any of the corrections.
    """

    def __init__(
        self, nets: DrumNets, anchors: Sequence[DrumLoop], refined: bool = True, plain: bool = False
    ) -> None:
        self.nets, self.anchors, self.plain = nets, tuple(anchors), plain
        hits, dynamics = loop_tensors(anchors)
        self.signs = hits
        chance = torch.Generator().manual_seed(3)
        self.leaning = LEAN_SPREAD * torch.randn(LEAN_BEATS, len(hits), generator=chance)
        with torch.no_grad():
            mu, logvar = nets.encoder(hits)
        self.codes = mu
        self.nudge = (refine(nets, hits, mu, logvar) if refined and not plain else mu) - mu
        with torch.no_grad():
            self.feel = nets.feel.encode(hits, dynamics)[0]
            self._hold(hits, dynamics)

    def _hold(self, hits: Tensor, dynamics: Tensor) -> None:
        """Measure what the model gets wrong at each anchor, and keep it as a correction."""
        clean = self.codes.new_zeros(len(hits))
        known = hits.new_ones(1, hits.shape[1], 1)
        codes = self.codes + self.nudge
        margin = self.nets.decoder(codes, clean, hits, known) * hits
        self.bias = (HOLD_MARGIN - margin).clamp(min=0.0) * hits
        self.feel_bias = (dynamics - self.nets.feel.decode(hits, self.feel)) * (hits > 0)[..., None]
        said = self.nets.decoder.decode(codes, clean)
        self.held = tuple((said == hits).all(-1).float().mean(-1).tolist())

    @torch.no_grad()
    def hits_at(self, weights: Floats, steer: Tensor | None = None) -> Tensor:
        """Return hits (N, T, V) in -1 / +1 at weights (N, K), with logits `steer` (N, T, V) added."""
        w = torch.as_tensor(weights, dtype=torch.float32)
        z = w @ self.codes + _fade(w) @ self.nudge
        if self.plain:
            return self.nets.decoder.decode(z, z.new_zeros(len(z)))
        away = (2.0 * (1.0 - (w**2).sum(1))).clamp(min=0.0).sqrt()
        noise = self.nets.config.between_noise * away
        bias = self._lean(w) + torch.einsum("nk,ktv->ntv", _fade(w), self.bias)
        if steer is not None:
            bias = bias + steer
        return self.nets.decoder.decode(z, torch.where(away < 1e-3, 0.0, noise), bias=bias)

    def _lean(self, w: Tensor) -> Tensor:
        """Return logits (N, T, V) that lean each beat to the anchors' own hits, each beat its own way.

        Without it a way wanders through loops that neither end knows; with the same weights for all
        beats, all would change over at one point.
        """
        votes = torch.softmax(w.clamp(min=1e-9).log()[:, None] + self.leaning, -1)
        signs = self.signs.view(len(self.signs), len(self.leaning), -1, self.signs.shape[-1])
        hits = torch.einsum("nbk,kbsv->nbsv", votes, signs).flatten(1, 2)
        return self.nets.config.between_lean * hits

    @torch.no_grad()
    def at(self, weights: Floats, steer: Tensor | None = None) -> Played:
        """Return the loops at weights (N, K), steered as in `hits_at`; an anchor where its weight is one."""
        w = torch.as_tensor(weights, dtype=torch.float32)
        hits = self.hits_at(weights, steer)
        dynamics = self.nets.feel.decode(hits, w @ self.feel)
        if not self.plain:
            dynamics = dynamics + torch.einsum("nk,ktvd->ntvd", _fade(w), self.feel_bias)
        played = to_played(hits, dynamics)
        if not self.plain:
            for point, anchor in np.argwhere(np.asarray(weights) >= 1.0 - 1e-6):
                loop = self.anchors[anchor]
                played.hits[point], played.velocity[point] = loop.hits, loop.velocity
                played.microtiming[point] = loop.microtiming
        return played

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
        hits = self.hits_at(weights.reshape(-1, len(self.anchors)))
        hits = hits.view(len(starts), points, *hits.shape[1:])
        changed = (hits[:, 1:] != hits[:, :-1]).any(-1).sum(-1).numpy() + REST
        length = np.concatenate([np.zeros((len(starts), 1)), changed.cumsum(1)], 1)
        return np.stack([np.interp(even, line / line[-1], even) for line in length])


def _fade(weights: Tensor) -> Tensor:
    return ((weights - FADE_FROM) / (1.0 - FADE_FROM)).clamp(0.0, 1.0)
