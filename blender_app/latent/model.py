"""A trained two-bar drum model: loops to codes, codes to loops, and all that lies between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, DrumLoop
from blender_app.core.errors import ModelError
from blender_app.latent.blend import Blend
from blender_app.latent.checkpoint import find_model, load_weights
from blender_app.latent.drum_space import DrumSpace, Played, loop_tensors, to_played
from blender_app.latent.gaussian import seeded, told_levels
from blender_app.latent.networks import DrumNets
from blender_app.latent.palette import Morph, Palette, grid_points

Hits = NDArray[np.bool_]
Codes = NDArray[np.float32]


class DrumModel:
    """The public face of a model; see `blender_app.load_model`.

    A code z has 96 numbers: 64 for where the hits are, 32 for how they are played. Arrays of hits
    are bool (B, 32, 9); where dynamics are not given, those that such hits usually have are meant.
    """

    def __init__(self, nets: DrumNets, name: str, digest: str) -> None:
        self._nets, self.name, self.hash = nets, name, digest
        self._space = DrumSpace(nets)
        self._hits_size = nets.config.z_hits

    @classmethod
    def load(cls, name: str | Path) -> DrumModel:
        """Load a model by its name in the shipped folder, or from a folder of its own.

        Raises
        ------
        ModelError
            There is no such model, or it is damaged.
        """
        torch.set_num_threads(1)  # two busy threads make small calls a hundred times slower
        nets, title, digest = load_weights(find_model(name), DrumNets)
        Blend(DrumSpace(nets), [DrumLoop.empty()])  # autograd's first use costs seconds: now, not at an edit
        return cls(nets, title, digest)

    # -- arrays ----------------------------------------------------------------------------------

    def encode(self, loops: ArrayLike) -> Codes:
        """Return the posterior means (B, 96), float32, of hits (B, 32, 9)."""
        hits = _signs(loops)
        mu, _ = self._nets.encoder(hits)
        return _array(torch.cat([mu, self._nets.feel.expect(hits)[0]], 1))

    def encode_full(self, hits: ArrayLike, velocity: ArrayLike, microtiming: ArrayLike) -> Codes:
        """Return the posterior means (B, 96) of loops with dynamics.

        Hits are bool, velocity 0-127, microtiming in steps -0.5 to 0.5; each (B, 32, 9).
        """
        played = Played(np.asarray(hits, np.bool_), np.asarray(velocity), np.asarray(microtiming))
        for array in played:
            _check_shape(array)
        hits, dynamics = loop_tensors(played.loops())
        mu, _ = self._nets.encoder(hits)
        return _array(torch.cat([mu, self._nets.feel.encode(hits, dynamics)[0]], 1))

    def decode(
        self,
        z: ArrayLike,
        temperature: float | None = None,
        seed: int | None = None,
        noise: float | None = None,
    ) -> Hits:
        """Return hits (B, 32, 9) of codes (B, 96), or (B, 64) of the hits' part alone.

        Parameters
        ----------
        temperature
            None for the most likely loop; else hits are drawn, at 1 as the model believes.
        noise
            How uncertain the code is, in posterior standard deviations, 0 to 3: 0 is to the
            letter, higher is the more plausible loop near it. By default 0 for the most likely
            loop and 1 at a temperature.
        """
        return (self._decode_hits(_codes(z, self._hits_size), temperature, seed, noise) > 0).numpy()

    def decode_full(
        self,
        z: ArrayLike,
        temperature: float | None = None,
        seed: int | None = None,
        noise: float | None = None,
    ) -> Played:
        """Return hits, velocity and microtiming of codes (B, 96); parameters as in `decode`."""
        code = _codes(z, self._hits_size + self._nets.config.z_feel)
        hits = self._decode_hits(code[:, : self._hits_size], temperature, seed, noise)
        return to_played(hits, self._nets.feel.decode(hits, code[:, self._hits_size :]))

    def _decode_hits(
        self, code: Tensor, temperature: float | None, seed: int | None, noise: float | None
    ) -> Tensor:
        levels = told_levels(len(code), noise, temperature, self._nets.config.max_noise)
        return self._nets.decoder.decode(
            code[:, : self._hits_size], levels, temperature, generator=seeded(seed)
        )

    def refine(self, loops: ArrayLike) -> Codes:
        """Return codes (B, 96) near `encode`'s whose most likely loops are these, by gradient steps."""
        hits = _signs(loops)
        mu, logvar = self._nets.encoder(hits)
        code = self._space.refine(hits, mu, logvar)
        return _array(torch.cat([code, self._nets.feel.expect(hits)[0]], 1))

    def sample(self, n: int, temperature: float | None = None, seed: int | None = None) -> Hits:
        """Return hits (n, 32, 9) from the learned prior; see `sample_full`."""
        return self.sample_full(n, temperature, seed).hits

    def sample_full(self, n: int, temperature: float | None = None, seed: int | None = None) -> Played:
        """Return n loops from the learned prior, as a drummer might play them.

        `temperature` scales the chance in the decoder, 0 the most likely loop of each code; None is
        the temperature that the model was tuned at.
        """
        config, generator = self._nets.config, seeded(seed)
        if temperature is None:
            temperature = config.sample_temperature
        code = self._nets.prior.sample(torch.randn(n, config.z_hits, generator=generator))
        levels = torch.full((n,), config.sample_noise)
        hits = self._nets.decoder.decode(code, levels, temperature or None, generator)
        mu, logvar = self._nets.feel.expect(hits)
        feel = mu + min(temperature, 1.0) * torch.exp(0.5 * logvar) * torch.randn(
            mu.shape, generator=generator
        )
        return to_played(hits, self._nets.feel.decode(hits, feel))

    def interpolate(self, a: ArrayLike, b: ArrayLike, steps: int, plain: bool = False) -> Hits:
        """Return the way from hits a to b (32, 9) as (steps, 32, 9), ends included.

        For batches a, b (B, 32, 9) it is (steps, B, 32, 9). `plain` takes the straight line between
        the posterior means instead of what the instrument plays.
        """
        first, second = np.asarray(a, np.bool_), np.asarray(b, np.bool_)
        if first.ndim == 3:
            ways = [self.interpolate(x, y, steps, plain) for x, y in zip(first, second, strict=True)]
            return np.stack(ways, 1)
        start, end = self._usual_loops(np.stack([first, second]))
        loops = self.make_morph(start, end, plain=plain).at(np.linspace(0.0, 1.0, steps))
        return np.stack([loop.hits for loop in loops])

    def palette(self, corners: ArrayLike, rows: int, cols: int, plain: bool = False) -> Hits:
        """Return the palette (rows, cols, 32, 9) of four corners (4, 32, 9).

        The corners are top-left, top-right, bottom-left, bottom-right. `plain` interpolates the
        posterior means bilinearly instead of what the instrument plays.
        """
        loops = self._usual_loops(np.asarray(corners, np.bool_))
        cells = self.make_palette(loops, plain=plain).at(grid_points(rows, cols))
        return np.stack([loop.hits for loop in cells]).reshape(rows, cols, LOOP_STEPS, VOICE_COUNT)

    # -- loops, as the instrument holds them -----------------------------------------------------

    def make_palette(
        self, corners: Sequence[DrumLoop], refine: bool = True, plain: bool = False
    ) -> Palette[DrumLoop]:
        """Return the palette between four loops; unrefined it is there sooner and holds them less well."""
        return Palette(Blend(self._space, corners, refine, plain))

    def make_morph(
        self, a: DrumLoop, b: DrumLoop, refine: bool = True, plain: bool = False
    ) -> Morph[DrumLoop]:
        """Return the way from a to b."""
        return Morph(Blend(self._space, (a, b), refine, plain))

    def sample_loops(
        self, n: int, temperature: float | None = None, seed: int | None = None
    ) -> list[DrumLoop]:
        """Return n loops from the learned prior; see `sample_full`."""
        return self.sample_full(n, temperature, seed).loops()

    def vary(self, loop: DrumLoop, amount: float = 0.5, seed: int | None = None) -> DrumLoop:
        """Return a loop near `loop`: its code with noise, decoded as the plausible loop there.

        Parameters
        ----------
        amount
            0 (nearly the same) to 1 (a relative); in twice the posterior's standard deviation.
        """
        generator = seeded(seed)
        hits, dynamics = loop_tensors([loop])
        mu, logvar = self._nets.encoder(hits)
        level = 2.0 * float(np.clip(amount, 0.0, 1.0))
        z = mu + level * torch.exp(0.5 * logvar) * torch.randn(mu.shape, generator=generator)
        varied = self._nets.decoder.decode(z, torch.full((1,), level), max(amount, 0.3), generator)
        feel = self._nets.feel.encode(hits, dynamics)[0]
        return to_played(varied, self._nets.feel.decode(varied, feel)).loops()[0]

    def _usual_loops(self, hits: Hits) -> list[DrumLoop]:
        """Return loops with the dynamics that such hits usually have."""
        signs = _signs(hits)
        return to_played(signs, self._nets.feel.decode(signs, self._nets.feel.expect(signs)[0])).loops()


def _signs(hits: ArrayLike) -> Tensor:
    array = np.asarray(hits, np.bool_)
    _check_shape(array)
    return torch.from_numpy(array).float() * 2.0 - 1.0


def _check_shape(array: NDArray[np.generic]) -> None:
    if array.ndim != 3 or array.shape[1:] != (LOOP_STEPS, VOICE_COUNT):
        raise ModelError(f"drum loops are (B, 32, 9), not {array.shape}")


def _codes(z: ArrayLike, least: int) -> Tensor:
    array = np.asarray(z, np.float32)
    if array.ndim != 2 or array.shape[1] < least:
        raise ModelError(f"codes are (B, {least}) or wider, not {array.shape}")
    return torch.from_numpy(array)


def _array(tensor: Tensor) -> Codes:
    return np.asarray(tensor.detach().numpy(), np.float32)
