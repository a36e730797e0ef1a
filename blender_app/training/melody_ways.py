"""Ways between melodies that the model has not seen."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_app.core.melody import MelodyLoop
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.melody_model import MelodyModel
from blender_app.training.evaluate_melody import SHIFT, WORDS
from blender_app.training.judge_ways import COST, PAIRS, WayJudge
from blender_app.training.judging import POINTS
from blender_app.training.melody import MADE
from blender_app.training.metrics import Floats, Tokens, melody_features
from blender_app.training.middle import Middle, melody_middle
from blender_app.training.rulers import melody_character, melody_rulers
from blender_app.training.ways import Loops


class MelodyWays(WayJudge):
    """Ways between melodies and basses, as tokens: 0 no event, 1 note off, pitch + 2.

    Parameters
    ----------
    model
        What is judged.
    corpus
        Loops on both sides of a split; basses that were made by rule are left out.
    pairs, tuning
        As in `WayJudge`.
    """

    words, new = WORDS, "middle: pitches that neither end has"
    musts: ClassVar[dict[str, str]] = {COST: "<= 1.06"}

    def __init__(
        self, model: MelodyModel, corpus: MelodyCorpus, pairs: int = PAIRS, tuning: bool = False
    ) -> None:
        self.model = model
        names = [name for name in corpus.source_names if name != MADE and corpus.chosen(True, [name]).any()]
        super().__init__(corpus.events.astype(np.int64) + SHIFT, corpus, {"all sets": names}, pairs, tuning)

    def tokens(self, loops: Loops) -> Tokens:
        """Return `loops`, which are tokens."""
        return loops

    def features(self, tokens: Tokens) -> Floats:
        """Return `melody_features` of `tokens` (N, T)."""
        return melody_features(tokens)

    def middle(self, lines: Tokens, reference: Floats) -> Middle:
        """Return what `melody_middle` does; `lines` and `reference` as there."""
        return melody_middle(lines, reference)

    def count(self, tokens: Tokens) -> NDArray[np.int64]:
        """Return how many notes each of `tokens` (N, T) has."""
        return np.asarray((tokens >= SHIFT).sum(1))

    def rulers(self, line: Loops) -> dict[str, float]:
        """Return what `melody_rulers` does of a `line`."""
        return melody_rulers(line)

    def character(self, loops: Loops) -> dict[str, float]:
        """Return what `melody_character` does of `loops`."""
        return melody_character(loops)

    def way(self, a: Loops, b: Loops, plain: bool = False, wander: float = DEFAULT_WANDER) -> Loops:
        """Return the model's way from `a` to `b` (N, T); `plain` and `wander` as in `WayJudge.way`."""
        alphas, lines = np.linspace(0.0, 1.0, POINTS), []
        for first, last in zip(a, b, strict=True):
            start, end = (MelodyLoop.from_events(side - SHIFT) for side in (first, last))
            morph = self.model.make_morph(start, end, plain=plain, wander=wander)
            lines.append(np.stack([loop.events for loop in morph.at(alphas)]).astype(np.int64))
        line = np.stack(lines, 1) + SHIFT
        line[0], line[-1] = a, b
        return line
