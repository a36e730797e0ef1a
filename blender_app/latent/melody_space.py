"""Melodies and bass lines as a space to blend in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from blender_app.core.melody import MelodyLoop
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_networks import FIRST_PITCH, TOKENS, MelodyNets
from blender_app.latent.refine import refine


class MelodySpace:
    """See `Space`; content are tokens (N, T), votes are 1 at each step's token."""

    def __init__(self, nets: MelodyNets) -> None:
        self.nets = nets

    @property
    def config(self) -> MelodyConfig:
        """Sizes and settings of the model."""
        return self.nets.config

    def content(self, loops: Sequence[MelodyLoop]) -> Tensor:
        """Return tokens (N, T): Magenta's melody events plus two."""
        return torch.from_numpy(np.stack([loop.events for loop in loops]).astype(np.int64) + FIRST_PITCH)

    def votes(self, content: Tensor) -> Tensor:
        """Return one-hot tokens (N, T, W)."""
        return F.one_hot(content, TOKENS).float()

    def encode(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return mu and logvar (N, Z)."""
        mu, logvar = self.nets.encoder(content)
        return mu, logvar

    def refine(self, content: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return codes (N, Z) that say the tokens."""
        clean = mu.new_zeros(len(mu))
        recalled = self.nets.decoder.recall(content, torch.ones_like(content, dtype=torch.bool))
        return refine(lambda z: _margin(self.nets.decoder.logits(z, clean, recalled), content), mu, logvar)

    def margin(self, codes: Tensor, content: Tensor) -> Tensor:
        """Return by how much each step's token is preferred, (N, T, 1)."""
        known = torch.ones_like(content, dtype=torch.bool)
        logits = self.nets.decoder(codes, codes.new_zeros(len(codes)), content, known)
        return _margin(logits, content)[..., None]

    def decode(
        self, codes: Tensor, noise: Tensor, bias: Tensor | None = None, allowed: Tensor | None = None
    ) -> Tensor:
        """Return the likeliest tokens (N, T); see `TuneDecoder.decode`."""
        return self.nets.decoder.decode(codes, noise, bias=bias, allowed=allowed)

    def changed(self, before: Tensor, after: Tensor) -> Tensor:
        """Return where the tokens differ, (..., T)."""
        return before != after

    def feel(self, loops: Sequence[MelodyLoop], content: Tensor) -> Tensor:
        """Return codes (N, F) of velocity."""
        feel: Tensor = self.nets.feel.encode(content, _velocity(loops))[0]
        return feel

    def feel_error(self, loops: Sequence[MelodyLoop], content: Tensor, feel: Tensor) -> Tensor:
        """Return true minus said velocity in 0..1, and the microtiming, (N, T, 2).

        The model knows no microtiming: what it gets wrong of it is all of it.
        """
        velocity = _velocity(loops) - self.nets.feel.decode(content, feel)
        timing = torch.from_numpy(np.stack([loop.microtiming for loop in loops]))
        return torch.stack([velocity, timing], -1) * (content >= FIRST_PITCH)[..., None]

    def played(self, content: Tensor, feel: Tensor, extra: Tensor) -> list[MelodyLoop]:
        """Return loops with velocities."""
        velocity = 127.0 * (self.nets.feel.decode(content, feel) + extra[..., 0])
        loud = velocity.round().clamp(1, 127).to(torch.uint8).numpy()
        events = (content - FIRST_PITCH).to(torch.int16).numpy()
        timing = extra[..., 1].numpy()
        return MelodyLoop.from_arrays(events, loud, timing)


def _velocity(loops: Sequence[MelodyLoop]) -> Tensor:
    return torch.from_numpy(np.stack([loop.velocity for loop in loops])).float() / 127.0


def _margin(logits: Tensor, tokens: Tensor) -> Tensor:
    """Return by how much each step's token leads the best other one, (N, T)."""
    own = logits.gather(-1, tokens[..., None])[..., 0]
    others = logits.scatter(-1, tokens[..., None], -torch.inf)
    return own - others.amax(-1)
