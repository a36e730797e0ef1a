"""A trained two-bar melody model; bass lines and melodies are its loops alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from blender_app.core.drums import LOOP_STEPS
from blender_app.core.errors import ModelError
from blender_app.latent.checkpoint import find_model, load_weights
from blender_app.latent.melody_networks import TOKENS, MelodyNets
from blender_app.latent.palette import bilinear, grid_points

Events = NDArray[np.int64]
Codes = NDArray[np.float32]
_SHIFT = 2
"""Tokens are Magenta's melody events (-2 no event, -1 note off, 0 to 127 note on) plus two."""


class MelodyModel:
    """The public face of a melody model; see `blender_app.load_model`.

    Loops are events (B, 32), int; codes z are float32 (B, Z).
    """

    def __init__(self, nets: MelodyNets, name: str, digest: str) -> None:
        self._nets, self.name, self.hash = nets, name, digest

    @classmethod
    def load(cls, name: str | Path) -> MelodyModel:
        """Load a model by its name in the shipped folder, or from a folder of its own.

        Raises
        ------
        ModelError
            There is no such model, it is damaged, or it is of another kind.
        """
        torch.set_num_threads(1)
        return cls(*load_weights(find_model(name), MelodyNets))

    def encode(self, loops: ArrayLike) -> Codes:
        """Return the posterior means (B, Z), float32, of events (B, 32)."""
        with torch.no_grad():
            mu, _ = self._nets.encoder(_tokens(loops))
        return np.asarray(mu.numpy(), np.float32)

    def decode(
        self,
        z: ArrayLike,
        temperature: float | None = None,
        seed: int | None = None,
        noise: float | None = None,
    ) -> Events:
        """Return events (B, 32) of codes (B, Z).

        Parameters
        ----------
        temperature
            None for the most likely loop; else events are drawn, at 1 as the model believes.
        noise
            How uncertain the code is, in posterior standard deviations: 0 is to the letter, higher
            is the more plausible loop near it. By default 0 for the most likely loop, 1 at a
            temperature.
        """
        code = torch.from_numpy(np.asarray(z, np.float32))
        if code.ndim != 2 or code.shape[1] != self._nets.config.z_notes:
            raise ModelError(f"codes are (B, {self._nets.config.z_notes}), not {tuple(code.shape)}")
        level = (0.0 if temperature is None else 1.0) if noise is None else noise
        return self._decode(code, torch.full((len(code),), level), temperature, seed)

    def sample(self, n: int, temperature: float | None = None, seed: int | None = None) -> Events:
        """Return n loops (n, 32) from the learned prior; `temperature` scales the chance in the decoder."""
        config = self._nets.config
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        code = self._nets.prior.sample(torch.randn(n, config.z_notes, generator=generator))
        temperature = config.sample_temperature if temperature is None else temperature
        return self._decode(code, torch.full((n,), config.sample_noise), temperature or None, seed)

    def interpolate(self, a: ArrayLike, b: ArrayLike, steps: int) -> Events:
        """Return the way from events a to b (32,) as (steps, 32); the ends are the loops themselves."""
        at = np.linspace(0.0, 1.0, steps, dtype=np.float32)
        return self._between(np.stack([np.asarray(a), np.asarray(b)]), np.stack([1.0 - at, at], 1))

    def palette(self, corners: ArrayLike, rows: int, cols: int) -> Events:
        """Return the palette (rows, cols, 32) of four corners (4, 32); its corner cells are the corners."""
        x, y = grid_points(rows, cols).T
        return self._between(np.asarray(corners), bilinear(x, y)).reshape(rows, cols, LOOP_STEPS)

    def _between(self, anchors: Events, weights: NDArray[np.float32]) -> Events:
        """Return the loops at weights (N, K), decoded the more freely the further from all anchors."""
        w = torch.from_numpy(weights)
        away = (2.0 * (1.0 - (w**2).sum(1))).clamp(min=0.0).sqrt()
        events = self._decode(
            w @ torch.from_numpy(self.encode(anchors)), self._nets.config.between_noise * away
        )
        for point, anchor in np.argwhere(weights >= 1.0 - 1e-6):
            events[point] = anchors[anchor]
        return events

    def _decode(
        self, code: Tensor, levels: Tensor, temperature: float | None = None, seed: int | None = None
    ) -> Events:
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        tokens = self._nets.decoder.decode(code, levels, temperature, generator)
        return np.asarray(tokens.numpy(), np.int64) - _SHIFT


def _tokens(loops: ArrayLike) -> Tensor:
    events = np.asarray(loops)
    if events.ndim != 2 or events.shape[1] != LOOP_STEPS:
        raise ModelError(f"melodies are (B, 32), not {events.shape}")
    tokens = events.astype(np.int64) + _SHIFT
    if tokens.min(initial=0) < 0 or tokens.max(initial=0) >= TOKENS:
        raise ModelError("melody events are -2 (no event), -1 (note off) and pitches 0 to 127")
    return torch.from_numpy(tokens)
