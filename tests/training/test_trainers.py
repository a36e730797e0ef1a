"""What trainers hand on to the losses, and judges to their measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from blender_app.core.errors import LoopweaveError, ModelError
from blender_app.corpus.drum_windows import DrumWindows
from blender_app.corpus.prepare import DrumCorpus
from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent import model_kinds
from blender_app.latent.config import DrumConfig, MelodyConfig
from blender_app.latent.networks import FlowPrior
from blender_app.training import drums, evaluate, evaluate_drums, evaluate_melody, melody, train
from blender_app.training.drums import DrumRecipe, DrumTrainer
from blender_app.training.judging import Figure, Scale
from blender_app.training.loop import Schedule
from blender_app.training.melody import MADE, MelodyRecipe, MelodyTrainer
from blender_app.training.metrics import Neighbours, Smoothness
from blender_app.training.objective import Objective, flow_loss
from blender_app.training.plot import plot_logs
from blender_app.training.prior import prior_stage

SIZES = {"width": 16, "blocks": 1, "dynamics_width": 12, "prior_width": 16, "prior_blocks": 1}
DRUM_RECIPE = DrumRecipe(config=DrumConfig(z_hits=6, z_dynamics=4, **SIZES), batch=8)
MELODY_RECIPE = MelodyRecipe(config=MelodyConfig(z_notes=6, head_width=16, **SIZES), batch=8)
KEPT: list[tuple[object, ...]] = []


def keep(*arguments: object) -> tuple[torch.Tensor, dict[str, float]]:
    """Stand for a loss, and keep what it was given."""
    KEPT.append((torch.is_autocast_enabled("cpu"), *arguments))
    return torch.zeros(()), {}


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    KEPT.clear()


# -- drums ------------------------------------------------------------------------------------------


def drum_corpus(*played: int, held: int = 1, sources: tuple[str, ...] = ("gmd", "other")) -> DrumCorpus:
    """Return a corpus of loops on all cells, one for each number of a source; the last are held out."""
    count = len(played) + held
    hits = np.ones((count, 32, 9), np.bool_)
    velocity = np.arange(1, count + 1, dtype=np.uint8)[:, None, None] * hits
    timing = np.full(hits.shape, 0.25, np.float32)
    validation = np.arange(count) >= len(played)
    source = np.array([*played, *[0] * held])
    return DrumCorpus(validation, source, sources, DrumWindows(hits, velocity.astype(np.uint8), timing))


def test_dynamics_are_learned_from_all_loops_and_some_lose_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = DrumTrainer(drum_corpus(0, 0), replace(DRUM_RECIPE, batch=1200), seed=1)
    monkeypatch.setattr(drums, "dynamics_loss", keep)
    trainer._dynamics_batch(np.random.default_rng(2), 0.5)
    ((low, net, hits, played, beta),) = KEPT
    assert low
    assert net is trainer.nets.dynamics
    assert beta == DRUM_RECIPE.objective.dynamics_beta
    assert hits.shape == (1200, 32, 9)
    on = hits > 0
    assert hits.unique().tolist() == [-1.0, 1.0]
    whole = on.flatten(1).all(1)
    assert whole.float().mean().item() == pytest.approx(2 / 3, abs=0.05)
    assert on[~whole].float().mean().item() == pytest.approx(0.9, abs=0.01)
    loud = (played[..., 0].amax((1, 2)) * 127).round()
    assert loud.unique().tolist() == [1.0, 2.0]
    assert (loud == 1).float().mean().item() == pytest.approx(0.5, abs=0.05)
    assert played[..., 1][on].unique().tolist() == [0.25]
    assert not played[~on].any(), "what is left out is not played"


def test_hits_are_learned_from_the_batches_of_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = DrumTrainer(drum_corpus(0, 1, 1), DRUM_RECIPE, seed=1)
    asked: list[tuple[object, ...]] = []

    def batch(pool: np.ndarray, size: int, _rng: object, shares: tuple[float, ...]) -> tuple[np.ndarray, ...]:
        asked.append((len(pool), size, shares))
        return np.zeros((size, 32, 9), np.bool_), np.arange(size) > 5

    monkeypatch.setattr(drums, "training_batch", batch)
    monkeypatch.setattr(drums, "hits_loss", keep)
    trainer._hits_batch(np.random.default_rng(2), 1.0)
    assert asked == [(3, 8, (0.45, 0.25, 0.14))]
    ((low, encoder, decoder, (hits, scattered), objective, _),) = KEPT
    assert low
    assert (encoder, decoder) == (trainer.nets.encoder, trainer.nets.decoder)
    assert hits.unique().tolist() == [-1.0]
    assert scattered.nonzero().flatten().tolist() == [6, 7]
    assert objective is DRUM_RECIPE.objective


def test_samples_are_to_be_what_drummers_play() -> None:
    trainer = DrumTrainer(drum_corpus(0, 1, 1), DRUM_RECIPE, seed=1)
    assert (len(trainer.train), len(trainer.played), len(trainer.validation)) == (3, 1, 1)
    without = DrumTrainer(drum_corpus(0, 1, 1, sources=("a", "b")), DRUM_RECIPE, seed=1)
    assert len(without.played) == 3
    for corpus in (drum_corpus(held=2), drum_corpus(0, held=0)):
        with pytest.raises(LoopweaveError, match="both sides of its split"):
            DrumTrainer(corpus, DRUM_RECIPE, seed=1)


def test_two_thousand_unseen_loops_are_enough() -> None:
    trainer = DrumTrainer(drum_corpus(0, held=2003), DRUM_RECIPE, seed=1)
    assert len(trainer.validation_hits) == 2000
    assert len(trainer.validation) == 2003
    assert trainer.validation_hits.unique().tolist() == [1.0]


def test_the_networks_start_from_the_seed() -> None:
    first, again, other = (DrumTrainer(drum_corpus(0), DRUM_RECIPE, seed) for seed in (3, 3, 4))
    weights = [next(trainer.nets.parameters()) for trainer in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    stage = first.stage("hits")
    assert stage.rng.random() == np.random.default_rng(3).random()


def test_drums_that_are_exact_are_counted_step_by_step() -> None:
    trainer = DrumTrainer(drum_corpus(0, held=2), DRUM_RECIPE, seed=1)
    nets, levels = trainer.nets, []

    def decode(mu: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        levels.append(level.tolist())
        said = trainer.validation_hits.clone()
        said[0, : 8 if level[0] else 4, 2] = -1.0
        return said

    nets.decoder.decode = decode
    figures = trainer._hits_figures()
    assert levels == [[0.0, 0.0], [1.0, 1.0]]
    assert figures == pytest.approx({"exact": 1 - 4 / 64, "exact_unit": 1 - 8 / 64})


def test_dynamics_are_judged_on_loops_that_have_some() -> None:
    corpus = drum_corpus(0, 0, held=3)
    corpus.windows.velocity[2], corpus.windows.velocity[4] = 0, 1
    corpus.windows.hits[3, 4:] = False
    corpus.windows.velocity[3, 4:] = 0
    trainer = DrumTrainer(corpus, DRUM_RECIPE, seed=1)
    asked: list[torch.Tensor] = []

    def decode(hits: torch.Tensor, _code: torch.Tensor) -> torch.Tensor:
        asked.append(hits)
        said = torch.zeros(*hits.shape, 2)
        said[..., 0] = len(asked) / 127  # first 1, then 2
        return said

    trainer.nets.dynamics.decode = decode
    figures = trainer._dynamics_figures()
    assert [len(hits) for hits in asked] == [2, 2]
    # Loops of 1 and 2 were learned from: the mean is 1.5. Held out are one of 4, a beat long, and one of 1.
    beat, whole = 4 * 9, 32 * 9
    plain = beat * 2.5 + whole * 0.5
    assert figures["velocity"] == pytest.approx((beat * 3.0 + whole * 0.0) / plain, rel=1e-5)
    assert figures["usual_velocity"] == pytest.approx((beat * 2.0 + whole * 1.0) / plain, rel=1e-5)


@pytest.mark.parametrize("kind", ["drums", "tunes"])
def test_dynamics_are_judged_at_the_means_of_their_codes(kind: str) -> None:
    drum = kind == "drums"
    trainer = (
        DrumTrainer(drum_corpus(0, 0, held=2), DRUM_RECIPE, seed=1)
        if drum
        else MelodyTrainer(melody_corpus(6), MELODY_RECIPE, seed=1)
    )
    net, codes = trainer.nets.dynamics, []
    if drum:
        content = drums.signs(trainer.validation.hits)
        played = drums.dynamics(trainer.validation)
    else:
        content = torch.from_numpy(trainer.tokens[trainer.held])
        played = trainer.velocity[trainer.held]
    decode = net.decode
    net.decode = lambda given, z: codes.append((given, z)) or decode(given, z)
    trainer._dynamics_figures()
    for (given, z), expected in zip(codes, (net.encode(content, played), net.expect(content)), strict=True):
        assert torch.equal(given, content)
        torch.testing.assert_close(z, expected[0])


def test_the_prior_learns_twice_as_many_codes() -> None:
    trainer = DrumTrainer(drum_corpus(0, 0, 1), DRUM_RECIPE, seed=1)
    asked: list[tuple[int, ...]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            drums, "prior_stage", lambda *given: asked.append((len(given[1][0]), len(given[2][0]), given[3]))
        )
        trainer.stage("prior")
        tunes = MelodyTrainer(melody_corpus(12), MELODY_RECIPE, seed=1)
        patch.setattr(
            melody, "prior_stage", lambda *given: asked.append((len(given[1][0]), len(given[2][0]), given[3]))
        )
        tunes.stage("prior")
    assert asked == [(2, 1, 16), (len(tunes.natural), len(tunes.held), 16)]


# -- melodies ---------------------------------------------------------------------------------------


def melody_corpus(count: int, held: int = 3) -> MelodyCorpus:
    """Return a corpus of melodies on the pitch of their number; the last are held out."""
    number = np.arange(count)
    events = np.repeat(number[:, None] % 100, 32, axis=1).astype(np.int16)
    velocity = np.repeat(number[:, None] % 100 + 1, 32, axis=1).astype(np.uint8)
    velocity[:, 16:] = 0
    return MelodyCorpus(number >= count - held, number % 2, ("pop909", MADE), events, velocity, number < 0)


def test_loudness_is_learned_from_loops_by_their_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = MelodyTrainer(melody_corpus(6, 2), replace(MELODY_RECIPE, batch=3000), seed=1)
    monkeypatch.setattr(melody, "loudness_loss", keep)
    trainer._dynamics_batch(np.random.default_rng(2), 0.5)
    ((low, net, tokens, velocity, beta),) = KEPT
    assert low
    assert net is trainer.nets.dynamics
    assert beta == MELODY_RECIPE.objective.dynamics_beta
    pitch = tokens[:, 0] - 2
    assert (tokens == pitch[:, None] + 2).all()
    torch.testing.assert_close(velocity[:, :16], ((pitch + 1) / 127)[:, None].expand(-1, 16))
    assert not velocity[:, 16:].any()
    shares = torch.bincount(pitch, minlength=6) / 3000
    expected = np.array([0.6, 0.08, 0.6, 0.08, 0.0, 0.0]) / 1.36
    assert shares.numpy() == pytest.approx(expected, abs=0.03)


def test_notes_are_learned_from_weighted_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = MelodyTrainer(melody_corpus(6, 2), MELODY_RECIPE, seed=1)
    np.testing.assert_array_equal(trainer.pool, np.repeat(np.arange(4)[:, None] + 2, 32, 1))
    monkeypatch.setattr(melody, "tune_loss", keep)
    trainer._notes_batch(np.random.default_rng(2), 1.0)
    ((low, encoder, decoder, (tokens, real, scattered), objective, _),) = KEPT
    assert low
    assert (encoder, decoder) == (trainer.nets.encoder, trainer.nets.decoder)
    assert tokens.shape == (8, 32)
    assert real.tolist() == [True] * 4 + [False] * 4
    assert scattered.tolist() == [False] * 7 + [True]
    assert objective is MELODY_RECIPE.objective


def test_melodies_that_are_exact_are_counted_step_by_step() -> None:
    trainer = MelodyTrainer(melody_corpus(6, 2), MELODY_RECIPE, seed=1)
    assert sorted(trainer.held_tokens[:, 0].tolist()) == [6, 7]
    levels = []

    def decode(mu: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        levels.append(level.tolist())
        said = trainer.held_tokens.clone()
        said[0, : 8 if level[0] else 4] = 0
        return said

    trainer.nets.decoder.decode = decode
    assert trainer._notes_figures() == pytest.approx({"exact": 1 - 4 / 64, "exact_unit": 1 - 8 / 64})
    assert levels == [[0.0, 0.0], [1.0, 1.0]]


def test_fifteen_hundred_unseen_melodies_are_enough_and_always_the_same() -> None:
    first, other = (MelodyTrainer(melody_corpus(1606, 1604), MELODY_RECIPE, seed) for seed in (1, 2))
    assert first.held_tokens.shape == (1500, 32)
    assert torch.equal(first.held_tokens, other.held_tokens)
    chosen = np.random.default_rng(0).permutation(1604)[:1500]
    np.testing.assert_array_equal(first.held_tokens, first.tokens[first.held[chosen]])


def test_stages_of_melodies_have_their_networks() -> None:
    trainer = MelodyTrainer(melody_corpus(8), MELODY_RECIPE, seed=1)
    nets = trainer.nets
    owners = {
        "notes": [nets.encoder, nets.decoder],
        "decoder": [nets.decoder],
        "dynamics": [nets.dynamics],
        "prior": [nets.prior],
    }
    for part, networks in owners.items():
        stage = trainer.stage(part)
        expected = [parameter for net in networks for parameter in net.parameters()]
        assert [id(each) for each in stage.parameters] == [id(each) for each in expected]
        assert (stage.name, stage.schedule) == (part, getattr(MELODY_RECIPE, part))
        assert nets.encoder.net[0].weight.requires_grad == (part == "notes")
    for held in (0, 8):
        with pytest.raises(LoopweaveError, match="both sides of its split"):
            MelodyTrainer(melody_corpus(8, held), MELODY_RECIPE, seed=1)


# -- the prior --------------------------------------------------------------------------------------


def test_the_prior_learns_all_codes_with_their_uncertainty(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    mu, sd = torch.tensor([[0.0, 4.0], [2.0, 0.0]]), torch.tensor([[0.1, 0.2], [0.3, 0.4]])
    prior = FlowPrior(2, 8, 1)
    stage = prior_stage(prior, (mu, sd), (mu[:1] + 50.0, sd[:1]), 4000, Schedule(10, 1.0), 1)
    torch.testing.assert_close(prior.mean, torch.tensor([1.0, 2.0]))
    torch.testing.assert_close(prior.scale, torch.tensor([2.0 + 0.05, 8.0 + 0.1]).sqrt())
    kept: list[torch.Tensor] = []

    def loss(_prior: nn.Module, codes: torch.Tensor) -> torch.Tensor:
        kept.append(codes)
        return flow_loss(_prior, codes)

    monkeypatch.setattr("blender_app.training.prior.flow_loss", loss)
    stage.loss_of(np.random.default_rng(1), 0.0)
    codes = kept[0]
    assert codes.shape == (4000, 2)
    first = codes[:, 1] > 2.0
    assert first.float().mean().item() == pytest.approx(0.5, abs=0.03)
    for which, row in ((first, 0), (~first, 1)):
        torch.testing.assert_close(codes[which].mean(0), mu[row], atol=0.03, rtol=0)
        torch.testing.assert_close(codes[which].std(0), sd[row], atol=0.02, rtol=0)
    assert set(stage.validate()) == {"held_out"}
    assert kept[1].shape == (1, 2)
    torch.testing.assert_close(kept[1], mu[:1] + 50.0, atol=1.0, rtol=0)


# -- commands ---------------------------------------------------------------------------------------


class Parts:
    """Stands for a kind's corpus, recipe and trainer, and tells how it was used."""

    parts = ("one", "two")
    nets = "networks"
    told: ClassVar[list[object]] = []

    @classmethod
    def load(cls, path: Path) -> str:
        return f"loops of {path.name}"

    def __init__(self, *given: object) -> None:
        self.told.extend(given)

    def within(self, minutes: float) -> str:
        return f"within {minutes}"

    def stage(self, part: str) -> str:
        return f"stage {part}"


def judged(name: object, data: object, scale: object, seed: int, progress: bool) -> tuple[object, ...]:
    return name, data, scale, seed, progress


@pytest.fixture
def toys() -> Iterator[None]:
    here = f"{__name__}:Parts"
    kinds = (
        model_kinds.ModelKind(
            "toys", "drums", here, here, here, here, "toys-2bar", here, here, here, f"{__name__}:judged"
        ),
        model_kinds.ModelKind("mute", "drums", here, here, here, here),
    )
    for kind in kinds:
        model_kinds.register_kind(kind)
    yield
    for kind in kinds:
        model_kinds.unregister_kind(kind.label)


@pytest.mark.usefixtures("toys")
def test_a_training_goes_through_its_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[object] = []
    Parts.told = told
    monkeypatch.setattr(
        model_kinds.importlib, "import_module", lambda _name: __import__("sys").modules[__name__]
    )
    monkeypatch.setattr(train, "run_stage", lambda *given: told.append(given))
    monkeypatch.setattr(train, "save_weights", lambda *given: told.append(given))
    monkeypatch.setattr(train, "plot_logs", lambda *given: told.append(given))
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        train.train("toys-2bar", tmp_path / "c.npz", tmp_path / "out")
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(threads)
    scratch = tmp_path / "out" / "training"
    loops, plan = "loops of c.npz", "within 112.0"
    stages = [("stage one", scratch, True), ("stage two", scratch, True)]
    ends = [("networks", tmp_path / "out", "toys-2bar"), (scratch, tmp_path / "out" / "training.png")]
    assert told == [loops, plan, 0, *stages, *ends]
    told.clear()
    other = tmp_path / "scratch"
    train.train("toys-2bar", tmp_path / "c", tmp_path, minutes=3.0, seed=7, scratch=other, progress=False)
    assert told[1:5] == ["within 3.0", 7, ("stage one", other, False), ("stage two", other, False)]
    assert told[6] == (other, tmp_path / "training.png")


@pytest.mark.usefixtures("toys")
def test_models_are_judged_by_their_kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        model_kinds.importlib, "import_module", lambda _name: __import__("sys").modules[__name__]
    )
    monkeypatch.setattr(evaluate, "kind_of", model_kinds.kind_labelled)
    assert evaluate.evaluate("toys", tmp_path) == ["toys", tmp_path, None, 0, True]
    assert evaluate.evaluate("toys", tmp_path, Scale(3), 4, False) == ["toys", tmp_path, Scale(3), 4, False]
    with pytest.raises(ModelError, match="no judging mute models"):
        evaluate.evaluate("mute", tmp_path)


class Judge:
    """Stands for a judge: each part yields one figure of its name."""

    def __init__(self, model: str, corpus: str, scale: Scale, seed: int) -> None:
        self.given = model, corpus, scale, seed

    def __getattr__(self, part: str) -> object:
        return lambda: iter([(part, *self.given)])


@pytest.mark.parametrize(
    ("module", "names", "parts"),
    [
        (
            evaluate_drums,
            ("_Judge", "DrumModel", "DrumCorpus", "evaluate_drums"),
            "expression drawn realism smoothness palettes dynamics",
        ),
        (
            evaluate_melody,
            ("MelodyJudge", "MelodyModel", "MelodyCorpus", "evaluate_melody"),
            "expression drawn velocity realism smoothness morph",
        ),
    ],
)
def test_all_is_judged_at_the_scale_that_is_asked_for(
    module: object,
    names: tuple[str, ...],
    parts: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    judge, model, corpus, function = names
    monkeypatch.setattr(module, judge, Judge)
    for name in (model, corpus):
        monkeypatch.setattr(
            module, name, type("Loaded", (), {"load": staticmethod(lambda path: f"read {path}")})
        )
    judging = getattr(module, function)
    expected = [(part, "read m", "read d", Scale(5), 3) for part in parts.split()]
    assert judging("m", "d", Scale(5), 3, False) == expected
    assert "judging" not in capfd.readouterr().err
    assert {figure[3:] for figure in judging("m", "d")} == {(Scale(), 0)}
    assert "judging" in capfd.readouterr().err


# -- values and plots -------------------------------------------------------------------------------


def test_values_stay_as_they_are() -> None:
    smooth = Smoothness(np.zeros(2), 0.1, np.ones(2), 1.0)
    values = (Figure("name", 1.0), Scale(), Objective(), Schedule(1, 1.0), DRUM_RECIPE, MELODY_RECIPE)
    for value, name in zip(
        (*values, smooth, Neighbours(1.0, 1, 1)),
        ("value", "loops", "beta", "steps", "batch", "batch", "largest_step", "mean"),
        strict=True,
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 2)


def test_a_line_has_a_name_a_number_and_what_is_promised() -> None:
    assert str(Figure("name", 0.12345, "<= 1")) == f"name{' ' * 63}   0.123   <= 1"


def test_an_empty_log_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "hits.csv").write_text("")
    (tmp_path / "prior.csv").write_text("step,minutes,loss\n1,0.5,3\n")
    with pytest.warns(UserWarning, match="No artists"):
        assert plot_logs(tmp_path, tmp_path / "logs.png")
