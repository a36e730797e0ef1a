"""What every trained model can do: loops to codes, codes to loops, and all that lies between."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.errors import ModelError
from blender_app.core.lengths import cut, repeated
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.time import bars_text
from blender_app.latent.blend import Blend, allowed_tensor
from blender_app.latent.checkpoint import find_model, load_weights
from blender_app.latent.gaussian import noise_levels, seeded
from blender_app.latent.loop_space import LoopSpace, LoopT
from blender_app.latent.model_kinds import kind_made_of, part
from blender_app.latent.palette import LatentMorph, LatentPalette, grid_points

SpaceT = TypeVar("SpaceT", bound=LoopSpace[Any])
Codes = NDArray[np.float32]
VARY_LEVEL = 2.0
"""Posterior standard deviations by which `LoopModel.vary` moves a code at an amount of 1."""
VARY_TEMPERATURE = 0.3
"""Least temperature of a variation, or small amounts would change nothing."""


class LoopModel(ABC, Generic[LoopT, SpaceT]):
    """The public face of a model; see `blender_app.load_model`.

    Loops come as arrays (B, T, ...) or as `core`'s loops; codes z are float32 (B, Z). What differs
    between kinds of loops is in their `LoopSpace`, and in the few methods that are abstract here.

    Parameters
    ----------
    space
        Its loops and networks.
    name
        Name of the model.
    digest
        The first 16 digits of its weights' SHA-256.
    """

    def __init__(self, space: SpaceT, name: str, digest: str) -> None:
        self._space, self.name, self.hash = space, name, digest

    @classmethod
    def load(cls, name: str | Path) -> Self:
        """Load a model by its name in the shipped folder, or from a folder of its own.

        Parameters
        ----------
        name
            Name or folder.

        Raises
        ------
        ModelError
            There is no such model, it is damaged, or it is of another kind.
        """
        torch.set_num_threads(1)  # two busy threads make small calls a hundred times slower
        kind = kind_made_of(cls)
        nets, title, digest = load_weights(find_model(name), kind)
        space = part(kind.space)(nets)
        silence = space.silence()
        with torch.no_grad():
            mu, logvar = space.encode(silence)
        space.refine(silence, mu, logvar)  # autograd's first use costs seconds: now, not at an edit
        return cls(space, title, digest)

    @property
    def steps(self) -> int:
        """Length of its loops in sixteenths."""
        return self._space.config.steps

    # -- arrays ----------------------------------------------------------------------------------

    @abstractmethod
    def _content(self, array: ArrayLike) -> Tensor:
        """Return the content of loops given as an array (B, T, ...); raise ModelError if they are none."""

    @abstractmethod
    def _to_array(self, content: Tensor) -> NDArray[Any]:
        """Return content as an array (B, T, ...)."""

    @abstractmethod
    def _content_codes(self, z: ArrayLike) -> Tensor:
        """Return the part of codes (B, Z) that says the content; raise ModelError if they are none."""

    def _whole_codes(self, codes: Tensor, content: Tensor) -> Tensor:
        """Return the codes (B, Z) that callers see, of codes that say `content`."""
        del content
        return codes

    def encode(self, loops: ArrayLike) -> Codes:
        """Return the posterior means (B, Z), float32, of `loops` (B, T, ...)."""
        content = self._content(loops)
        with torch.no_grad():
            mu, _ = self._space.encode(content)
            return _array(self._whole_codes(mu, content))

    def refine(self, loops: ArrayLike) -> Codes:
        """Return codes (B, Z) near `encode`'s whose most likely loops are `loops`, by gradient steps."""
        content = self._content(loops)
        with torch.no_grad():
            mu, logvar = self._space.encode(content)
        codes = self._space.refine(content, mu, logvar)
        with torch.no_grad():
            return _array(self._whole_codes(codes, content))

    def decode(
        self,
        z: ArrayLike,
        temperature: float | None = None,
        seed: int | None = None,
        noise: float | None = None,
    ) -> NDArray[Any]:
        """Return loops (B, T, ...) of codes.

        Parameters
        ----------
        z
            The codes, (B, Z).
        temperature
            None for the most likely loop; else loops are drawn, at 1 as the model believes.
        seed
            Decides what is drawn; None is another each time.
        noise
            How uncertain the code is, in posterior standard deviations, 0 to the model's largest (2 or
            3): 0 is to the letter, higher is the more plausible loop near it. By default 0 for the most
            likely loop, 1 at a temperature.

        Raises
        ------
        ModelError
            These are no codes of the model.
        """
        return self._to_array(self._decoded(self._content_codes(z), temperature, seed, noise))

    def _decoded(
        self, codes: Tensor, temperature: float | None, seed: int | None, noise: float | None
    ) -> Tensor:
        levels = noise_levels(len(codes), noise, temperature, self._space.config.max_noise)
        return self._space.decode(codes, levels, temperature=temperature, generator=seeded(seed))

    def sample(self, n: int, temperature: float | None = None, seed: int | None = None) -> NDArray[Any]:
        """Return `n` loops from the learned prior as an array (n, T, ...).

        `temperature` and `seed` as in `sample_loops`.
        """
        return self._to_array(self._sampled(n, self._temperature(temperature), seeded(seed), NO_CONSTRAINTS))

    def interpolate(
        self,
        a: ArrayLike,
        b: ArrayLike,
        steps: int,
        plain: bool = False,
        allowed: NDArray[np.bool_] | None = None,
        wander: float = DEFAULT_WANDER,
    ) -> NDArray[Any]:
        """Return the interpolation from loop a to b (T, ...) as (steps, T, ...), ends included.

        Parameters
        ----------
        a, b
            The ends; for batches (B, T, ...) the result is (steps, B, T, ...).
        steps
            How many loops.
        plain
            Whether to take the straight line between the posterior means instead of what the
            instrument plays.
        allowed
            Pitches that may start at each step, bool (T, 128); None allows all.
        wander
            0 (near: between the loops, sparse in surprises) to 1 (free: as real as the model's own loops).

        Raises
        ------
        ModelError
            `wander` is out of range.
        """
        first, second = np.asarray(a), np.asarray(b)
        if first.ndim == self._space.silence().ndim:
            pairs = zip(first, second, strict=True)
            return np.stack([self.interpolate(x, y, steps, plain, allowed, wander) for x, y in pairs], 1)
        start, end = self._usual_loops(np.stack([first, second]))
        morph = self.make_morph(
            start, end, plain=plain, constraints=DecodeConstraints(allowed), wander=wander
        )
        return self._stacked(morph.at(np.linspace(0.0, 1.0, steps)))

    def palette(
        self,
        corners: ArrayLike,
        rows: int,
        cols: int,
        plain: bool = False,
        allowed: NDArray[np.bool_] | None = None,
        wander: float = DEFAULT_WANDER,
    ) -> NDArray[Any]:
        """Return the palette (rows, cols, T, ...) of four corners.

        Parameters
        ----------
        corners
            Top-left, top-right, bottom-left, bottom-right: (4, T, ...).
        rows, cols
            Size of the grid, each at least 2.
        plain
            Whether to interpolate the posterior means bilinearly instead of what the instrument plays.
        allowed, wander
            As in `interpolate`.

        Raises
        ------
        ModelError
            `wander` is out of range.
        """
        loops = self._usual_loops(np.asarray(corners))
        palette = self.make_palette(loops, plain=plain, constraints=DecodeConstraints(allowed), wander=wander)
        cells = self._stacked(palette.at(grid_points(rows, cols)))
        return cells.reshape(rows, cols, *cells.shape[1:])

    def _stacked(self, loops: Sequence[LoopT]) -> NDArray[Any]:
        return self._to_array(self._space.content(loops))

    def _usual_loops(self, array: ArrayLike) -> list[LoopT]:
        """Return loops given as an array, with the dynamics that such loops usually have."""
        content = self._content(array)
        return self._played(content, self._space.usual_dynamics(content)[0])

    # -- loops, as the instrument holds them -----------------------------------------------------

    def fitted(self, loops: Sequence[LoopT]) -> list[LoopT]:
        """Return loops in the model's length: shorter ones are said again until they have it.

        Parameters
        ----------
        loops
            Loops whose lengths divide the model's.

        Raises
        ------
        ModelError
            A loop is longer, or its length does not divide the model's.
        """
        return [self._fitted(loop) for loop in loops]

    def _fitted(self, loop: LoopT) -> LoopT:
        length = loop.steps
        if length == self.steps:
            return loop
        if length > self.steps or self.steps % length:
            raise ModelError(
                f"{self.name} makes loops of {bars_text(self.steps)}; this one has {bars_text(length)}. "
                "Shorten it: longer loops need a longer model."
            )
        return repeated(loop, self.steps)

    def make_palette(
        self,
        corners: Sequence[LoopT],
        refine: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> LatentPalette[LoopT]:
        """Return the palette between four loops.

        Parameters
        ----------
        corners
            Top-left, top-right, bottom-left, bottom-right.
        refine
            Whether the corners' codes are refined; without, it is there sooner and holds them less well.
        plain
            As in `palette`.
        constraints
            What the decoded loops keep to.
        wander
            0 (near: between the corners, sparse in surprises) to 1 (free: as real as the model's own loops).

        Raises
        ------
        ModelError
            The loops, or the constraints, do not have the model's length, or `wander` is out of range.
        """
        return LatentPalette(Blend(self._space, self.fitted(corners), refine, plain, constraints, wander))

    def make_morph(
        self,
        a: LoopT,
        b: LoopT,
        refine: bool = True,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> LatentMorph[LoopT]:
        """Return the interpolation from loop `a` to loop `b`.

        `refine`, `plain`, `constraints` and `wander` as in `make_palette`.
        """
        return LatentMorph(Blend(self._space, self.fitted([a, b]), refine, plain, constraints, wander))

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> list[LoopT]:
        """Return loops from the learned prior, as they might be played.

        Parameters
        ----------
        n
            How many.
        temperature
            Scales the chance in the decoder, 0 the most likely loop of each code; None is the
            temperature that the model was tuned at.
        seed
            Decides which; None is others each time.
        constraints
            What they keep to.
        """
        temperature, generator = self._temperature(temperature), seeded(seed)
        content = self._sampled(n, temperature, generator, constraints)
        return self._played(content, self._sampled_dynamics(content, temperature, generator))

    def vary(
        self,
        loop: LoopT,
        amount: float = 0.5,
        seed: int | None = None,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
    ) -> LoopT:
        """Return a loop near `loop`: its code with noise, decoded as the plausible loop there.

        Parameters
        ----------
        loop
            What is varied.
        amount
            0 (nearly the same) to 1 (a relative), in twice the posterior's standard deviation.
        seed
            Decides how; None is otherwise each time.
        constraints
            What the new loop keeps to.

        Raises
        ------
        ModelError
            The loop, or the constraints, do not have the model's length.
        """
        generator, loops = seeded(seed), self.fitted([loop])
        content = self._space.content(loops)
        mu, logvar = self._space.encode(content)
        level = VARY_LEVEL * float(np.clip(amount, 0.0, 1.0))
        z = mu + level * torch.exp(0.5 * logvar) * torch.randn(mu.shape, generator=generator)
        allowed, heat = allowed_tensor(constraints, self.steps), max(amount, VARY_TEMPERATURE)
        varied = self._space.decode(z, torch.full((1,), level), None, allowed, heat, generator)
        (made,) = self._played(varied, self._space.dynamics_code(loops, content))
        length = loop.steps
        return made if length == self.steps else cut(made, length)

    def _played(self, content: Tensor, dynamics: Tensor) -> list[LoopT]:
        return cast("list[LoopT]", self._space.played(content, dynamics))

    def _temperature(self, temperature: float | None) -> float:
        return self._space.config.sample_temperature if temperature is None else temperature

    def _sampled(
        self,
        n: int,
        temperature: float,
        generator: torch.Generator | None,
        constraints: DecodeConstraints,
    ) -> Tensor:
        """Return the content of n loops from the prior."""
        return self._space.sample(n, temperature, generator, allowed_tensor(constraints, self.steps))

    def _sampled_dynamics(
        self, content: Tensor, temperature: float, generator: torch.Generator | None
    ) -> Tensor:
        """Return codes (N, F) of how samples are played: by default as such loops usually are."""
        del temperature, generator
        return self._space.usual_dynamics(content)[0]


def _array(tensor: Tensor) -> Codes:
    return np.asarray(tensor.detach().numpy(), np.float32)
