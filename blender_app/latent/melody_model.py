"""A trained two-bar melody model; bass lines and melodies are its loops alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from blender_app.core.drums import LOOP_STEPS
from blender_app.core.errors import ModelError
from blender_app.core.melody import MAX_PITCH, OCTAVE, MelodyLoop
from blender_app.latent.blend import Blend
from blender_app.latent.checkpoint import find_model, load_weights
from blender_app.latent.gaussian import seeded, told_levels
from blender_app.latent.melody_networks import FIRST_PITCH, TOKENS, MelodyNets
from blender_app.latent.melody_space import MelodySpace
from blender_app.latent.palette import Morph, Palette, grid_points

Events = NDArray[np.int64]
Codes = NDArray[np.float32]
_SAMPLE_ROUNDS = 4


class MelodyModel:
    """The public face of a melody model; see `blender_app.load_model`.

    Loops are events (B, 32), int; codes z are float32 (B, Z).
    """

    def __init__(self, nets: MelodyNets, name: str, digest: str) -> None:
        self._nets, self.name, self.hash = nets, name, digest
        self._space = MelodySpace(nets)

    @classmethod
    def load(cls, name: str | Path) -> MelodyModel:
        """Load a model by its name in the shipped folder, or from a folder of its own.

        Raises
        ------
        ModelError
            There is no such model, it is damaged, or it is of another kind.
        """
        torch.set_num_threads(1)
        nets, title, digest = load_weights(find_model(name), MelodyNets)
        Blend(
            MelodySpace(nets), [MelodyLoop.empty()]
        )  # autograd's first use costs seconds: now, not at an edit
        return cls(nets, title, digest)

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
            How uncertain the code is, in posterior standard deviations, 0 to 2: 0 is to the letter,
            higher is the more plausible loop near it. By default 0 for the most likely loop, 1 at a
            temperature.
        """
        code = torch.from_numpy(np.asarray(z, np.float32))
        if code.ndim != 2 or code.shape[1] != self._nets.config.z_notes:
            raise ModelError(f"codes are (B, {self._nets.config.z_notes}), not {tuple(code.shape)}")
        levels = told_levels(len(code), noise, temperature, self._nets.config.max_noise)
        return _to_events(self._nets.decoder.decode(code, levels, temperature, seeded(seed)))

    def sample(self, n: int, temperature: float | None = None, seed: int | None = None) -> Events:
        """Return n loops (n, 32) from the learned prior; `temperature` scales the chance in the decoder."""
        return _to_events(self._sampled(n, temperature, seeded(seed)))

    def refine(self, loops: ArrayLike) -> Codes:
        """Return codes (B, Z) near `encode`'s whose most likely loops are these, by gradient steps."""
        tokens = _tokens(loops)
        mu, logvar = self._space.encode(tokens)
        return np.asarray(self._space.refine(tokens, mu, logvar).numpy(), np.float32)

    def interpolate(
        self,
        a: ArrayLike,
        b: ArrayLike,
        steps: int,
        plain: bool = False,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Events:
        """Return the way from events a to b (32,) as (steps, 32), ends included.

        For batches a, b (B, 32) it is (steps, B, 32). `plain` takes the straight line between the
        posterior means instead of what the instrument plays; `allowed` is as in `make_palette`.
        """
        first, second = np.asarray(a), np.asarray(b)
        if first.ndim == 2:
            ways = [self.interpolate(x, y, steps, plain, allowed) for x, y in zip(first, second, strict=True)]
            return np.stack(ways, 1)
        start, end = self._usual_loops(np.stack([first, second]))
        morph = self.make_morph(start, end, plain=plain, allowed=allowed)
        return _events(morph.at(np.linspace(0.0, 1.0, steps)))

    def palette(
        self,
        corners: ArrayLike,
        rows: int,
        cols: int,
        plain: bool = False,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Events:
        """Return the palette (rows, cols, 32) of four corners (4, 32).

        The corners are top-left, top-right, bottom-left, bottom-right. `plain` interpolates the
        posterior means bilinearly instead of what the instrument plays; `allowed` is as in
        `make_palette`.
        """
        palette = self.make_palette(self._usual_loops(np.asarray(corners)), plain=plain, allowed=allowed)
        return _events(palette.at(grid_points(rows, cols))).reshape(rows, cols, LOOP_STEPS)

    # -- loops, as the instrument holds them -----------------------------------------------------

    def make_palette(
        self,
        corners: Sequence[MelodyLoop],
        refine: bool = True,
        plain: bool = False,
        allowed: NDArray[np.bool_] | None = None,
        drawn: Sequence[bool] = (False,) * 4,
    ) -> Palette[MelodyLoop]:
        """Return the palette between four loops; unrefined it is there sooner and holds them less well.

        Parameters
        ----------
        allowed
            Pitches that may start at each step, (32, 128); all others lose their chance in the
            decoder to these. None allows all.
        drawn
            Corners that are played as they are, whatever is allowed.
        """
        return Palette(Blend(self._space, corners, refine, plain, _mask(allowed), drawn))

    def make_morph(
        self,
        a: MelodyLoop,
        b: MelodyLoop,
        refine: bool = True,
        plain: bool = False,
        allowed: NDArray[np.bool_] | None = None,
        drawn: Sequence[bool] = (False, False),
    ) -> Morph[MelodyLoop]:
        """Return the way from a to b; parameters as in `make_palette`."""
        return Morph(Blend(self._space, (a, b), refine, plain, _mask(allowed), drawn))

    def with_feel_of(self, events: ArrayLike, velocity: ArrayLike) -> list[MelodyLoop]:
        """Return loops of events (B, 32) with what the model makes of velocity (B, 32), 0-127."""
        tokens = _tokens(events)
        feel, _ = self._nets.feel.encode(tokens, torch.from_numpy(np.asarray(velocity)).float() / 127.0)
        return self._space.played(tokens, feel, torch.zeros(*tokens.shape, 2))

    def sample_loops(
        self,
        n: int,
        temperature: float | None = None,
        seed: int | None = None,
        register: tuple[int, int] | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> list[MelodyLoop]:
        """Return n loops from the learned prior.

        Parameters
        ----------
        register
            Lowest and highest mean pitch of a loop: (28, 52) gives bass lines. Loops are drawn until
            there are enough; should they be rare, the nearest ones move there by octaves.
        allowed
            As in `make_palette`.
        """
        generator = seeded(seed)
        if register is None:
            return self._with_usual_feel(self._sampled(n, temperature, generator, _mask(allowed)), generator)
        found: list[Tensor] = []
        for _ in range(_SAMPLE_ROUNDS):
            tokens = self._sampled(max(8 * n, 32), temperature, generator, _mask(allowed))
            mean = _mean_pitch(tokens)
            found += tokens[(mean >= register[0]) & (mean <= register[1])]
            if len(found) >= n:
                return self._with_usual_feel(torch.stack(found[:n]), generator)
        rest = _moved_into(tokens[~mean.isnan()], register) if found else _moved_into(tokens, register)
        return self._with_usual_feel(torch.stack([*found, *rest])[:n], generator)

    def vary(
        self,
        loop: MelodyLoop,
        amount: float = 0.5,
        seed: int | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> MelodyLoop:
        """Return a loop near `loop`: its code with noise, decoded as the plausible loop there.

        `amount` is 0 (nearly the same) to 1 (a relative), in twice the posterior's standard deviation.
        """
        generator = seeded(seed)
        tokens = self._space.content([loop])
        mu, logvar = self._space.encode(tokens)
        level = 2.0 * float(np.clip(amount, 0.0, 1.0))
        z = mu + level * torch.exp(0.5 * logvar) * torch.randn(mu.shape, generator=generator)
        varied = self._nets.decoder.decode(
            z, torch.full((1,), level), max(amount, 0.3), generator, allowed=_mask(allowed)
        )
        feel = self._space.feel([loop], tokens)
        return self._space.played(varied, feel, torch.zeros(1, LOOP_STEPS, 2))[0]

    def _sampled(
        self,
        n: int,
        temperature: float | None,
        generator: torch.Generator | None,
        allowed: Tensor | None = None,
    ) -> Tensor:
        config = self._nets.config
        if temperature is None:
            temperature = config.sample_temperature
        code = self._nets.prior.sample(torch.randn(n, config.z_notes, generator=generator))
        levels = torch.full((n,), config.sample_noise)
        return self._nets.decoder.decode(
            code, levels, temperature or None, generator, allowed=allowed, leap_cost=config.sample_leap_cost
        )

    def _with_usual_feel(self, tokens: Tensor, generator: torch.Generator | None = None) -> list[MelodyLoop]:
        """Return loops with velocities that such notes usually have; with a generator, drawn ones."""
        mu, logvar = self._nets.feel.expect(tokens)
        if generator is not None:
            mu = mu + torch.exp(0.5 * logvar) * torch.randn(mu.shape, generator=generator)
        return self._space.played(tokens, mu, torch.zeros(*tokens.shape, 2))

    def _usual_loops(self, events: NDArray[np.integer]) -> list[MelodyLoop]:
        return self._with_usual_feel(_tokens(events))


def _mask(allowed: NDArray[np.bool_] | None) -> Tensor | None:
    if allowed is None:
        return None
    array = np.asarray(allowed, np.bool_)
    if array.shape != (LOOP_STEPS, MAX_PITCH + 1):
        raise ModelError(f"what is allowed is (32, 128), not {array.shape}")
    return torch.from_numpy(array)


def _mean_pitch(tokens: Tensor) -> Tensor:
    """Return the mean pitch (B,) of tokens (B, 32); not a number where no note starts."""
    played = tokens >= FIRST_PITCH
    total = ((tokens - FIRST_PITCH) * played).sum(1).float()
    return total / played.sum(1)


def _moved_into(tokens: Tensor, register: tuple[int, int]) -> Tensor:
    """Return tokens moved by whole octaves so that their mean pitch comes near the register's middle."""
    middle = 0.5 * (register[0] + register[1])
    octaves = torch.nan_to_num(((middle - _mean_pitch(tokens)) / OCTAVE).round())
    moved = tokens + OCTAVE * octaves.long()[:, None]
    return torch.where(tokens >= FIRST_PITCH, moved.clamp(FIRST_PITCH, TOKENS - 1), tokens)


def _to_events(tokens: Tensor) -> Events:
    return np.asarray(tokens.numpy(), np.int64) - FIRST_PITCH


def _events(loops: Sequence[MelodyLoop]) -> Events:
    return np.stack([loop.events for loop in loops]).astype(np.int64)


def _tokens(loops: ArrayLike) -> Tensor:
    events = np.asarray(loops)
    if events.ndim != 2 or events.shape[1] != LOOP_STEPS:
        raise ModelError(f"melodies are (B, 32), not {events.shape}")
    tokens = events.astype(np.int64) + FIRST_PITCH
    if tokens.min(initial=0) < 0 or tokens.max(initial=0) >= TOKENS:
        raise ModelError("melody events are -2 (no event), -1 (note off) and pitches 0 to 127")
    return torch.from_numpy(tokens)
