"""Trained melody models; bass lines and melodies are their loops alike."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from blender_app.core.constraints import DecodeConstraints
from blender_app.core.errors import ModelError
from blender_app.core.melody import OCTAVE, MelodyLoop
from blender_app.latent.loop_model import LoopModel
from blender_app.latent.melody_networks import FIRST_PITCH, TOKENS
from blender_app.latent.melody_space import MelodySpace

Events = NDArray[np.int64]
_SAMPLE_ROUNDS = 4


class MelodyModel(LoopModel[MelodyLoop, MelodySpace]):
    """Arrays of loops are events (B, T), int: -2 no event, -1 note off, 0 to 127 note on."""

    def _content(self, array: ArrayLike) -> Tensor:
        events = np.asarray(array)
        if events.ndim != 2 or events.shape[1] != self.steps:
            raise ModelError(f"melodies are (B, {self.steps}), not {events.shape}")
        tokens = events.astype(np.int64) + FIRST_PITCH
        if tokens.min(initial=0) < 0 or tokens.max(initial=0) >= TOKENS:
            raise ModelError("melody events are -2 (no event), -1 (note off) and pitches 0 to 127")
        return torch.from_numpy(tokens)

    def _to_array(self, content: Tensor) -> Events:
        return np.asarray(content.numpy(), np.int64) - FIRST_PITCH

    def _content_codes(self, z: ArrayLike) -> Tensor:
        codes, size = np.asarray(z, np.float32), self._space.config.z_notes
        if codes.ndim != 2 or codes.shape[1] != size:
            raise ModelError(f"codes are (B, {size}), not {codes.shape}")
        return torch.from_numpy(codes)

    def with_dynamics_of(self, events: ArrayLike, velocity: ArrayLike) -> list[MelodyLoop]:
        """Return loops with what the model makes of velocities.

        Parameters
        ----------
        events
            The loops, (B, T).
        velocity
            0-127 at their notes, (B, T).
        """
        tokens = self._content(events)
        code = self._space.velocity_code(tokens, torch.from_numpy(np.asarray(velocity)).float() / 127.0)
        return self._space.played(tokens, code)

    def _sampled(
        self,
        n: int,
        temperature: float,
        generator: torch.Generator | None,
        constraints: DecodeConstraints,
    ) -> Tensor:
        """Return the tokens of n loops that are no rests, in the register that is asked for.

        Loops are drawn until there are enough, in `_SAMPLE_ROUNDS` at most. Should they be rare, those with
        most notes of the last round are taken too, and moved to the register by octaves.
        """
        register, fewest = constraints.register, self._space.config.sample_min_notes
        count = n if register is None else max(8 * n, 32)
        found: list[Tensor] = []
        for _ in range(_SAMPLE_ROUNDS):
            tokens = super()._sampled(count, temperature, generator, constraints)
            notes, mean = (tokens >= FIRST_PITCH).sum(1), _mean_pitch(tokens)
            fits = notes >= fewest
            if register is not None:
                fits &= (mean >= register[0]) & (mean <= register[1])
            found += tokens[fits]
            if len(found) >= n:
                return torch.stack(found[:n])
        rest = tokens[~fits][notes[~fits].argsort(descending=True, stable=True)]
        if register is not None:
            rest = _moved_into(rest, register)
        return torch.stack([*found, *rest])[:n]

    def _sampled_dynamics(
        self, content: Tensor, temperature: float, generator: torch.Generator | None
    ) -> Tensor:
        """Return codes of velocities: with a generator drawn ones, else the mean."""
        del temperature
        mu, logvar = self._space.usual_dynamics(content)
        if generator is None:
            return mu
        return mu + torch.exp(0.5 * logvar) * torch.randn(mu.shape, generator=generator)


def _mean_pitch(tokens: Tensor) -> Tensor:
    """Return the mean pitch (B,) of tokens (B, T); not a number where no note starts."""
    played = tokens >= FIRST_PITCH
    total = ((tokens - FIRST_PITCH) * played).sum(1).float()
    return total / played.sum(1)


def _moved_into(tokens: Tensor, register: tuple[int, int]) -> Tensor:
    """Return tokens moved by whole octaves so that their mean pitch comes near the register's middle."""
    middle = 0.5 * (register[0] + register[1])
    octaves = torch.nan_to_num(((middle - _mean_pitch(tokens)) / OCTAVE).round())
    moved = tokens + OCTAVE * octaves.long()[:, None]
    return torch.where(tokens >= FIRST_PITCH, moved.clamp(FIRST_PITCH, TOKENS - 1), tokens)
