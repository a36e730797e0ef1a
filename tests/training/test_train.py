"""Training from nothing, resumed as if never stopped, and judged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from blender_app.core.errors import FileError, LoopweaveError
from blender_app.corpus.drum_windows import DrumWindows
from blender_app.corpus.prepare import DrumCorpus
from blender_app.latent.checkpoint import save_weights
from blender_app.latent.config import DrumConfig
from blender_app.training.augment import draw, recombine, training_batch, vary_real
from blender_app.training.drums import PARTS, DrumRecipe, DrumTrainer
from blender_app.training.evaluate import Scale, evaluate
from blender_app.training.loop import Schedule, run_stage
from blender_app.training.plot import plot_logs
from blender_app.training.train import train

TINY = DrumConfig(width=32, blocks=1, dynamics_width=24, prior_width=24, prior_blocks=1)


@pytest.fixture
def corpus() -> DrumCorpus:
    rng = np.random.default_rng(0)
    hits = draw(240, rng)
    velocity = np.where(hits, rng.integers(30, 120, hits.shape), 0).astype(np.uint8)
    windows = DrumWindows(
        hits, velocity, np.where(hits, rng.uniform(-0.3, 0.3, hits.shape), 0.0).astype(np.float32)
    )
    return DrumCorpus(np.arange(240) % 4 == 0, np.zeros(240, np.int64), ("made",), windows)


def recipe(steps: int) -> DrumRecipe:
    schedule = Schedule(steps=steps, minutes=5.0, rate=4e-3, warmup_steps=5, average=0.9, save_every_s=0.0)
    return DrumRecipe(config=TINY, batch=32, hits=schedule, dynamics=schedule, prior=schedule)


def test_losses_fall(corpus: DrumCorpus, tmp_path: Path) -> None:
    trainer = DrumTrainer(corpus, recipe(20), seed=1)
    for part in PARTS:
        run_stage(trainer.stage(part), tmp_path, progress=False)
        rows = (tmp_path / f"{part}.csv").read_text().splitlines()
        column = rows[0].split(",").index("loss")
        losses = [float(row.split(",")[column]) for row in rows[1:]]
        assert losses[-1] < losses[0], part
    assert plot_logs(tmp_path, tmp_path / "training.png")
    assert (tmp_path / "training.png").read_bytes().startswith(b"\x89PNG")


def test_a_stopped_training_goes_on_to_the_same_weights(corpus: DrumCorpus, tmp_path: Path) -> None:
    whole = DrumTrainer(corpus, recipe(12), seed=2)
    run_stage(whole.stage("hits"), tmp_path / "whole", progress=False)
    stage = DrumTrainer(corpus, recipe(12), seed=2).stage("hits")
    for _ in range(5):
        stage.advance()
    (tmp_path / "cut").mkdir()
    stage.save(tmp_path / "cut" / "hits.ckpt")
    torch.rand(3)
    resumed = DrumTrainer(corpus, recipe(12), seed=99)
    run_stage(resumed.stage("hits"), tmp_path / "cut", progress=False)
    for a, b in zip(whole.nets.encoder.parameters(), resumed.nets.encoder.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_the_clock_ends_a_training_that_would_take_too_long(corpus: DrumCorpus, tmp_path: Path) -> None:
    long = recipe(10**9)
    trainer = DrumTrainer(corpus, replace(long, hits=replace(long.hits, minutes=0.01)), seed=0)
    run_stage(trainer.stage("hits"), tmp_path, progress=False)
    assert (tmp_path / "hits.ckpt").exists()


def test_a_foreign_checkpoint_is_refused(corpus: DrumCorpus, tmp_path: Path) -> None:
    (tmp_path / "hits.ckpt").write_bytes(b"nothing of the kind")
    with pytest.raises(FileError, match="no checkpoint"):
        run_stage(DrumTrainer(corpus, recipe(3), seed=0).stage("hits"), tmp_path, progress=False)


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LoopweaveError, match="recipe"):
        train("kazoo-2bar", tmp_path / "c.npz", tmp_path, progress=False)


def test_every_figure_is_printed(corpus: DrumCorpus, tmp_path: Path) -> None:
    trainer = DrumTrainer(corpus, recipe(4), seed=0)
    save_weights(trainer.nets, tmp_path / "model", "tiny")
    corpus.save(tmp_path / "c.npz")
    scale = Scale(loops=8, pairs=2, palettes=1, samples=40)
    figures = evaluate(tmp_path / "model", tmp_path / "c.npz", scale, progress=False)
    assert len({figure.name for figure in figures}) == len(figures) == 26
    assert all(np.isfinite(figure.value) for figure in figures)
    assert ">= .94" in str(figures[0])


def test_batches_hold_what_they_promise() -> None:
    rng = np.random.default_rng(0)
    pool = draw(50, rng)
    batch, _ = training_batch(pool, 64, rng, (0.5, 0.25, 0.1))
    assert batch.shape == (64, 32, 9)
    assert batch.dtype == np.bool_
    pool[:] = False
    assert not vary_real(pool, rng).any()
    assert not recombine(pool, 10, rng).any()
    assert not np.array_equal(draw(20, rng), draw(20, rng))
