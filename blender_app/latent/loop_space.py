"""What a blend needs to know of a kind of loop: the same words for drums and for melodies.

A kind's *content* is the tensor that its networks read: for drums hits (N, T, V) in -1 / +1, for
melodies tokens (N, T). Its *target logits* (N, T, W) are what speaks for that content when added to the
decoder's logits. *Dynamics* are how the content is played: velocity and microtiming.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor

from blender_app.core.lengths import Loop
from blender_app.latent.common import Known
from blender_app.latent.config import ModelConfig

LoopT = TypeVar("LoopT", bound=Loop)


class LoopSpace(Protocol, Generic[LoopT]):
    """One kind of loop and its networks."""

    @property
    def config(self) -> ModelConfig:
        """Sizes and settings of the model."""

    def silence(self) -> Tensor:
        """Return the content of one loop of silence, (1, T, ...)."""

    def content(self, loops: Sequence[LoopT]) -> Tensor:
        """Return the content of `loops`, which are of the model's length."""

    def target_logits(self, content: Tensor) -> Tensor:
        """Return what speaks for each choice of `content`, (N, T, W), at most 1."""

    def encode(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return the posterior's mean and log-variance, each (N, Z), of `content`."""

    def refine(self, content: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return codes (N, Z) near `mu` that the decoder says as `content`.

        `logvar` (N, Z), the posterior's, says how far each code may go.
        """

    def margin(self, codes: Tensor, content: Tensor) -> Tensor:
        """Return by how much the decoder at noise 0 prefers each choice, (N, T, W or 1).

        `codes` (N, Z) are decoded; `content` is what they should say.
        """

    def decode(
        self,
        codes: Tensor,
        noise: Tensor,
        bias: Tensor | None = None,
        allowed: Tensor | None = None,
        temperature: float | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return the content of codes (N, Z) at noise levels (N,).

        Parameters
        ----------
        codes, noise
            What is decoded, and how uncertain it is.
        bias
            Added to the logits, (N, T, W).
        allowed
            Which pitches may start at each step, bool (T, 128), where the kind has pitches.
        temperature
            None takes the likeliest content.
        generator
            Source of chance at a temperature; None is torch's own.
        """

    def sample(
        self,
        n: int,
        temperature: float,
        generator: torch.Generator | None = None,
        allowed: Tensor | None = None,
    ) -> Tensor:
        """Return the content of `n` loops from the prior.

        At `temperature` 0 each code gives its likeliest content; `generator` and `allowed` as in `decode`.
        """

    def base(self, codes: Tensor, steps: int) -> Tensor:
        """Return `codes` (N, Z) in the base of the prior's flow, where samples are N(0, I).

        `steps` is in how many they are carried there.
        """

    def from_base(self, points: Tensor, steps: int) -> Tensor:
        """Return the codes (N, Z) of base `points`, carried there in `steps`."""

    def onsets(self, content: Tensor) -> Tensor:
        """Return how many onsets `content` has, float (N,)."""

    def onset_logits(self) -> Tensor:
        """Return 1 for every choice that is an onset, else 0, (T, W)."""

    def changed(self, before: Tensor, after: Tensor) -> Tensor:
        """Return at which steps (..., T) the contents `before` and `after` differ."""

    def dynamics_code(self, loops: Sequence[LoopT], content: Tensor) -> Tensor:
        """Return codes (N, F) of how `loops`, whose content is `content`, are played."""

    def usual_dynamics(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance (N, F) of the codes of how such `content` is usually played."""

    def dynamics(self, loops: Sequence[LoopT]) -> tuple[Tensor, Tensor]:
        """Return how `loops` are played (N, T, ..., 2), and where there is an onset, bool (N, T, ...).

        The former are velocity in 0..1 and microtiming in steps.
        """

    def played(self, content: Tensor, code: Tensor, known: Known | None = None) -> list[LoopT]:
        """Return loops of `content` with dynamics of `code` (N, F), drawn to what is `known` of them."""
