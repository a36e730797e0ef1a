"""Ways between drum loops that the model has not seen."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import VOICES, DrumLoop, hits_to_tokens, tokens_to_hits
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.corpus.prepare import DrumCorpus
from blender_app.latent.drum_model import DrumModel
from blender_app.training.drums import PLAYED
from blender_app.training.judge_ways import AUC, COST, DENSITY, DRAWS, PAIRS, WayJudge
from blender_app.training.judging import POINTS
from blender_app.training.metrics import Floats, Tokens, drum_features
from blender_app.training.middle import Middle, drum_middle
from blender_app.training.rulers import drum_character, drum_rulers, voice_density
from blender_app.training.table import Table
from blender_app.training.ways import Loops


class DrumWays(WayJudge):
    """Ways between drum loops, as velocities.

    Parameters
    ----------
    model
        What is judged.
    corpus
        Loops on both sides of a split.
    pairs, tuning
        As in `WayJudge`.
    """

    words, new = 512, "middle: hits that neither end has"
    musts: ClassVar[dict[str, str]] = {
        AUC: "<= .68",
        DENSITY: ".95-1.05",
        new: ">= .06",
        COST: "<= 1.12",
        "largest of 8 steps": "<= .18",
        "goes back (0 no)": "0",
        "length over the ends' distance": "<= 2.0",
    }

    def __init__(
        self, model: DrumModel, corpus: DrumCorpus, pairs: int = PAIRS, tuning: bool = False
    ) -> None:
        known = [name for name in corpus.source_names if corpus.chosen(True, [name]).any()]
        groups = {"GMD": PLAYED} if PLAYED[0] in known else {}
        self.model = model
        super().__init__(corpus.windows.velocity, corpus, {**groups, "all sets": known}, pairs, tuning)

    def tokens(self, loops: Loops) -> Tokens:
        """Return the hits of `loops` (..., T, 9) as tokens (..., T)."""
        return hits_to_tokens(loops > 0)

    def features(self, tokens: Tokens) -> Floats:
        """Return `drum_features` of `tokens` (N, T)."""
        return drum_features(tokens)

    def middle(self, lines: Tokens, reference: Floats) -> Middle:
        """Return what `drum_middle` does; `lines` and `reference` as there."""
        return drum_middle(lines, reference)

    def count(self, tokens: Tokens) -> NDArray[np.int64]:
        """Return how many hits each of `tokens` (N, T) has."""
        return np.asarray(tokens_to_hits(tokens).sum((1, 2)))

    def rulers(self, line: Loops) -> dict[str, float]:
        """Return what `drum_rulers` does of a `line`."""
        return drum_rulers(line)

    def character(self, loops: Loops) -> dict[str, float]:
        """Return what `drum_character` does of `loops`."""
        return drum_character(loops)

    def voice_curves(self, draws: int = DRAWS) -> Table:
        """Return the density of each voice over the way as shipped where both ends have it; `draws` of pairs.

        A row a voice, a column a point; 1 is the straight mix of the ends' densities.
        """
        table = Table()
        for seed in range(draws):
            pairs = self.draw(next(iter(self.groups)), seed)
            density = voice_density(self.way(pairs.a, pairs.b))
            for alpha, row in zip(np.linspace(0.0, 1.0, POINTS), density, strict=True):
                table.add(f"{alpha:g}", dict(zip(VOICES, row.tolist(), strict=True)))
        return table

    def way(self, a: Loops, b: Loops, plain: bool = False, wander: float = DEFAULT_WANDER) -> Loops:
        """Return the model's way from `a` to `b` (N, T, 9); `plain` and `wander` as in `WayJudge.way`."""
        alphas, lines = np.linspace(0.0, 1.0, POINTS), []
        for first, last in zip(a, b, strict=True):
            start, end = (
                DrumLoop(side > 0, side, np.zeros(side.shape, np.float32)) for side in (first, last)
            )
            morph = self.model.make_morph(start, end, plain=plain, wander=wander)
            lines.append(np.stack([loop.velocity for loop in morph.at(alphas)]))
        line = np.stack(lines, 1)
        line[0], line[-1] = a, b
        return line
