"""Judge a melody model on songs that it has not seen: expression, realism, smoothness, the morph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.melody_model import MelodyModel
from blender_app.training.drawn import drawn_melodies
from blender_app.training.halves import reporting_half
from blender_app.training.judging import AT_ONCE, POINTS, Figure, Scale
from blender_app.training.melody import MADE
from blender_app.training.metrics import (
    NGram,
    Smoothness,
    best_key_share,
    frechet_distance,
    melody_features,
    octave_leaps,
    smoothness,
    two_sample_auc,
)

Events = NDArray[np.int64]
WORDS, SHIFT = 130, 2
LANGUAGE_LOOPS = 40_000
"""Training loops from which the language model learns."""
FEATURE_LOOPS = 20_000
"""About how many training loops samples' features are compared with."""
DRAWS = 4
"""How often pairs are drawn anew: figures of one draw alone look surer than they are."""
MORPH_TARGETS = {
    "worst relative LM cost": "<= 1.10",
    "octave leaps among intervals": "<= .03",
    "least advantage in LM cost over the cross-fade": "> 0",
    "least advantage in the key over the cross-fade": "> 0",
    "least advantage in LM cost over the piano-roll average": "> 0",
    "least advantage in the key over the piano-roll average": "> 0",
}
"""What must hold from basses to melodies, by figure."""
GROUPS = {
    "pop909": (("pop909",), False, ">= .96", ">= .995"),
    "games": (("freedoom", "freedoom-history", "simutrans", "easyrpg-rtp"), False, ">= .93", ">= .985"),
    "bass": (("freedoom", "freedoom-history", "simutrans", "easyrpg-rtp"), True, ">= .93", ">= .985"),
    "openewld": (("openewld",), False, "", ""),
    "cre-irish": (("cre-irish",), False, "", ""),
}
"""Sources, whether basses are meant, and what must be exact as encoded and refined."""


def evaluate_melody(
    name: str | Path, data: Path, scale: Scale | None = None, seed: int = 0, progress: bool = True
) -> list[Figure]:
    """Return the figures of a melody model on a prepared corpus's validation loops.

    Basses that were made by rule are not among them.

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
    judge = MelodyJudge(MelodyModel.load(name), MelodyCorpus.load(data), scale or Scale(), seed)
    parts = judge.expression, judge.drawn, judge.velocity, judge.realism, judge.smoothness, judge.morph
    return [figure for part in tqdm(parts, desc="judging", disable=not progress) for figure in part()]


class MelodyJudge:
    """A `model` beside loops that it has and has not seen.

    Parameters
    ----------
    model
        What is judged.
    corpus
        Loops on both sides of a split, of which the model has seen one.
    scale
        How many loops each figure is taken over.
    seed
        Decides which.
    tuning
        Whether pairs and held-out loops are of the half to tune on, instead of the one to report on.
    """

    def __init__(
        self, model: MelodyModel, corpus: MelodyCorpus, scale: Scale, seed: int, tuning: bool = False
    ) -> None:
        self.model, self.corpus, self.scale = model, corpus, scale
        self.rng = np.random.default_rng(seed)
        self.played = [name for name in corpus.source_names if name != MADE]
        self.train = corpus.side(False, self.played).events.astype(np.int64)
        self.reported = corpus.validation & (reporting_half(corpus, corpus.events) != tuning)
        held = corpus.events[self.reported & corpus.chosen(True, self.played)].astype(np.int64)
        self.held = held[self.rng.permutation(len(held))]
        chosen = self.rng.permutation(len(self.train))[:LANGUAGE_LOOPS]
        self.language = NGram(self.train[chosen] + SHIFT, words=WORDS)

    def _exact(self, events: Events, refined: bool) -> float:
        encode = self.model.refine if refined else self.model.encode
        parts = np.array_split(events, max(1, len(events) // AT_ONCE))
        return float(np.mean(np.concatenate([self.model.decode(encode(part)) == part for part in parts])))

    def expression(self) -> Iterator[Figure]:
        """Yield how many steps are exact, for each group of sources."""
        for group, (sources, bass, plain, refined) in GROUPS.items():
            events = self.corpus.side(True, sources, bass).events.astype(np.int64)[: self.scale.loops]
            if len(events):
                yield Figure(
                    f"{group}: steps exact, most likely loop of mu", self._exact(events, False), plain
                )
                yield Figure(f"{group}: steps exact after refining z", self._exact(events, True), refined)

    def drawn(self) -> Iterator[Figure]:
        """Yield how many steps are exact of what people draw, and that refining makes none of it worse."""
        worse = 0
        for kind, events in drawn_melodies(self.scale.drawn, np.random.default_rng(1234)).items():
            plain, refined = (
                (self.model.decode(encode(events)) == events).sum(1)
                for encode in (self.model.encode, self.model.refine)
            )
            worse += int((refined < plain).sum())
            yield Figure(
                f"{kind}: steps exact, most likely loop of mu", float(plain.mean() / events.shape[1])
            )
            exact = float(refined.mean() / events.shape[1])
            yield Figure(f"{kind}: steps exact after refining z", exact, ">= .97")
        yield Figure("drawn melodies that refining makes worse", worse, "0")

    def velocity(self) -> Iterator[Figure]:
        """Yield the velocity's error where a source has velocities, relative to the mean by step."""
        held, train = self.corpus.side(True), self.corpus.side(False)
        known = np.flatnonzero(held.velocity.any(1))[: self.scale.loops]
        if len(known):
            held = held[known]
            at = held.velocity > 0
            mean = train.velocity.sum(0, dtype=np.float64) / np.maximum((train.velocity > 0).sum(0), 1)
            guess = np.abs(mean - held.velocity)[at].mean()
            loops = self.model.with_dynamics_of(held.events, held.velocity)
            said = np.stack([loop.velocity for loop in loops]).astype(np.float64)
            error = np.abs(said - held.velocity)[at].mean()
            yield Figure("velocity error, against the mean by step", float(error / guess))

    def realism(self) -> Iterator[Figure]:
        """Yield how samples of the prior compare with unseen loops and with those that it learned from."""
        sample = self.model.sample(self.scale.samples, seed=1) + SHIFT
        train = self.train + SHIFT
        chosen = train[self.rng.permutation(len(train))[: self.scale.samples]]
        held = self.held[: self.scale.samples] + SHIFT
        features, reference, unseen = (melody_features(loops) for loops in (sample, chosen, held))
        yield Figure("prior samples: AUC against held-out loops", two_sample_auc(features, unseen))
        likeness = two_sample_auc(features, reference)
        yield Figure("prior samples: AUC against training loops, likeness only", likeness, "<= .62")
        yield Figure(
            "held-out loops: AUC against training loops, for scale", two_sample_auc(unseen, reference)
        )
        for name, loops in (("prior samples", sample), ("held-out loops", held)):
            yield Figure(f"{name}: share of under five notes", float(((loops >= SHIFT).sum(1) < 5).mean()))
        apart = frechet_distance(features, melody_features(train[:: max(1, len(train) // FEATURE_LOOPS)]))
        yield Figure("prior samples: Frechet distance to training", apart, "<= 1.5")
        known = {row.tobytes() for row in train}
        novel = float(np.mean([row.tobytes() not in known for row in sample]))
        yield Figure("prior samples: share of novel loops", novel, ">= .90")
        bits = self.language.bits_per_step(held)
        yield Figure(
            "prior samples: LM bits a step", self.language.bits_per_step(sample), f"held-out {bits:.2f} +- .2"
        )
        yield Figure("prior samples: octave leaps among intervals", octave_leaps(sample), "<= .02")
        yield Figure("held-out loops: the same, for scale", octave_leaps(held))
        yield Figure("prior samples: share of notes in the best key", best_key_share(sample), ">= .95")
        yield Figure("held-out loops: the same, for scale", best_key_share(held))

    def smoothness(self) -> Iterator[Figure]:
        """Yield how even and plausible interpolations between unseen loops of all sets are, by draws."""
        draws = [self.measured(*self.pairs()) for _ in range(DRAWS)]
        for name in draws[0]:
            reports = [draw[name] for draw in draws]
            steps, back = ([getattr(r, field) for r in reports] for field in ("largest_step", "goes_back"))
            costs = [float(report.relative_cost.max()) for report in reports]
            shipped = name == SHIPPED
            yield Figure(f"{name}: largest of 8 steps", float(np.mean(steps)), "<= .21" if shipped else "")
            yield from over_draws(f"{name}: worst relative LM cost", costs, "<= 1.06" if shipped else "")
            yield Figure(f"{name}: goes back (0 no)", float(max(back)), "0" if shipped else "")

    def pairs(self) -> tuple[Events, Events]:
        """Draw two loops of unseen melodies, each (N, 32); every set is as likely, however large it is."""
        sets = [self._reported([name], bass=False) for name in self.played]
        sets = [loops for loops in sets if len(loops)]
        count = min(self.scale.pairs, sum(map(len, sets)) // 2)
        turns = self.rng.integers(0, len(sets), 2 * count)
        loops = np.stack([sets[turn][self.rng.integers(len(sets[turn]))] for turn in turns])
        return loops[:count], loops[count:]

    def _reported(self, sources: Sequence[str], *, bass: bool) -> Events:
        """Return the melodies or basses of `sources` that figures are reported on."""
        mask = self.reported & self.corpus.chosen(True, sources) & (self.corpus.bass == bass)
        return np.asarray(self.corpus.events[mask], np.int64)

    def measured(self, a: Events, b: Events) -> dict[str, Smoothness]:
        """Return how each kind of interpolation from `a` to `b` (N, 32) fares."""
        return {name: smoothness(line, self.language) for name, line in self.interpolations(a, b)}

    def interpolations(self, a: Events, b: Events) -> Iterator[tuple[str, Events]]:
        """Yield each kind of interpolation from `a` to `b` (N, 32): (POINTS, N, 32), the ends themselves."""
        z_a, z_b = self.model.encode(a), self.model.encode(b)
        alphas = np.linspace(0.0, 1.0, POINTS)
        lines = (
            (SHIPPED, self.model.interpolate(a, b, POINTS)),
            ("straight line", np.stack([self.model.decode((1 - t) * z_a + t * z_b) for t in alphas])),
            ("slerp", np.stack([self.model.decode(slerp(z_a, z_b, t)) for t in alphas])),
            ("cross-fade", self._cross_fade(a, b)),
        )
        for name, line in lines:
            line[0], line[-1] = a, b
            yield name, line + SHIFT

    def _cross_fade(self, a: Events, b: Events) -> Events:
        """Take each step from one or the other loop, by chance."""
        alphas = np.linspace(0.0, 1.0, POINTS)[:, None, None]
        return np.where(self.rng.random((POINTS, *a.shape)) < alphas, b, a)

    def morph(self) -> Iterator[Figure]:
        """Yield what interpolations from basses to melodies are, and by how much they beat naive ones."""
        bass, melody = self.basses_and_melodies()
        if not len(bass):
            return
        draws = [self._morph(bass, melody)]
        draws += [self._morph(*self.basses_and_melodies()) for _ in range(DRAWS - 1)]
        for name in draws[0]:
            values = [draw[name] for draw in draws]
            yield from over_draws(f"bass to melody: {name}", values, MORPH_TARGETS.get(name, ""))

    def _morph(self, bass: Events, melody: Events) -> dict[str, float]:
        """Return the figures of interpolations from `bass` to `melody`, by name."""
        ours = self.model.interpolate(bass, melody, POINTS) + SHIFT
        mine = smoothness(ours, self.language)
        keys = np.array([best_key_share(loops) for loops in ours[1:-1]])
        figures = {
            "worst relative LM cost": float(mine.relative_cost.max()),
            "octave leaps among intervals": max(octave_leaps(loops) for loops in ours[1:-1]),
            "the same, of the ends": octave_leaps(np.concatenate([bass, melody]) + SHIFT),
            "least share of notes in the best key": float(keys.min()),
        }
        naive = {
            "cross-fade": self._cross_fade(bass, melody),
            "piano-roll average": roll_average(bass, melody),
        }
        for name, line in naive.items():
            theirs = smoothness(line + SHIFT, self.language)
            margin = (theirs.relative_cost - mine.relative_cost)[1:-1].min()
            figures[f"least advantage in LM cost over the {name}"] = float(margin)
            others = np.array([best_key_share(loops) for loops in line[1:-1] + SHIFT])
            figures[f"least advantage in the key over the {name}"] = float((keys - others).min())
        return figures

    def basses_and_melodies(self) -> tuple[Events, Events]:
        """Return pairs of an unseen bass line and an unseen melody, each (N, 32)."""
        sides = [self._reported(self.played, bass=bass) for bass in (True, False)]
        count = min(self.scale.pairs, *(len(side) for side in sides))
        bass, melody = (side[self.rng.permutation(len(side))[:count]] for side in sides)
        return bass, melody


def over_draws(name: str, values: Sequence[float], target: str) -> Iterator[Figure]:
    """Yield the mean of `values`, one of each draw, under a `name` and with its `target`, and their range."""
    yield Figure(name, float(np.mean(values)), target)
    yield Figure(f"{name}: lowest of {len(values)} draws", min(values))
    yield Figure(f"{name}: highest of {len(values)} draws", max(values))


SHIPPED = "as shipped"


def slerp(a: NDArray[np.float32], b: NDArray[np.float32], t: float) -> NDArray[np.float32]:
    """Return codes at `t` 0..1 of the great circle from `a` to `b` (N, Z) (Shoemake 1985, section 3.3)."""
    unit_a, unit_b = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (a, b))
    angle = np.arccos(np.clip((unit_a * unit_b).sum(1, keepdims=True), -0.9999, 0.9999))
    on_circle = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return np.asarray(on_circle, np.float32)


def roll_average(a: Events, b: Events) -> Events:
    """Return the means of piano rolls on the way from `a` to `b` (N, 32), as (POINTS, N, 32).

    A step starts a note where the weighted onsets of both reach a half, or where either starts one
    while the other sounds; its pitch is the weighted mean of what sounds in both.
    """
    rolls = [_sounding(side) for side in (a, b)]
    line = []
    for t in np.linspace(0.0, 1.0, POINTS):
        weights = [(1 - t) * (roll >= 0) for roll in rolls[:1]] + [t * (roll >= 0) for roll in rolls[1:]]
        total = weights[0] + weights[1]
        mean = (weights[0] * rolls[0] + weights[1] * rolls[1]) / np.maximum(total, 1e-9)
        pitch = np.where(total >= 0.5, np.rint(mean), -1).astype(np.int64)
        starts = ((a >= 0) & (weights[0] > 0)) | ((b >= 0) & (weights[1] > 0))
        before = np.concatenate([np.full_like(pitch[:, :1], -1), pitch[:, :-1]], 1)
        events = np.where(pitch >= 0, np.where(starts | (pitch != before), pitch, -2), -2)
        line.append(np.where((pitch < 0) & (before >= 0), -1, events))
    return np.stack(line)


def _sounding(events: Events) -> Events:
    """Return the pitch that sounds at each step (N, 32), -1 for none."""
    steps = np.arange(events.shape[1])
    last = np.maximum.accumulate(np.where(events != -2, steps, -1), axis=1)
    return np.where(last >= 0, np.take_along_axis(events, np.maximum(last, 0), 1), -1)
