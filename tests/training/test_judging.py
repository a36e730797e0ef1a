"""The figures that models are judged by, on models whose figures are known."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from blender_app.core.drums import hits_to_tokens
from blender_app.corpus.drum_windows import DrumWindows
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.config import DrumConfig, MelodyConfig
from blender_app.latent.drum_space import DrumArrays
from blender_app.training import augment, augment_melody
from blender_app.training.drums import DrumRecipe, DrumTrainer, dynamics, signs
from blender_app.training.evaluate_drums import _Judge
from blender_app.training.evaluate_melody import MelodyJudge, roll_average
from blender_app.training.halves import reporting_half
from blender_app.training.judging import POINTS, Figure, Scale
from blender_app.training.melody import MADE, MelodyRecipe, MelodyTrainer
from blender_app.training.metrics import (
    NGram,
    Smoothness,
    _logistic,
    best_key_share,
    drum_features,
    frechet_distance,
    intervals,
    melody_features,
    neighbours,
    octave_leaps,
    smoothness,
    two_sample_auc,
)
from blender_app.training.plot import plot_interpolations, plot_logs

SCALE = Scale(loops=12, pairs=4, palettes=3, samples=60)


def values(figures: Sequence[Figure]) -> dict[str, float]:
    return {figure.name: figure.value for figure in figures}


def test_a_figure_is_a_line_of_a_table() -> None:
    assert str(Figure("name", 0.25, "<= 1")).split() == ["name", "0.250", "<=", "1"]


# -- drums ------------------------------------------------------------------------------------------


def drum_corpus(count: int = 80) -> DrumCorpus:
    rng = np.random.default_rng(0)
    hits = augment.draw(count, rng)
    hits[:, 0, 0] = True
    velocity = np.where(hits, rng.integers(30, 120, hits.shape), 0).astype(np.uint8)
    timing = np.where(hits, rng.uniform(-0.3, 0.3, hits.shape), 0.0).astype(np.float32)
    source = np.arange(count) % 2
    return DrumCorpus(np.arange(count) % 4 < 2, source, ("gmd", "other"), DrumWindows(hits, velocity, timing))


class DrumOracle:
    """A model that says every loop but for one hit on the first step; refined, it says all."""

    def encode(self, hits: np.ndarray) -> np.ndarray:
        wrong = hits.copy()
        wrong[:, 0, 0] = False
        return wrong

    def refine(self, hits: np.ndarray) -> np.ndarray:
        return hits

    def decode(self, z: np.ndarray) -> np.ndarray:
        return z

    def sample(self, n: int, seed: int) -> np.ndarray:
        assert seed == 1, "the card's figures are of this one"
        hits = augment.draw(n, np.random.default_rng(seed))
        hits[:, 0, 0] = True
        return hits

    def interpolate(self, a: np.ndarray, b: np.ndarray, steps: int, plain: bool = False) -> np.ndarray:
        line = np.stack([np.where(np.arange(32)[:, None] < 4 * point, b, a) for point in range(steps)])
        return line[[0, *[steps - 1] * (steps - 1)]] if plain else line

    def palette(self, corners: np.ndarray, rows: int, cols: int) -> np.ndarray:
        grid = np.zeros((rows, cols, 32, 9), np.bool_)
        grid[1::2, :, :2, 0] = True
        return grid

    def encode_full(self, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
        return arrays

    def decode_full(self, z: tuple[np.ndarray, ...]) -> DrumArrays:
        return DrumArrays(z[0], z[1], z[2] * 0.0)


@pytest.fixture
def drums() -> _Judge:
    return _Judge(DrumOracle(), drum_corpus(), SCALE, 0)


def test_drums_are_judged_on_unseen_performances(drums: _Judge) -> None:
    corpus = drum_corpus()
    assert len(drums.held) == corpus.validation[corpus.source == 0].sum()
    assert len(drums.train) == (~corpus.validation).sum()
    np.testing.assert_array_equal(drums.train.hits, corpus.side(False).hits)
    played = corpus.side(False, ("gmd",)).hits
    np.testing.assert_array_equal(drums.played_tokens, hits_to_tokens(played))
    assert len(played) == 20


def test_expression_counts_steps_and_hits(drums: _Judge) -> None:
    figures = values(list(drums.expression()))
    assert figures["steps exact, most likely loop of mu"] == pytest.approx(31 / 32)
    assert figures["steps exact after refining z"] == 1.0
    hits = drums.held.hits[:12].sum()
    assert figures["F1 of hits, most likely loop of mu"] == pytest.approx(2 * (hits - 12) / (2 * hits - 12))
    drawn = values(list(drums.drawn()))
    assert drawn["drawn loops, steps exact after refining z"] == 1.0
    assert 31 / 32 <= drawn["drawn loops, steps exact, mu"] < 1.0
    assert drawn["voices in turn: steps exact after refining z"] == 1.0
    assert len(drawn) == 9
    drums.model.refine = drums.model.encode
    drawn = values(list(drums.drawn()))
    assert drawn["voices in turn: steps exact after refining z"] == pytest.approx(1 - 1 / 9 / 32)
    assert drawn["only bar 2, full: steps exact after refining z"] == 1.0


def test_realism_compares_samples_with_loops(drums: _Judge) -> None:
    figures = values(list(drums.realism()))
    assert 0.9 < figures["prior samples: share of novel loops"] < 1.0
    assert 0.2 < figures["prior samples: AUC against training loops"] < 0.95
    assert figures["prior samples: LM bits a step"] > 0.5
    drums.model.sample = lambda n, seed: drums.train.hits[:n]
    known = values(list(drums.realism()))
    assert known["prior samples: share of novel loops"] == 0.0
    assert known["prior samples: LM bits a step"] < figures["prior samples: LM bits a step"]


def test_interpolations_are_compared(drums: _Judge) -> None:
    figures = values(list(drums.smoothness()))
    assert figures["as shipped: largest of 8 steps"] < 0.5
    assert figures["straight line: largest of 8 steps"] == pytest.approx(1.0)
    assert {figures[f"{name}: goes back (0 no)"] for name in ("as shipped", "straight line")} == {0}
    assert figures["as shipped: worst relative LM cost"] >= 1.0 - 1e-9
    assert 0.1 < figures["cross-fade: largest of 8 steps"] < 0.4


def test_what_is_promised_is_promised_of_what_is_shipped(drums: _Judge, melodies: MelodyJudge) -> None:
    for judge in (drums, melodies):
        for figure in judge.smoothness():
            if "draws" in figure.name:
                continue
            assert bool(figure.target) == figure.name.startswith("as shipped"), figure.name


def test_palettes_are_compared_with_cross_fades(drums: _Judge) -> None:
    figures = values(list(drums.palettes()))
    assert figures["palettes: hits changed between neighbours"] == pytest.approx(1.0)  # two on half the edges
    assert figures["palettes: worst neighbours, mean"] == 2.0
    assert figures["palettes: distinct of 121"] == 2.0
    apart = figures["palettes: hits between corners, for scale"]
    assert 0 < figures["cross-faded palettes: hits changed"] < 0.35 * apart
    corners = drums.held.hits[:4]
    faded = drums._cross_fade(corners)
    np.testing.assert_array_equal(faded[[0, 0, -1, -1], [0, -1, 0, -1]], corners)
    mine, other = faded[0, :, :, :], corners[:2].any(0)
    assert not (mine & ~other).any()


def test_dynamics_are_measured_against_the_mean(drums: _Judge) -> None:
    figures = values(list(drums.dynamics()))
    assert figures["velocity error, against the mean by voice and step"] == 0.0
    held, train = drums.held[:12], drums.train
    mean = train.microtiming.sum(0, dtype=np.float64) / np.maximum(train.hits.sum(0), 1)
    at = held.hits
    expected = np.abs(held.microtiming)[at].mean() / np.abs(mean - held.microtiming)[at].mean()
    assert figures["microtiming error, against the mean by voice and step"] == pytest.approx(expected)


def test_drum_figures_are_taken_over_what_the_seed_chooses(
    drums: _Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = drum_corpus().side(True, ("gmd",))
    shuffled = held[np.random.default_rng(0).permutation(len(held))]
    np.testing.assert_array_equal(drums.held.hits, shuffled.hits)
    hits = drums.held.hits
    drums.rng = np.random.default_rng(5)
    real = {figure.name: figure for figure in drums.realism()}
    rng, sample = np.random.default_rng(5), hits_to_tokens(drums.model.sample(60, seed=1))
    played = drums.played_tokens[rng.permutation(len(drums.played_tokens))[:60]]
    auc = two_sample_auc(drum_features(sample), drum_features(played))
    assert real["prior samples: AUC against training loops"].value == auc
    apart = frechet_distance(drum_features(sample), drum_features(drums.played_tokens))
    assert real["prior samples: Frechet distance to training"].value == pytest.approx(apart)
    bits = drums.language.bits_per_step(hits_to_tokens(hits[:60]))
    assert real["prior samples: LM bits a step"].target == f"held-out {bits:.2f} +- .4"
    drums.rng = np.random.default_rng(6)
    lines = dict(drums._interpolations(hits[:3], hits[3:6]))
    alpha = np.arange(9)[:, None, None, None] / 8
    mixed = np.where(np.random.default_rng(6).random((9, 3, 32, 1)) < alpha, hits[3:6], hits[:3])
    np.testing.assert_array_equal(lines["cross-fade"], mixed)
    drums.rng = np.random.default_rng(7)
    figures = values(list(drums.palettes()))
    rng = np.random.default_rng(7)
    chosen = rng.integers(0, len(hits), (3, 4))
    apart = np.mean([(hits[a] != hits[b]).sum() for a, b, *_ in chosen])
    assert figures["palettes: hits between corners, for scale"] == pytest.approx(apart)
    faded = []
    for corners in hits[chosen]:
        places, grid = rng.random((32, 9)), np.zeros((11, 11, 32, 9), np.bool_)
        for row in range(11):
            for col in range(11):
                x, y = col / 10, row / 10
                shares = (1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y
                chance = sum(share * corner for share, corner in zip(shares, corners, strict=True))
                grid[row, col] = chance > places
        faded.append(neighbours(grid))
    expected = np.mean([each.mean for each in faded])
    assert figures["cross-faded palettes: hits changed"] == pytest.approx(expected, rel=1e-3)
    worst = np.mean([each.worst for each in faded])
    assert figures["cross-faded palettes: worst neighbours"] == pytest.approx(worst, abs=0.7)
    asked: list[tuple[int, float]] = []

    def drawn(count: int, rng: np.random.Generator) -> np.ndarray:
        asked.append((count, rng.random()))
        return hits[:count]

    monkeypatch.setattr("blender_app.training.evaluate_drums.draw", drawn)
    list(drums.drawn())
    assert asked == [(6, np.random.default_rng(1234).random())], "the same loops for every model"


def test_interpolations_of_drums_end_in_the_loops(drums: _Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[np.ndarray] = []

    def measure(line: np.ndarray, _model: NGram) -> Smoothness:
        lines.append(line)
        return Smoothness(np.zeros(2), 0.1, np.ones(2), 1.0)

    monkeypatch.setattr("blender_app.training.evaluate_drums.smoothness", measure)
    monkeypatch.setattr(drums.model, "interpolate", lambda *_a, **_k: np.zeros((POINTS, 4, 32, 9), np.bool_))
    list(drums.smoothness())
    tokens = hits_to_tokens(drums.held.hits)
    assert len(lines) == 3
    for line in lines:
        np.testing.assert_array_equal(line[0], tokens[:4])
        np.testing.assert_array_equal(line[-1], tokens[-4:])
    assert not lines[0][1:-1].any()


def test_many_loops_are_encoded_some_at_a_time(drums: _Judge, melodies: MelodyJudge) -> None:
    sizes: list[int] = []

    def refine(loops: np.ndarray) -> np.ndarray:
        sizes.append(len(loops))
        return loops

    rng = np.random.default_rng(1)
    for judge, loops in (
        (drums, rng.random((600, 32, 9)) < 0.3),
        (melodies, rng.integers(-2, 99, (600, 32))),
    ):
        sizes.clear()
        judge.model.refine = refine
        assert judge._exact(loops, True) == 1.0
        assert sizes == [300, 300]
        judge.model.decode = lambda z: np.where(
            np.arange(len(z)).reshape(-1, *[1] * (z.ndim - 1)) < 30, ~z, z
        )
        assert judge._exact(loops, True) == pytest.approx(0.9)


def test_the_drums_mean_is_that_of_cells_that_sound(drums: _Judge) -> None:
    held, train = drums.held[:12], drums.train
    said = DrumArrays(held.hits.copy(), held.velocity // 2, held.microtiming)
    said.hits[:, 0, 0] = False  # what is not said has no dynamics
    drums.model.decode_full = lambda _z: said
    figures = values(list(drums.dynamics()))
    mean = np.zeros((32, 9))
    for step, voice in np.ndindex(32, 9):
        sounds = train.hits[:, step, voice]
        mean[step, voice] = train.velocity[sounds, step, voice].mean() if sounds.any() else 0.0
    both = said.hits & held.hits
    error = np.abs(held.velocity - held.velocity // 2.0)[both].mean()
    expected = error / np.abs(mean - held.velocity)[both].mean()
    assert figures["velocity error, against the mean by voice and step"] == pytest.approx(expected)


def test_figures_of_a_drum_training() -> None:
    torch.manual_seed(0)
    config = DrumConfig(width=16, blocks=1, dynamics_width=16, prior_width=16, prior_blocks=1)
    trainer = DrumTrainer(drum_corpus(), DrumRecipe(config=config, batch=8), seed=1)
    exact = trainer._hits_figures()
    assert set(exact) == {"exact", "exact_unit"}
    assert all(0.0 <= value < 1.0 for value in exact.values())
    nets = trainer.nets
    held = trainer.validation
    mean = (
        dynamics(trainer.train).sum(0) / torch.from_numpy(trainer.train.hits).sum(0).clamp(min=1)[..., None]
    )
    nets.dynamics.decode = lambda hits, z: mean.expand(len(hits), *mean.shape)
    assert trainer._dynamics_figures() == pytest.approx(
        {"velocity": 1.0, "microtiming": 1.0, "usual_velocity": 1.0, "usual_microtiming": 1.0}
    )
    nets.dynamics.decode = lambda hits, z: dynamics(held)
    assert set(trainer._dynamics_figures().values()) == {0.0}
    mu, sd = trainer._posterior(held.hits[:3])
    expected = nets.encoder(signs(held.hits[:3]))
    torch.testing.assert_close(mu, expected[0])
    torch.testing.assert_close(sd, torch.exp(0.5 * expected[1]))


def test_beta_rises_and_stages_have_their_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    betas: list[float] = []

    def loss(_encoder: object, _decoder: object, _batch: object, _objective: object, beta: float) -> object:
        betas.append(beta)
        return torch.zeros(()), {}

    config = DrumConfig(width=16, blocks=1, dynamics_width=16, prior_width=16, prior_blocks=1)
    trainer = DrumTrainer(drum_corpus(), DrumRecipe(config=config, batch=8), seed=1)
    monkeypatch.setattr("blender_app.training.drums.hits_loss", loss)
    for progress in (0.0, 0.005, 0.01, 0.5):
        trainer._hits_batch(np.random.default_rng(0), progress)
    assert betas == pytest.approx([0.0, 0.1, 0.2, 0.2])
    nets = trainer.nets
    names = {"hits": [nets.encoder, nets.decoder], "dynamics": [nets.dynamics], "prior": [nets.prior]}
    for part, owners in names.items():
        expected = sum(len(list(owner.parameters())) for owner in owners)
        assert len(trainer.stage(part).parameters) == expected
    shorter = DrumRecipe().within(11.0)
    minutes = [stage.minutes for stage in (shorter.hits, shorter.dynamics, shorter.prior)]
    assert minutes == pytest.approx([7.5, 1.0, 2.5])


# -- melodies ---------------------------------------------------------------------------------------


def melody_corpus(count: int = 120) -> MelodyCorpus:
    rng = np.random.default_rng(0)
    events = (augment_melody.draw(count, rng) - 2).astype(np.int16)
    events[:, 0] = 60
    velocity = np.where(events >= 0, rng.integers(40, 120, events.shape), 0).astype(np.uint8)
    number = np.arange(count)
    sources = ("pop909", "simutrans", MADE)
    return MelodyCorpus(number % 3 == 0, number % 4 % 3, sources, events, velocity, number % 8 == 1)


class MelodyOracle:
    """A model that leaves the first note out; refined, it says all."""

    def encode(self, events: np.ndarray) -> np.ndarray:
        wrong = events.copy()
        wrong[:, 0] = -2
        return wrong

    def refine(self, events: np.ndarray) -> np.ndarray:
        return events

    def decode(self, z: np.ndarray) -> np.ndarray:
        return np.rint(z).astype(np.int64)

    def sample(self, n: int, seed: int) -> np.ndarray:
        assert seed == 1, "the card's figures are of this one"
        return augment_melody.draw(n, np.random.default_rng(seed)) - 2

    def interpolate(self, a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
        return np.stack([np.where(np.arange(32) < 4 * point, b, a) for point in range(steps)])

    def with_dynamics_of(self, events: np.ndarray, velocity: np.ndarray) -> list[object]:
        return [type("Loop", (), {"velocity": row}) for row in velocity + 10]


@pytest.fixture
def melodies() -> MelodyJudge:
    return MelodyJudge(MelodyOracle(), melody_corpus(360), SCALE, 0)


def test_drawn_melodies_are_judged_and_those_that_got_worse_counted(melodies: MelodyJudge) -> None:
    figures = values(list(melodies.drawn()))
    assert figures["32 notes, shuffled: steps exact, most likely loop of mu"] == pytest.approx(31 / 32)
    assert figures["32 notes over 21-108: steps exact after refining z"] == 1.0
    assert figures["drawn melodies that refining makes worse"] == 0
    better, worse = melodies.model.refine, melodies.model.encode
    melodies.model.encode, melodies.model.refine = better, worse
    figures = values(list(melodies.drawn()))
    assert figures["each of 128 pitches: steps exact after refining z"] == pytest.approx(31 / 32)
    assert figures["drawn melodies that refining makes worse"] == 64 + 64 + 128


def test_melodies_are_judged_without_those_made_by_rule(melodies: MelodyJudge) -> None:
    corpus = melodies.corpus
    played = corpus.source != 2
    assert len(melodies.train) == (played & ~corpus.validation).sum()
    reported = reporting_half(corpus, corpus.events)
    assert len(melodies.held) == (played & reported).sum()
    tuning = MelodyJudge(MelodyOracle(), corpus, SCALE, 0, tuning=True)
    assert len(melodies.held) + len(tuning.held) == (played & corpus.validation).sum()
    assert not {row.tobytes() for row in melodies.held} & {row.tobytes() for row in tuning.held}
    bass, melody = melodies.basses_and_melodies()
    assert len(bass) == len(melody) == 4
    known = {row.tobytes() for row in corpus.events[corpus.bass & corpus.validation].astype(np.int64)}
    assert all(row.tobytes() in known for row in bass)
    assert not any(row.tobytes() in known for row in melody)


def test_expression_of_melodies_counts_steps(melodies: MelodyJudge) -> None:
    figures = values(list(melodies.expression()))
    for group in ("pop909", "games"):
        assert figures[f"{group}: steps exact, most likely loop of mu"] == pytest.approx(31 / 32)
        assert figures[f"{group}: steps exact after refining z"] == 1.0
    corpus = melodies.corpus
    held, train = corpus.side(True), corpus.side(False)
    held = held[np.arange(SCALE.loops)]
    at = held.velocity > 0
    mean = train.velocity.sum(0, dtype=np.float64) / np.maximum((train.velocity > 0).sum(0), 1)
    expected = 10.0 / np.abs(mean - held.velocity)[at].mean()
    (velocity,) = melodies.velocity()
    assert velocity.value == pytest.approx(expected)


def test_realism_of_melodies(melodies: MelodyJudge) -> None:
    figures = values(list(melodies.realism()))
    assert figures["prior samples: share of novel loops"] == 1.0
    melodies.model.sample = lambda n, seed: melodies.train[:n]
    known = values(list(melodies.realism()))
    assert known["prior samples: share of novel loops"] == 0.0
    assert known["prior samples: LM bits a step"] < figures["prior samples: LM bits a step"]
    assert known["prior samples: Frechet distance to training"] < 3.0
    held = [figure for figure in melodies.realism() if figure.name == "held-out loops: the same, for scale"]
    tokens = melodies.held[: SCALE.samples] + 2
    leaps, key = (figure.value for figure in held)
    assert 0.2 < known["held-out loops: AUC against training loops, for scale"] < 0.8
    few = [np.mean((loops >= 2).sum(1) < 5) for loops in (melodies.train[:60] + 2, tokens)]
    names = ("prior samples: share of under five notes", "held-out loops: share of under five notes")
    assert [known[name] for name in names] == pytest.approx(few)
    assert leaps == pytest.approx(octave_leaps(tokens))
    assert key == pytest.approx(best_key_share(tokens))


def test_interpolations_of_melodies(melodies: MelodyJudge) -> None:
    a, b = melodies.held[:3], melodies.held[3:6]
    lines = dict(melodies.interpolations(a, b))
    assert list(lines) == ["as shipped", "straight line", "slerp", "cross-fade"]
    for line in lines.values():
        assert line.shape == (POINTS, 3, 32)
        np.testing.assert_array_equal(line[0], a + 2)
        np.testing.assert_array_equal(line[-1], b + 2)
    np.testing.assert_array_equal(lines["straight line"][4][:, 1:], np.rint((a + b) / 2)[:, 1:] + 2)
    faded = lines["cross-fade"] - 2
    assert ((faded == a) | (faded == b)).all()
    different = a != b
    taken = ((faded == b) & different).sum((1, 2)) / different.sum()
    assert taken[1] < 0.3 < taken[4] < 0.7 < taken[7]
    figures = values(list(melodies.smoothness()))
    assert figures["as shipped: largest of 8 steps"] < 0.35
    assert figures["as shipped: goes back (0 no)"] == 0


def test_melody_figures_are_taken_over_what_the_seed_chooses(melodies: MelodyJudge) -> None:
    corpus, rng = melodies.corpus, np.random.default_rng(0)
    played = ("pop909", "simutrans")
    reported = reporting_half(corpus, corpus.events)
    held = corpus.events[reported & (corpus.source != 2)].astype(np.int64)
    train = corpus.side(False, played).events.astype(np.int64)
    np.testing.assert_array_equal(melodies.held, held[rng.permutation(len(held))])
    np.testing.assert_array_equal(melodies.train, train)
    learned = NGram(train[rng.permutation(len(train))] + 2, words=130)
    assert melodies.language.nats(held + 2) == pytest.approx(learned.nats(held + 2))
    melodies.rng = np.random.default_rng(5)
    figures = list(melodies.realism())
    real = {figure.name: figure for figure in reversed(figures)}
    sample = melodies.model.sample(60, seed=1) + 2
    chosen = (train + 2)[np.random.default_rng(5).permutation(len(train))[:60]]
    auc = two_sample_auc(melody_features(sample), melody_features(chosen))
    assert real["prior samples: AUC against training loops, likeness only"].value == auc
    unseen = melody_features(melodies.held[:60] + 2)
    auc = two_sample_auc(melody_features(sample), unseen)
    assert real["prior samples: AUC against held-out loops"].value == auc
    auc = two_sample_auc(unseen, melody_features(chosen))
    assert real["held-out loops: AUC against training loops, for scale"].value == auc
    apart = frechet_distance(melody_features(sample), melody_features(train + 2))
    assert real["prior samples: Frechet distance to training"].value == pytest.approx(apart)
    bits = melodies.language.bits_per_step(melodies.held[:60] + 2)
    assert real["prior samples: LM bits a step"].target == f"held-out {bits:.2f} +- .2"
    assert real["prior samples: octave leaps among intervals"].value == octave_leaps(sample)
    assert real["prior samples: share of notes in the best key"].value == best_key_share(sample)
    melodies.rng = np.random.default_rng(6)
    a, b = melodies.held[:3], melodies.held[3:6]
    alpha = np.arange(9)[:, None, None] / 8
    mixed = np.where(np.random.default_rng(6).random((9, 3, 32)) < alpha, b, a)
    np.testing.assert_array_equal(melodies._cross_fade(a, b), mixed)
    melodies.rng = np.random.default_rng(7)
    bass, melody = melodies.basses_and_melodies()
    rng = np.random.default_rng(7)
    for made, is_bass in ((bass, True), (melody, False)):
        side = corpus.events[reported & (corpus.source != 2) & (corpus.bass == is_bass)]
        np.testing.assert_array_equal(made, side[rng.permutation(len(side))[:4]])


def test_lines_of_melodies_are_judged_as_they_are(melodies: MelodyJudge) -> None:
    asked: list[tuple[np.ndarray, np.ndarray]] = []

    def measured(a: np.ndarray, b: np.ndarray) -> dict[str, Smoothness]:
        asked.append((a, b))
        draw = len(asked)
        return {
            "as shipped": Smoothness(
                np.array([0.0, 0.5, 1.0]), 0.1 * draw, np.array([1.0, 1.3 + draw, 1.1]), 1.5
            ),
            "slerp": Smoothness(np.array([0.0, 0.5, 0.7 - 0.1 * draw]), 0.4, np.array([1.0, 0.9, 0.8]), 2.0),
        }

    melodies.measured = measured
    figures = {figure.name: figure.value for figure in melodies.smoothness()}
    assert figures == pytest.approx(
        {
            "as shipped: largest of 8 steps": 0.25,
            "as shipped: worst relative LM cost": 3.8,
            "as shipped: worst relative LM cost: lowest of 4 draws": 2.3,
            "as shipped: worst relative LM cost: highest of 4 draws": 5.3,
            "as shipped: goes back (0 no)": 0.0,
            "slerp: largest of 8 steps": 0.4,
            "slerp: worst relative LM cost": 1.0,
            "slerp: worst relative LM cost: lowest of 4 draws": 1.0,
            "slerp: worst relative LM cost: highest of 4 draws": 1.0,
            "slerp: goes back (0 no)": 1.0,
        }
    )
    assert [len(a) for a, _ in asked] == [4] * 4
    assert not np.array_equal(asked[0][0], asked[1][0]), "each draw is another"


def test_pairs_are_of_all_sets_alike(melodies: MelodyJudge) -> None:
    corpus = melodies.corpus
    melodies.scale = Scale(pairs=1000)
    a, b = melodies.pairs()
    is_melody = melodies.reported & ~corpus.bass
    pop, games = (is_melody & (corpus.source == source) for source in (0, 1))
    assert len(a) == len(b) == (pop | games).sum() // 2
    rows = {row.tobytes() for row in corpus.events[pop].astype(np.int64)}
    others = {row.tobytes() for row in corpus.events[games].astype(np.int64)}
    assert pop.sum() > 2 * games.sum()
    drawn = [row.tobytes() for row in np.concatenate([a, b])]
    assert set(drawn) <= rows | others
    assert np.mean([row in rows for row in drawn]) == pytest.approx(0.5, abs=0.2)


def test_groups_of_sources_are_judged_apart(melodies: MelodyJudge) -> None:
    asked: list[tuple[np.ndarray, bool]] = []
    melodies._exact = lambda events, refined: asked.append((events, refined)) or 0.5
    names = [figure.name.split(":")[0] for figure in melodies.expression()]
    assert names == ["pop909"] * 2 + ["games"] * 2 + ["bass"] * 2
    assert [refined for _, refined in asked] == [False, True] * 3
    corpus = melodies.corpus
    for index, (source, bass) in enumerate((("pop909", False), ("simutrans", False), ("simutrans", True))):
        expected = corpus.side(True, (source,), bass).events[:12]
        np.testing.assert_array_equal(asked[2 * index][0], expected)


def test_velocities_are_judged_where_there_are_some(melodies: MelodyJudge) -> None:
    corpus = melodies.corpus
    silent = np.flatnonzero(corpus.validation)[:3]
    corpus.velocity[silent] = 0
    given: list[np.ndarray] = []

    def with_dynamics_of(events: np.ndarray, velocity: np.ndarray) -> list[object]:
        given.append(velocity)
        return [SimpleNamespace(velocity=np.minimum(row + 10, 250)) for row in velocity]

    melodies.model.with_dynamics_of = with_dynamics_of
    (figure,) = melodies.velocity()
    held, train = corpus.velocity[corpus.validation][3:15], corpus.velocity[~corpus.validation]
    np.testing.assert_array_equal(given[0], held)
    mean = np.array([column[column > 0].mean() if column.any() else 0.0 for column in train.T])
    guess = np.abs(np.broadcast_to(mean, held.shape) - held)[held > 0].mean()
    assert figure.value == pytest.approx(10.0 / guess)
    corpus.velocity[corpus.validation] = 0
    assert not list(melodies.velocity())


def test_without_basses_there_is_no_morph(melodies: MelodyJudge) -> None:
    nothing = np.zeros((0, 32), np.int64)
    melodies.basses_and_melodies = lambda: (nothing, nothing)
    assert not list(melodies.morph())


def test_a_morph_is_beside_its_rivals_point_by_point(melodies: MelodyJudge) -> None:
    bass, melody = melodies.basses_and_melodies()
    melodies.rng = np.random.default_rng(8)
    figures = melodies._morph(bass, melody)
    melodies.rng = np.random.default_rng(8)
    ours = melodies.model.interpolate(bass, melody, POINTS) + 2
    lines = {
        "cross-fade": melodies._cross_fade(bass, melody) + 2,
        "piano-roll average": roll_average(bass, melody) + 2,
    }
    cost = smoothness(ours, melodies.language).relative_cost
    keys = [best_key_share(ours[point]) for point in range(1, POINTS - 1)]
    assert figures["worst relative LM cost"] == pytest.approx(cost.max())
    assert figures["least share of notes in the best key"] == pytest.approx(min(keys))
    leaps = [octave_leaps(ours[point]) for point in range(1, POINTS - 1)]
    assert figures["octave leaps among intervals"] == max(leaps)
    assert figures["the same, of the ends"] == octave_leaps(np.concatenate([bass, melody]) + 2)
    for name, line in lines.items():
        theirs = smoothness(line, melodies.language).relative_cost
        margin = min(theirs[point] - cost[point] for point in range(1, POINTS - 1))
        key = min(keys[point - 1] - best_key_share(line[point]) for point in range(1, POINTS - 1))
        assert figures[f"least advantage in LM cost over the {name}"] == pytest.approx(margin)
        assert figures[f"least advantage in the key over the {name}"] == pytest.approx(key)


def test_morphs_are_judged_by_four_draws(melodies: MelodyJudge) -> None:
    drawn = iter((1.2, 1.0, 1.1, 1.5))
    melodies._morph = lambda bass, melody: {"worst relative LM cost": next(drawn), "else": 2.0}
    figures = list(melodies.morph())
    assert [figure.value for figure in figures] == pytest.approx([1.2, 1.0, 1.5, 2.0, 2.0, 2.0])
    assert [figure.target for figure in figures] == ["<= 1.10", "", "", "", "", ""]
    assert figures[0].name == "bass to melody: worst relative LM cost"


def test_the_advantage_of_a_morph_is_that_of_its_worst_point(
    melodies: MelodyJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    bass, melody = melodies.basses_and_melodies()
    monkeypatch.setattr(melodies, "basses_and_melodies", lambda: (bass, melody))
    ours = melodies.model.interpolate(bass, melody, POINTS)
    monkeypatch.setattr(melodies, "_cross_fade", lambda _a, _b: ours.copy())
    figures = values(list(melodies.morph()))
    assert figures["bass to melody: least advantage in LM cost over the cross-fade"] == 0.0
    assert figures["bass to melody: least advantage in the key over the cross-fade"] == 0.0

    def worse(_a: np.ndarray, _b: np.ndarray) -> np.ndarray:
        out = ours.copy()
        out[1:-1] = np.random.default_rng(0).integers(100, 128, out[1:-1].shape)
        return out

    monkeypatch.setattr(melodies, "_cross_fade", worse)
    figures = values(list(melodies.morph()))
    assert figures["bass to melody: least advantage in LM cost over the cross-fade"] > 0.5
    assert figures["bass to melody: least advantage in the key over the cross-fade"] > 0.01
    assert figures["bass to melody: worst relative LM cost"] >= 1.0 - 1e-9
    assert 0.5 < figures["bass to melody: least share of notes in the best key"] <= 1.0


def test_the_roll_average_starts_notes_where_either_does() -> None:
    a, b = np.full((1, 32), -2), np.full((1, 32), -2)
    a[0, [0, 8]], b[0, [4, 16]] = (60, -1), (72, -1)
    middle = roll_average(a, b)[4, 0]
    assert middle[:18].tolist() == [60, -2, -2, -2, 66, -2, -2, -2, 72, -2, -2, -2, -2, -2, -2, -2, -1, -2]
    early = roll_average(a, b)[2, 0]
    assert early[:10].tolist() == [60, -2, -2, -2, 63, -2, -2, -2, -1, -2]


def test_figures_of_a_melody_training(monkeypatch: pytest.MonkeyPatch) -> None:
    config = MelodyConfig(
        width=16, blocks=1, dynamics_width=16, prior_width=16, prior_blocks=1, head_width=16
    )
    trainer = MelodyTrainer(melody_corpus(), MelodyRecipe(config=config, batch=8), seed=1)
    assert all(0.0 <= value < 1.0 for value in trainer._notes_figures().values())
    known = trainer.velocity[trainer.train]
    mean = known.sum(0) / (known > 0).sum(0).clamp(min=1)
    trainer.nets.dynamics.decode = lambda tokens, z: mean.expand(len(tokens), -1)
    assert trainer._dynamics_figures() == pytest.approx({"velocity": 1.0, "usual_velocity": 1.0})
    corpus = melody_corpus()
    made = corpus.source[trainer.train] == 2
    notes = (corpus.events[trainer.train] >= 0).sum(1)
    full = notes >= np.where(corpus.bass[trainer.train], 4, 5)
    assert (~made & ~full).sum() > 0
    np.testing.assert_array_equal(trainer.natural, trainer.train[~made & full])
    weight = trainer.weights / trainer.weights.max()
    bass = corpus.bass[trainer.train]
    games = corpus.source[trainer.train] == 1
    assert weight[games & bass] == pytest.approx(1.0)
    assert weight[games & ~bass] == pytest.approx(0.5)
    assert weight[made] == pytest.approx(0.08 / 3)
    assert trainer.weights.sum() == pytest.approx(1.0)
    _, sd = trainer._posterior(trainer.held[:3], 1.5)
    logvar = trainer.nets.encoder(torch.from_numpy(trainer.tokens[trainer.held[:3]]))[1]
    torch.testing.assert_close(sd, 1.5 * torch.exp(0.5 * logvar))
    betas: list[float] = []

    def loss(_encoder: object, _decoder: object, _batch: object, _objective: object, beta: float) -> object:
        betas.append(beta)
        return torch.zeros(()), {}

    monkeypatch.setattr("blender_app.training.melody.tune_loss", loss)
    for progress in (0.0, 0.005, 0.02):
        trainer._notes_batch(np.random.default_rng(0), progress)
    assert betas == pytest.approx([0.0, 0.125, 0.25])
    shorter = MelodyRecipe().within(11.8)
    minutes = [getattr(shorter, part).minutes for part in trainer.parts]
    assert minutes == pytest.approx([5.6, 1.8, 0.4, 4.0])


# -- measures ---------------------------------------------------------------------------------------


def test_neighbours_are_those_beside_and_below() -> None:
    palette = np.zeros((3, 3, 32, 9), np.bool_)
    palette[:, 0, :5] = True  # 45 hits, beside nothing: three pairs across
    palette[2, 1, 7, :2] = True  # two hits: one pair across on each side, one down
    found = neighbours(palette)
    changed = [45, 0, 45, 0, 47, 2, 0, 0, 0, 0, 2, 0]
    assert (found.mean, found.worst, found.distinct) == (pytest.approx(sum(changed) / 12), 47, 3)


def test_features_of_known_hits() -> None:
    row = np.zeros((1, 32), np.int64)
    row[0, [0, 3, 8, 16]] = 0b11, 0b1, 0b100, 0b11
    features = drum_features(row)[0]
    assert features[:3] == pytest.approx([3 / 32, 2 / 32, 1 / 32])
    assert features[9:12] == pytest.approx([2 / 8, 2 / 8, 1 / 8])  # on beats
    assert features[9 + 27] == pytest.approx(1 / 8)  # the kick before a beat
    sounding, most, alike, alone = features[-4:]
    assert sounding == pytest.approx(4 / 32)
    assert most == 2
    assert alike == pytest.approx(1 - 2 / (16 * 9))
    assert alone == pytest.approx(1 / 4)


def test_features_of_silence_and_of_one_note() -> None:
    rows = np.zeros((2, 32), np.int64)
    rows[1, 5] = 2 + 70
    silence, one = melody_features(rows)
    assert silence[11:13] == pytest.approx([5.0, 0.0])
    assert one[11:13] == pytest.approx([70 / 12, 0.0])
    assert one[0] == 0.0  # B flat is no white key
    assert one[1] == pytest.approx(1 / 32)
    assert one[3:5] == pytest.approx([1.0, 0.0])
    assert one[14:18] == pytest.approx([0, 1 / 8, 0, 0])
    assert intervals(np.array([0, 2 + 60, 1, 2 + 64, 2 + 57])).tolist() == [4, 7]


def test_a_classifier_finds_what_tells_two_sets_apart() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(400, 2)), np.ones((400, 1))], 1)
    chance = 1.0 / (1.0 + np.exp(-(2.0 * x[:, 0] + 1.0)))
    weight = _logistic(x, (rng.random(400) < chance).astype(np.float64))
    assert weight == pytest.approx([2.0, 0.0, 1.0], abs=0.5)
    gradient = x.T @ ((rng.random(400) < chance) - chance)
    assert np.abs(gradient).max() < 60
    low, high = rng.normal(size=(300, 3)), rng.normal(size=(300, 3))
    assert two_sample_auc(low, high) == pytest.approx(0.5, abs=0.1)
    assert two_sample_auc(low + np.array([1.0, 0, 0]), high) == pytest.approx(0.76, abs=0.06)
    assert two_sample_auc(3.0 * low, high) > 0.8  # squares tell it


# -- plots ------------------------------------------------------------------------------------------


def size_of(picture: Path) -> tuple[int, int]:
    """Return width and height of a PNG."""
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_plots_have_a_place_for_each_log(tmp_path: Path) -> None:
    assert not plot_logs(tmp_path, tmp_path / "none.png")
    for name in ("hits", "prior"):
        (tmp_path / f"{name}.csv").write_text("step,minutes,loss\n1,0.5,3\n2,1.0,2\n")
    assert plot_logs(tmp_path, tmp_path / "logs.png")
    assert size_of(tmp_path / "logs.png") == (990, 396)
    report = Smoothness(np.linspace(0, 1, 9), 0.2, np.ones(9), 1.0)
    assert plot_interpolations({"as shipped": report}, tmp_path / "lines.png")
    assert size_of(tmp_path / "lines.png") == (1056, 396)
