"""Trained drum models."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from blender_app.core.constraints import NO_CONSTRAINTS
from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.errors import ModelError
from blender_app.latent.drum_space import DrumArrays, DrumSpace, loop_tensors
from blender_app.latent.gaussian import seeded
from blender_app.latent.loop_model import Codes, LoopModel

Hits = NDArray[np.bool_]


class DrumModel(LoopModel[DrumLoop, DrumSpace]):
    """Arrays of hits are bool (B, T, 9).

    A code z says where the hits are (64 of the shipped model's 96 numbers), then how they are played.
    Where dynamics are not given, those that such hits usually have are meant.
    """

    def _content(self, array: ArrayLike) -> Tensor:
        hits = np.asarray(array, np.bool_)
        self._check_shape(hits)
        return torch.from_numpy(hits).float() * 2.0 - 1.0

    def _check_shape(self, array: NDArray[np.generic]) -> None:
        if array.ndim != 3 or array.shape[1:] != (self.steps, VOICE_COUNT):
            raise ModelError(f"drum loops are (B, {self.steps}, {VOICE_COUNT}), not {array.shape}")

    def _to_array(self, content: Tensor) -> Hits:
        return np.asarray((content > 0).numpy(), np.bool_)

    def _content_codes(self, z: ArrayLike) -> Tensor:
        return self._checked_codes(z, self._space.config.z_hits)[:, : self._space.config.z_hits]

    def _checked_codes(self, z: ArrayLike, least: int) -> Tensor:
        array = np.asarray(z, np.float32)
        if array.ndim != 2 or array.shape[1] < least:
            raise ModelError(f"codes are (B, {least}) or wider, not {array.shape}")
        return torch.from_numpy(array)

    def _whole_codes(self, codes: Tensor, content: Tensor) -> Tensor:
        return torch.cat([codes, self._space.usual_dynamics(content)[0]], 1)

    def encode_full(self, hits: ArrayLike, velocity: ArrayLike, microtiming: ArrayLike) -> Codes:
        """Return the posterior means (B, Z) of loops with dynamics.

        Parameters
        ----------
        hits
            bool (B, T, 9).
        velocity
            0-127, (B, T, 9).
        microtiming
            In steps, -0.5 to 0.5, (B, T, 9).

        Raises
        ------
        ModelError
            These are no loops of the model's length.
        """
        arrays = DrumArrays(np.asarray(hits, np.bool_), np.asarray(velocity), np.asarray(microtiming))
        for array in arrays:
            self._check_shape(array)
        content, dynamics = loop_tensors(arrays.loops())
        mu, _ = self._space.encode(content)
        code = self._space.nets.dynamics.encode(content, dynamics)[0]
        return np.asarray(torch.cat([mu, code], 1).detach().numpy(), np.float32)

    def decode_full(
        self,
        z: ArrayLike,
        temperature: float | None = None,
        seed: int | None = None,
        noise: float | None = None,
    ) -> DrumArrays:
        """Return hits, velocity and microtiming of whole codes `z` (B, Z).

        `temperature`, `seed` and `noise` as in `decode`.
        """
        config = self._space.config
        codes = self._checked_codes(z, config.z_hits + config.z_dynamics)
        hits = self._decoded(codes[:, : config.z_hits], temperature, seed, noise)
        return self._space.arrays(hits, codes[:, config.z_hits :])

    def sample_full(self, n: int, temperature: float | None = None, seed: int | None = None) -> DrumArrays:
        """Return `n` loops from the learned prior as arrays.

        `temperature` and `seed` as in `sample_loops`.
        """
        temperature, generator = self._temperature(temperature), seeded(seed)
        hits = self._sampled(n, temperature, generator, NO_CONSTRAINTS)
        return self._space.arrays(hits, self._sampled_dynamics(hits, temperature, generator))

    def _sampled_dynamics(
        self, content: Tensor, temperature: float, generator: torch.Generator | None
    ) -> Tensor:
        mu, logvar = self._space.usual_dynamics(content)
        chance = torch.randn(mu.shape, generator=generator)
        return mu + min(temperature, 1.0) * torch.exp(0.5 * logvar) * chance
