"""The melody model learns, says what it decodes, and its batches are melodies."""

from pathlib import Path

import numpy as np
import torch

from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_networks import TOKENS
from blender_app.training.augment_melody import draw, recombine, training_batch, transpose, vary_real
from blender_app.training.loop import Schedule, run_stage
from blender_app.training.melody import MelodyRecipe, MelodyTrainer

TINY = MelodyConfig(
    z_notes=8, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1, head_width=24
)


def corpus() -> MelodyCorpus:
    rng = np.random.default_rng(0)
    tokens = draw(160, rng)
    velocity = np.where(tokens > 1, rng.integers(40, 120, tokens.shape), 0).astype(np.uint8)
    return MelodyCorpus(
        np.arange(160) % 4 == 0,
        np.zeros(160, np.int64),
        ("made",),
        (tokens - 2).astype(np.int16),
        velocity,
        np.arange(160) % 2 == 0,
    )


def test_losses_fall(tmp_path: Path) -> None:
    schedule = Schedule(steps=16, minutes=5.0, rate=5e-3, warmup_steps=5, average=0.9, save_every_s=0.0)
    schedules = {"notes": schedule, "decoder": schedule, "dynamics": schedule, "prior": schedule}
    recipe = MelodyRecipe(config=TINY, batch=32, **schedules)
    trainer = MelodyTrainer(corpus(), recipe, seed=1)
    for part in trainer.parts:
        run_stage(trainer.stage(part), tmp_path, progress=False)
        rows = (tmp_path / f"{part}.csv").read_text().splitlines()
        column = rows[0].split(",").index("loss")
        losses = [float(row.split(",")[column]) for row in rows[1:]]
        assert losses[-1] < losses[0], part


def test_decoder_goes_on_alone_for_the_same_codes(tmp_path: Path) -> None:
    schedule = Schedule(steps=3, minutes=5.0, warmup_steps=1, save_every_s=0.0)
    trainer = MelodyTrainer(corpus(), MelodyRecipe(config=TINY, batch=16, decoder=schedule), seed=1)
    nets = trainer.nets
    codes, features = nets.encoder(trainer.held_tokens)[0], nets.decoder.out.weight.detach().clone()
    run_stage(trainer.stage("decoder"), tmp_path, progress=False)
    assert torch.equal(nets.encoder(trainer.held_tokens)[0], codes)
    assert not torch.equal(nets.decoder.out.weight, features)


def test_transposing_keeps_the_pitch_class_and_the_range() -> None:
    tokens = np.array([[0, 1, 2, 129, 60]])
    for semitones in (-30, -5, 0, 6, 30):
        moved = transpose(tokens, np.array([semitones]))
        assert moved[0, :2].tolist() == [0, 1]
        assert ((moved[0, 2:] - tokens[0, 2:] - semitones) % 12 == 0).all()
        assert moved[0, 2:].min() >= 2
        assert moved[0, 2:].max() <= 129


def test_batches_hold_melodies() -> None:
    rng = np.random.default_rng(0)
    pool = draw(60, rng)
    for tokens in (vary_real(pool, rng), recombine(pool, 20, rng), training_batch(pool, None, 40, rng)[0]):
        assert tokens.shape[1] == 32
        assert tokens.min() >= 0
        assert tokens.max() < TOKENS
        assert (tokens > 1).any(1).mean() > 0.8


def test_real_rows_of_a_batch_are_the_pool_in_other_keys() -> None:
    rng = np.random.default_rng(3)
    pool = draw(30, rng)
    tokens, real, _ = training_batch(pool, None, 50, rng)
    assert len(tokens) == len(real) == 50
    assert 0 < real.sum() < 50
    shapes = {tuple(row < 2) for row in pool}
    assert all(tuple(row < 2) in shapes for row in tokens[real])
