"""Drum loops as a space to blend in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.latent.common import Known
from blender_app.latent.config import DrumConfig
from blender_app.latent.networks import DrumNets
from blender_app.latent.refine import refine


class DrumArrays(NamedTuple):
    """`hits` bool, `velocity` uint8 and `microtiming` float32 of N loops; each (N, T, 9)."""

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
    """Return hits (B, T, V) in -1 / +1 and dynamics (B, T, V, 2) of `loops`."""
    hits = torch.from_numpy(np.stack([loop.hits for loop in loops]))
    velocity = torch.from_numpy(np.stack([loop.velocity for loop in loops])).float() / 127.0
    timing = torch.from_numpy(np.stack([loop.microtiming for loop in loops]))
    return hits.float() * 2.0 - 1.0, torch.stack([velocity, timing], -1)


def to_arrays(hits: Tensor, dynamics: Tensor) -> DrumArrays:
    """Return decoded `hits` (B, T, V) in -1 / +1 and `dynamics` (B, T, V, 2) as arrays, rests silent."""
    on = (hits > 0).numpy()
    velocity = (dynamics[..., 0] * 127.0).round().clamp(1, 127).to(torch.uint8).numpy()
    return DrumArrays(on, velocity * on, (dynamics[..., 1].clamp(-0.5, 0.5).numpy() * on).astype(np.float32))


class DrumSpace:
    """Drums as the `LoopSpace` of `nets`; content are hits (N, T, V) in -1 / +1, as are target logits."""

    def __init__(self, nets: DrumNets) -> None:
        self.nets = nets

    @property
    def config(self) -> DrumConfig:
        """Sizes and settings of the model."""
        return self.nets.config

    def silence(self) -> Tensor:
        """Return no hits, (1, T, V)."""
        return torch.full((1, self.config.steps, VOICE_COUNT), -1.0)

    def content(self, loops: Sequence[DrumLoop]) -> Tensor:
        """Return hits (N, T, V) of `loops` in -1 / +1."""
        return loop_tensors(loops)[0]

    def target_logits(self, content: Tensor) -> Tensor:
        """Return `content`, the hits, as it is."""
        return content

    def encode(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar (N, Z) of `content`, hits (N, T, V)."""
        mu, logvar = self.nets.encoder(content)
        return mu, logvar

    def refine(self, content: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return codes (N, Z) that say the hits; see `LoopSpace.refine`."""
        decoder, clean, recalled = self.nets.decoder, mu.new_zeros(len(mu)), self.nets.decoder.recall(content)

        def margin_of(z: Tensor, rows: Tensor) -> Tensor:
            return decoder.logits(z, clean[rows], content[rows], recalled[rows]) * content[rows]

        def wrong_of(z: Tensor, rows: Tensor) -> Tensor:
            wrong = self.decode(z, clean[rows]) != content[rows]
            return wrong.any(-1).sum(1) + 1e-3 * wrong.sum((1, 2))

        return refine(margin_of, wrong_of, mu, logvar)

    def margin(self, codes: Tensor, content: Tensor) -> Tensor:
        """Return by how much each hit or rest is preferred, (N, T, V); see `LoopSpace.margin`."""
        clean, known = codes.new_zeros(len(codes)), content.new_ones(1, content.shape[1], 1)
        logits: Tensor = self.nets.decoder(codes, clean, content, known)
        return logits * content

    def decode(
        self,
        codes: Tensor,
        noise: Tensor,
        bias: Tensor | None = None,
        allowed: Tensor | None = None,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return hits, see `LoopSpace.decode`; drums have no pitches, which `allowed` could forbid."""
        del allowed
        return self.nets.decoder.decode(codes, noise, temperature, generator, bias)

    def sample(
        self,
        n: int,
        temperature: float,
        generator: torch.Generator | None = None,
        allowed: Tensor | None = None,
    ) -> Tensor:
        """Return hits of `n` codes of the prior; see `LoopSpace.sample`."""
        codes = self.nets.prior.sample(torch.randn(n, self.config.z_hits, generator=generator))
        noise = torch.full((n,), self.config.sample_noise)
        return self.decode(codes, noise, None, allowed, temperature or None, generator)

    def base(self, codes: Tensor, steps: int) -> Tensor:
        """Return `codes` (N, Z) in the base of the prior's flow; see `LoopSpace.base` for `steps`."""
        return self.nets.prior.base(codes, steps)

    def from_base(self, points: Tensor, steps: int) -> Tensor:
        """Return the codes (N, Z) of base `points`, by so many `steps`."""
        return self.nets.prior.sample(points, steps)

    def onsets(self, content: Tensor) -> Tensor:
        """Return how many hits `content` (N, T, V) has, float (N,)."""
        return (content > 0).sum((1, 2)).float()

    def onset_logits(self) -> Tensor:
        """Return 1 for every cell (T, V)."""
        return torch.ones(self.config.steps, VOICE_COUNT)

    def changed(self, before: Tensor, after: Tensor) -> Tensor:
        """Return where any voice differs between hits `before` and `after`, (..., T)."""
        return (before != after).any(-1)

    def dynamics_code(self, loops: Sequence[DrumLoop], content: Tensor) -> Tensor:
        """Return codes (N, F) of velocity and microtiming of `loops`, whose hits are `content`."""
        code: Tensor = self.nets.dynamics.encode(content, loop_tensors(loops)[1])[0]
        return code

    def usual_dynamics(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance (N, F) of a drummer's choice for the hits `content`."""
        return self.nets.dynamics.expect(content)

    def dynamics(self, loops: Sequence[DrumLoop]) -> tuple[Tensor, Tensor]:
        """Return dynamics (N, T, V, 2) of `loops` and where they hit; see `LoopSpace.dynamics`."""
        content, dynamics = loop_tensors(loops)
        return dynamics, content > 0

    def arrays(self, content: Tensor, code: Tensor, known: Known | None = None) -> DrumArrays:
        """Return hits with dynamics as arrays; parameters as in `LoopSpace.played`."""
        said = self.nets.dynamics.decode(content, code)
        return to_arrays(content, said if known is None else known.held(said))

    def played(self, content: Tensor, code: Tensor, known: Known | None = None) -> list[DrumLoop]:
        """Return loops with dynamics; see `LoopSpace.played`."""
        return self.arrays(content, code, known).loops()
