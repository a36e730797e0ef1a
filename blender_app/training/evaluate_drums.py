"""Judge a drum model on loops that it has not seen: expression, realism, smoothness, dynamics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from blender_app.core.drums import hits_to_tokens
from blender_app.corpus.prepare import DrumCorpus
from blender_app.latent.drum_model import DrumModel
from blender_app.latent.palette import grid_points
from blender_app.training.augment import draw
from blender_app.training.drawn import drawn_drums
from blender_app.training.drums import PLAYED
from blender_app.training.judging import AT_ONCE, POINTS, Figure, Scale
from blender_app.training.metrics import (
    NGram,
    drum_features,
    frechet_distance,
    neighbours,
    smoothness,
    two_sample_auc,
)

Hits = NDArray[np.bool_]


def evaluate_drums(
    name: str | Path, data: Path, scale: Scale | None = None, seed: int = 0, progress: bool = True
) -> list[Figure]:
    """Return the figures of a model on a prepared corpus's validation loops.

    The Groove MIDI Dataset's validation split where the corpus has it, otherwise all that are held
    out.

    Parameters
    ----------
    name
        Of a shipped model, or a model's folder.
    data
        The prepared corpus.
    scale
        How many loops each figure is taken over.
    seed
        Decides which.
    progress
        Whether a bar is shown.

    Raises
    ------
    LoopweaveError
        The model or the data cannot be read.
    """
    judge = _Judge(DrumModel.load(name), DrumCorpus.load(data), scale or Scale(), seed)
    parts = (
        judge.expression,
        judge.drawn,
        judge.realism,
        judge.smoothness,
        judge.palettes,
        judge.dynamics,
    )
    return [figure for part in tqdm(parts, desc="judging", disable=not progress) for figure in part()]


class _Judge:
    def __init__(self, model: DrumModel, corpus: DrumCorpus, scale: Scale, seed: int) -> None:
        self.model, self.scale = model, scale
        self.rng = np.random.default_rng(seed)
        known = PLAYED if PLAYED[0] in corpus.source_names else None
        self.train = corpus.side(False)
        held = corpus.side(True, known)
        self.held = held[self.rng.permutation(len(held))]
        self.train_tokens = hits_to_tokens(self.train.hits)
        self.played_tokens = hits_to_tokens(corpus.side(False, known).hits)
        self.language = NGram(self.train_tokens)

    def _exact(self, hits: Hits, refined: bool) -> float:
        encode = self.model.refine if refined else self.model.encode
        right = 0.0
        for part in np.array_split(hits, max(1, len(hits) // AT_ONCE)):
            right += float((self.model.decode(encode(part)) == part).all(-1).mean(1).sum())
        return right / len(hits)

    def expression(self) -> Iterator[Figure]:
        hits = self.held.hits[: self.scale.loops]
        yield Figure("steps exact, most likely loop of mu", self._exact(hits, False), ">= .94")
        yield Figure("steps exact after refining z", self._exact(hits, True), ">= .995")
        said = self.model.decode(self.model.encode(hits))
        both = (said & hits).sum()
        yield Figure("F1 of hits, most likely loop of mu", float(2 * both / (said.sum() + hits.sum())))

    def drawn(self) -> Iterator[Figure]:
        hits = draw(self.scale.loops // 2, np.random.default_rng(1234))
        yield Figure("drawn loops, steps exact, mu", self._exact(hits, False))
        yield Figure("drawn loops, steps exact after refining z", self._exact(hits, True), ">= .99")
        for kind, loops in drawn_drums(self.scale.drawn, np.random.default_rng(1234)).items():
            yield Figure(f"{kind}: steps exact after refining z", self._exact(loops, True), ">= .97")

    def realism(self) -> Iterator[Figure]:
        sample = hits_to_tokens(self.model.sample(self.scale.samples, seed=1))
        played = self.played_tokens
        chosen = played[self.rng.permutation(len(played))[: self.scale.samples]]
        features, reference = drum_features(sample), drum_features(chosen)
        yield Figure(
            "prior samples: AUC against training loops", two_sample_auc(features, reference), "<= .60"
        )
        apart = frechet_distance(features, drum_features(played))
        yield Figure("prior samples: Frechet distance to training", apart, "<= 1.8")
        known = {row.tobytes() for row in self.train_tokens}
        novel = np.mean([row.tobytes() not in known for row in sample])
        yield Figure("prior samples: share of novel loops", float(novel), ">= .90")
        bits = self.language.bits_per_step(sample)
        held = self.language.bits_per_step(hits_to_tokens(self.held.hits[: self.scale.samples]))
        yield Figure("prior samples: LM bits a step", bits, f"held-out {held:.2f} +- .4")

    def smoothness(self) -> Iterator[Figure]:
        a = self.held.hits[: self.scale.pairs]
        b = self.held.hits[-self.scale.pairs :]
        for name, line in self._interpolations(a, b):
            tokens = hits_to_tokens(line)
            tokens[0], tokens[-1] = hits_to_tokens(a), hits_to_tokens(b)
            report = smoothness(tokens, self.language)
            shipped = name == "as shipped"
            yield Figure(f"{name}: largest of 8 steps", report.largest_step, "<= .20" if shipped else "")
            worst = float(report.relative_cost.max())
            yield Figure(f"{name}: worst relative LM cost", worst, "<= 1.12" if shipped else "")
            yield Figure(f"{name}: goes back (0 no)", report.goes_back, "0" if shipped else "")

    def _interpolations(self, a: Hits, b: Hits) -> Iterator[tuple[str, Hits]]:
        yield "as shipped", self.model.interpolate(a, b, POINTS)
        yield "straight line", self.model.interpolate(a, b, POINTS, plain=True)
        alpha = np.linspace(0.0, 1.0, POINTS)[:, None, None, None]
        from_b = self.rng.random((POINTS, *a.shape[:2], 1)) < alpha
        yield "cross-fade", np.where(from_b, b, a)

    def palettes(self) -> Iterator[Figure]:
        corners = self.rng.integers(0, len(self.held), (self.scale.palettes, 4))
        seen = [neighbours(self.model.palette(self.held.hits[index], 11, 11)) for index in corners]
        apart = np.mean([(self.held.hits[i[0]] != self.held.hits[i[1]]).sum() for i in corners])
        plain = [neighbours(self._cross_fade(self.held.hits[index])) for index in corners]
        yield Figure("palettes: hits between corners, for scale", float(apart))
        yield Figure("cross-faded palettes: hits changed", float(np.mean([s.mean for s in plain])))
        yield Figure("cross-faded palettes: worst neighbours", float(np.mean([s.worst for s in plain])))
        yield Figure("palettes: hits changed between neighbours", float(np.mean([s.mean for s in seen])))
        yield Figure("palettes: worst neighbours, mean", float(np.mean([s.worst for s in seen])))
        yield Figure("palettes: distinct of 121", float(np.mean([s.distinct for s in seen])), ">= 80")

    def _cross_fade(self, corners: Hits) -> Hits:
        """Return a palette (11, 11, T, 9) whose cells take each hit or rest over at a place of its own."""
        x, y = grid_points(11, 11).T
        shares = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], 1)
        chance = np.einsum("nk,ktv->ntv", shares, corners)
        hits: Hits = chance > self.rng.random(corners.shape[1:])
        return hits.reshape(11, 11, *corners.shape[1:])

    def dynamics(self) -> Iterator[Figure]:
        held = self.held[: self.scale.loops]
        z = self.model.encode_full(held.hits, held.velocity, held.microtiming)
        said = self.model.decode_full(z)
        both = said.hits & held.hits
        for name in ("velocity", "microtiming"):
            known, true = getattr(self.train, name), getattr(held, name).astype(np.float64)
            mean = known.sum(0, dtype=np.float64) / np.maximum(self.train.hits.sum(0), 1)
            error = np.abs(getattr(said, name).astype(np.float64) - true)[both].mean()
            guess = np.abs(mean - true)[both].mean()
            yield Figure(f"{name} error, against the mean by voice and step", error / guess, "<= .6")
