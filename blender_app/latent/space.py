"""What a blend needs to know of a kind of loop: the same words for drums and for melodies.

A kind's *content* is the tensor that its networks read: for drums hits (N, T, V) in -1 / +1, for
melodies tokens (N, T). Its *votes* (N, T, W) are what speaks for that content when added to the
decoder's logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from torch import Tensor

from blender_app.latent.config import DrumConfig, MelodyConfig

LoopT = TypeVar("LoopT")


class Space(Protocol, Generic[LoopT]):
    """One kind of loop and its networks."""

    @property
    def config(self) -> DrumConfig | MelodyConfig:
        """Sizes and settings of the model."""

    def content(self, loops: Sequence[LoopT]) -> Tensor:
        """Return the content of loops."""

    def votes(self, content: Tensor) -> Tensor:
        """Return what speaks for each choice of `content`, (N, T, W), at most 1."""

    def encode(self, content: Tensor) -> tuple[Tensor, Tensor]:
        """Return the posterior's mean and log-variance, each (N, Z)."""

    def refine(self, content: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        """Return codes (N, Z) near `mu` that the decoder says as `content`."""

    def margin(self, codes: Tensor, content: Tensor) -> Tensor:
        """Return by how much the decoder at noise 0 prefers each choice of `content`, (N, T, W or 1)."""

    def decode(
        self, codes: Tensor, noise: Tensor, bias: Tensor | None = None, allowed: Tensor | None = None
    ) -> Tensor:
        """Return the likeliest content; `bias` (N, T, W) is added to the logits.

        `allowed` (T, P) says which pitches may start at each step, where the kind has pitches.
        """

    def changed(self, before: Tensor, after: Tensor) -> Tensor:
        """Return which steps (..., T) of two contents differ."""

    def feel(self, loops: Sequence[LoopT], content: Tensor) -> Tensor:
        """Return codes (N, F) of how the loops are played."""

    def feel_error(self, loops: Sequence[LoopT], content: Tensor, feel: Tensor) -> Tensor:
        """Return what the model gets wrong of how the loops are played, (N, T, ...)."""

    def played(self, content: Tensor, feel: Tensor, extra: Tensor) -> list[LoopT]:
        """Return loops of `content` played with codes `feel` (N, F), `extra` added to what they say."""
