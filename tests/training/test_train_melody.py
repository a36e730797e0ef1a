"""The melody model learns, says what it decodes, and its batches are melodies."""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import pad

from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_networks import (
    NOTE_OFF,
    TOKENS,
    UNKNOWN,
    MelodyNets,
    NotesBefore,
    notes_before,
)
from blender_app.training.augment_melody import draw, recombine, training_batch, transpose, vary_real
from blender_app.training.loop import Schedule, run_stage
from blender_app.training.melody import MelodyRecipe, MelodyTrainer
from blender_app.training.metrics import octave_leaps

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
    schedule = Schedule(steps=50, minutes=5.0, warmup_steps=5, average=0.9, save_every_s=0.0)
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


def test_leaps_that_cost_are_rarer() -> None:
    torch.manual_seed(0)
    decoder = MelodyNets(TINY).eval().decoder
    z, noise = torch.randn(60, 8), torch.ones(60)
    free, dear = (
        decoder.decode(z, noise, 1.0, torch.Generator().manual_seed(1), leap_cost=cost).numpy()
        for cost in (0.0, 3.0)
    )
    assert octave_leaps(dear) < 0.5 * octave_leaps(free)


def test_what_is_decoded_is_the_likeliest_given_itself() -> None:
    torch.manual_seed(0)
    decoder = MelodyNets(TINY).eval().decoder
    z, noise = torch.randn(5, 8), torch.zeros(5)
    tokens = decoder.decode(z, noise)
    with torch.no_grad():
        logits = decoder(z, noise, tokens, torch.ones(tokens.shape, dtype=torch.bool))
    sounds = torch.cummax(torch.where(tokens > 0, torch.arange(32), -1), 1).values
    before = pad(tokens.gather(1, sounds.clamp(min=0)) * (sounds >= 0), (1, -1))
    logits[..., NOTE_OFF] = logits[..., NOTE_OFF].masked_fill(before <= NOTE_OFF, -torch.inf)
    assert torch.equal(logits.argmax(-1), tokens)
    drawn = decoder.decode(z, noise, 1.0, torch.Generator().manual_seed(1))
    assert not torch.equal(drawn, tokens)
    assert (drawn < TOKENS).all()


def test_notes_before_a_step_are_remembered() -> None:
    tokens = torch.tensor([[0, 1, 62, 0, 66, 1, UNKNOWN, 90, 0]])
    notes = notes_before(tokens)
    assert notes.last.tolist() == [[-1, -1, -1, 60, 60, 64, 64, 64, 88]]
    none, third, far = 25, 12 + 4, 24
    assert notes.reached[0].tolist() == [[none] * 5 + [third] * 3 + [far]]
    assert notes.reached[1].tolist() == [[none] * 8 + [third]]
    assert notes.classes[0, 2].tolist() == [0.0] * 12
    assert notes.classes[0, 5].nonzero().flatten().tolist() == [0, 8]  # from E upwards: E, C
    again = NotesBefore.none(1)
    played = torch.zeros(1, 12)
    for token in tokens[0].tolist():
        start = torch.tensor([2 <= token < UNKNOWN])
        again = again.after(torch.tensor([token]), start, played)
    assert again.last.tolist() == [88]
    assert [r.tolist() for r in again.reached] == [[far], [third]]
    assert again.classes[0].nonzero().flatten().tolist() == [0, 8]  # from E upwards: E, C


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
    tokens, real = training_batch(pool, None, 50, rng)
    assert len(tokens) == len(real) == 50
    assert 0 < real.sum() < 50
    shapes = {tuple(row < 2) for row in pool}
    assert all(tuple(row < 2) in shapes for row in tokens[real])
