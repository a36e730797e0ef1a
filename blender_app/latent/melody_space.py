"""Melodies and bass lines as a space to blend in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from blender_app.core.melody import MelodyLoop
from blender_app.latent.common import Known
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_networks import FIRST_PITCH, TOKENS, MelodyNets, Recalled
from blender_app.latent.refine import refine


class MelodySpace:
    """Melodies as a `LoopSpace`; content are tokens (N, T), target logits are 1 at each step's token.

    Parameters
    ----------
    nets
        The four networks of the model.
    """

    def __init__(self, nets: MelodyNets) -> None:
        self.nets = nets

    @property
    def config(self) -> MelodyConfig:
        """Sizes and settings of the model."""
        return self.nets.config

    def silence(self) -> Tensor:
        """Return no events, (1, T)."""
        return torch.zeros(1, self.config.steps, dtype=torch.long)

    def content(self, loops: Sequence[MelodyLoop]) -> Tensor:
        """Return tokens (N, T) of `loops`: Magenta's melody events plus two."""
        return torch.from_numpy(np.stack([loop.events for loop in loops]).astype(np.int64) + FIRST_PITCH)

    def target_logits(self, content: Tensor) -> Tensor:
        """Return the tokens `content` (N, T) as one-hot (N, T, W)."""
        return F.one_hot(content, TOKENS).float()

    def encode(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar (N, Z) of `content`, tokens (N, T)."""
        mu, logvar = self.nets.encoder(content)
        return mu, logvar

    def refine(self, content: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return codes (N, Z) that say the tokens; see `LoopSpace.refine`."""
        decoder, clean = self.nets.decoder, mu.new_zeros(len(mu))
        recalled = decoder.recall(content, torch.ones_like(content, dtype=torch.bool))

        def margin_of(z: Tensor, rows: Tensor) -> Tensor:
            logits = decoder.logits(z, clean[rows], Recalled(*(part[rows] for part in recalled)))
            return _margin(logits, content[rows])

        def wrong_of(z: Tensor, rows: Tensor) -> Tensor:
            return self.changed(self.decode(z, clean[rows]), content[rows]).sum(1)

        return refine(margin_of, wrong_of, mu, logvar)

    def margin(self, codes: Tensor, content: Tensor) -> Tensor:
        """Return by how much each step's token is preferred, (N, T, 1); see `LoopSpace.margin`."""
        known = torch.ones_like(content, dtype=torch.bool)
        logits = self.nets.decoder(codes, codes.new_zeros(len(codes)), content, known)
        return _margin(logits, content)[..., None]

    def decode(
        self,
        codes: Tensor,
        noise: Tensor,
        bias: Tensor | None = None,
        allowed: Tensor | None = None,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return tokens (N, T); see `LoopSpace.decode`.

        Where the likeliest is said of a noisy code, a large leap costs, the more the noisier it is, up to 1:
        between a bass and a melody every other note could be the one's or the other's.
        """
        leap_cost: float | Tensor = 0.0
        if temperature is None:
            leap_cost = self.config.between_leap_cost * noise.clamp(max=1.0)
        return self.nets.decoder.decode(codes, noise, temperature, generator, bias, allowed, leap_cost)

    def sample(
        self,
        n: int,
        temperature: float,
        generator: torch.Generator | None = None,
        allowed: Tensor | None = None,
    ) -> Tensor:
        """Return tokens of `n` codes, see `LoopSpace.sample`; a large leap costs, or too many come."""
        config = self.config
        codes = self.nets.prior.sample(torch.randn(n, config.z_notes, generator=generator))
        noise = torch.full((n,), config.sample_noise)
        return self.nets.decoder.decode(
            codes, noise, temperature or None, generator, None, allowed, config.sample_leap_cost
        )

    def base(self, codes: Tensor, steps: int) -> Tensor:
        """Return `codes` (N, Z) in the base of the prior's flow; see `LoopSpace.base` for `steps`."""
        return self.nets.prior.base(codes, steps)

    def from_base(self, points: Tensor, steps: int) -> Tensor:
        """Return the codes (N, Z) of base `points`, by so many `steps`."""
        return self.nets.prior.sample(points, steps)

    def onsets(self, content: Tensor) -> Tensor:
        """Return how many notes start in the tokens `content` (N, T), float (N,)."""
        return (content >= FIRST_PITCH).sum(1).float()

    def onset_logits(self) -> Tensor:
        """Return 1 for every note's token, else 0, (T, W)."""
        logits = torch.zeros(self.config.steps, TOKENS)
        logits[:, FIRST_PITCH:] = 1.0
        return logits

    def changed(self, before: Tensor, after: Tensor) -> Tensor:
        """Return where the tokens `before` and `after` differ, (..., T)."""
        return before != after

    def dynamics_code(self, loops: Sequence[MelodyLoop], content: Tensor) -> Tensor:
        """Return codes (N, F) of the velocity of `loops`, whose tokens are `content`."""
        return self.velocity_code(content, _velocity(loops))

    def velocity_code(self, content: Tensor, velocity: Tensor) -> Tensor:
        """Return codes (N, F) of the `velocity` (N, T), 0..1, of tokens `content` (N, T)."""
        code: Tensor = self.nets.dynamics.encode(content, velocity)[0]
        return code

    def usual_dynamics(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance (N, F) of the usual velocities of tokens `content`."""
        return self.nets.dynamics.expect(content)

    def dynamics(self, loops: Sequence[MelodyLoop]) -> tuple[Tensor, Tensor]:
        """Return dynamics (N, T, 2) of `loops` and where notes start; see `LoopSpace.dynamics`."""
        timing = torch.from_numpy(np.stack([loop.microtiming for loop in loops]))
        return torch.stack([_velocity(loops), timing], -1), self.content(loops) >= FIRST_PITCH

    def played(self, content: Tensor, code: Tensor, known: Known | None = None) -> list[MelodyLoop]:
        """Return loops with velocities, and the microtiming that is known; see `LoopSpace.played`."""
        velocity = self.nets.dynamics.decode(content, code)
        said = torch.stack([velocity, torch.zeros_like(velocity)], -1)
        dynamics = said if known is None else known.held(said)
        loud = (127.0 * dynamics[..., 0]).round().clamp(1, 127).to(torch.uint8).numpy()
        events = (content - FIRST_PITCH).to(torch.int16).numpy()
        return MelodyLoop.from_arrays(events, loud, dynamics[..., 1].numpy())


def _velocity(loops: Sequence[MelodyLoop]) -> Tensor:
    return torch.from_numpy(np.stack([loop.velocity for loop in loops])).float() / 127.0


def _margin(logits: Tensor, tokens: Tensor) -> Tensor:
    """Return by how much each step's token leads the best other one, (N, T)."""
    own = logits.gather(-1, tokens[..., None])[..., 0]
    others = logits.scatter(-1, tokens[..., None], -torch.inf)
    return own - others.amax(-1)
