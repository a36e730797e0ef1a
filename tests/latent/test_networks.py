"""The networks: what is decoded is what the logits say, and what the head remembers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import pad

from blender_app import load_model
from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.stored_palette import StoredPalette
from blender_app.latent.common import Known
from blender_app.latent.config import DrumConfig, MelodyConfig
from blender_app.latent.drum_space import DrumArrays, DrumSpace, loop_tensors, to_arrays
from blender_app.latent.melody_networks import (
    NOTE_OFF,
    TOKENS,
    UNKNOWN,
    MelodyNets,
    NotesBefore,
    notes_before,
)
from blender_app.latent.melody_space import MelodySpace
from blender_app.latent.networks import DrumNets, FlowPrior, ResidualBlock
from blender_app.latent.refine import Round, refine
from blender_app.training.metrics import octave_leaps

TINY = MelodyConfig(
    z_notes=8, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1, head_width=24
)
TINY_DRUMS = DrumConfig(
    z_hits=8, z_dynamics=4, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1
)


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


def test_the_lowest_pitch_is_a_note_and_only_notes_end() -> None:
    decoder = shaken(MelodyNets(TINY)).decoder
    bias = torch.zeros(2, 32, TOKENS)
    bias[0, 0, 2] = bias[0, 1:, NOTE_OFF] = 1000.0
    bias[1, :, NOTE_OFF] = 1000.0
    tokens = decoder.decode(torch.zeros(2, 8), torch.zeros(2), bias=bias)
    assert tokens[0, :2].tolist() == [2, NOTE_OFF]
    assert tokens[1, 0] != NOTE_OFF


def test_an_octave_costs_and_less_does_not() -> None:
    decoder = shaken(MelodyNets(TINY)).decoder
    for wanted, cost, chosen in ((72, 200.0, 71), (71, 200.0, 71), (72, 0.0, 72), (48, 200.0, 71)):
        bias = torch.zeros(1, 32, TOKENS)
        bias[0, 0, 2 + 60] = bias[0, 1, 2 + wanted] = 1000.0
        bias[0, 1, 2 + 71] += 900.0
        tokens = decoder.decode(torch.zeros(1, 8), torch.zeros(1), bias=bias, leap_cost=cost)
        assert tokens[0, :2].tolist() == [62, 2 + chosen]


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


def shaken(nets: torch.nn.Module) -> torch.nn.Module:
    """Return networks in which no weight is zero, so that every path counts."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in nets.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.3)
    return nets.eval().requires_grad_(False)


@pytest.mark.parametrize("kind", ["bass", "melody"])
def test_the_stored_palettes_of_melodies_are_the_models(kind: str) -> None:
    stored, model = StoredPalette.load(kind), load_model("melody-2bar")
    assert stored.corners[0].note_count
    cells = model.make_palette(stored.corners).cells(9, 9)
    pairs = [
        (a, b) for r, s in zip(stored.cells(9, 9), cells, strict=True) for a, b in zip(r, s, strict=True)
    ]
    same = [a.events == b.events for a, b in pairs]
    assert np.mean(same) > 0.99, "store the palettes again: packaging/store_palette.py"
    apart = [np.abs(a.velocity.astype(int) - b.velocity)[a.events == b.events].mean() for a, b in pairs]
    assert np.mean(apart) < 0.5


def test_hits_are_the_likelier_given_themselves() -> None:
    torch.manual_seed(0)
    decoder = shaken(DrumNets(TINY_DRUMS)).decoder
    z, noise = torch.randn(6, 8), torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0, 2.0])
    bias = torch.randn(6, 32, 9)
    for added in (None, bias):
        hits = decoder.decode(z, noise, bias=added)
        logits = decoder(z, noise, hits, torch.ones(6, 32, 1)) + (0.0 if added is None else added)
        assert torch.equal(hits > 0, logits > 0)
        assert 0.05 < (hits > 0).float().mean() < 0.95
    assert not torch.equal(decoder.decode(z, noise), hits)
    clean = decoder.decode(z, torch.zeros(6))
    assert not torch.equal(clean[3:], decoder.decode(z, noise)[3:]), "the noise level counts"


def test_hits_are_drawn_as_often_as_their_logits_say() -> None:
    decoder = shaken(DrumNets(TINY_DRUMS)).decoder
    z = torch.randn(1, 8, generator=torch.Generator().manual_seed(1)).repeat(6000, 1)
    hits = decoder.decode(z, torch.ones(6000), 1.0, torch.Generator().manual_seed(2))
    first = torch.sigmoid(decoder(z[:1], torch.ones(1), hits[:1], torch.ones(1, 32, 1)))[0, 0, 0]
    assert (hits[:, 0, 0] > 0).float().mean().item() == pytest.approx(first.item(), abs=0.03)
    cold = decoder.decode(z, torch.ones(6000), 0.001, torch.Generator().manual_seed(2))
    assert (cold == decoder.decode(z[:1], torch.ones(1))).float().mean() > 0.99


def test_a_head_sees_the_steps_before_it_and_no_others() -> None:
    decoder = shaken(DrumNets(TINY_DRUMS)).decoder
    hits = torch.randn(1, 32, 9).sign()
    past = decoder.histories(hits).view(32, 16, 9)
    assert torch.equal(past[20], hits[0, 4:20])
    assert torch.equal(past[3, 13:], hits[0, :3])
    assert not past[3, :13].any()
    z, noise, known = torch.randn(1, 8), torch.ones(1), torch.ones(1, 32, 1)
    before = decoder(z, noise, hits, known)
    changed = hits.clone()
    changed[0, 10, 4] *= -1
    after = decoder(z, noise, changed, known)
    differs = (before != after)[0]
    assert not differs[:10].any()
    assert not differs[10, :5].any()  # voices go in order within a step
    assert differs[10, 5:].all()
    assert differs[11:27].all()
    assert not differs[27:].any()


def test_a_block_adds_to_what_it_is_given() -> None:
    x = torch.randn(3, 8)
    assert torch.equal(ResidualBlock(8)(x), x)
    assert not torch.allclose(shaken(ResidualBlock(8))(x), x)


class Constant(FlowPrior):
    """A flow that runs the faster the later it is."""

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return (2.0 * time)[:, None].expand_as(x)


def test_samples_are_carried_along_the_flow() -> None:
    prior = Constant(3, 8, 1)
    prior.mean.fill_(5.0)
    prior.scale.fill_(2.0)
    noise = torch.randn(4, 3)
    torch.testing.assert_close(prior.sample(noise), 2.0 * (noise + 1.0) + 5.0)
    prior = shaken(FlowPrior(3, 8, 1))
    fine, coarse = prior.sample(noise, 400), prior.sample(noise, 20)
    torch.testing.assert_close(coarse, fine, atol=0.02, rtol=0.02)


def test_loops_as_tensors_and_back() -> None:
    loop = DrumLoop.empty().with_hit(3, 2, 127, 0.25).with_hit(4, 0, 64)
    hits, dynamics = loop_tensors([loop, DrumLoop.empty()])
    assert (hits.shape, dynamics.shape) == ((2, 32, 9), (2, 32, 9, 2))
    assert hits.unique().tolist() == [-1.0, 1.0]
    assert hits[0, 3, 2] == hits[0, 4, 0] == 1.0
    assert dynamics[0, 3, 2].tolist() == [1.0, 0.25]
    assert dynamics[0, 4, 0, 0].item() == pytest.approx(64 / 127)
    assert to_arrays(hits, dynamics).loops() == [loop, DrumLoop.empty()]
    loud = to_arrays(hits, torch.full_like(dynamics, 9.0)).loops()[0]
    assert (loud.velocity[3, 2], loud.microtiming[3, 2]) == (127, 0.5)
    soft = to_arrays(hits, torch.full_like(dynamics, -9.0)).loops()[0]
    assert (soft.velocity[3, 2], soft.microtiming[3, 2]) == (1, -0.5)


def test_arrays_of_any_numbers_become_loops() -> None:
    hits = np.zeros((1, 32, 9), np.bool_)
    hits[0, 0, :3] = True
    velocity, timing = np.full(hits.shape, 300), np.full(hits.shape, 0.7)
    velocity[0, 0, 1], timing[0, 0, 1] = 0, np.nan
    timing[0, 0, 2] = -0.7
    (loop,) = DrumArrays(hits, velocity, timing).loops()
    assert loop.velocity[0, :4].tolist() == [127, 1, 127, 0]
    assert loop.microtiming[0, :4].tolist() == [0.5, 0.0, -0.5, 0.0]


def test_what_is_known_of_dynamics_is_played_where_something_sounds() -> None:
    torch.manual_seed(0)
    drums = DrumSpace(shaken(DrumNets(TINY_DRUMS)))
    loops = [DrumLoop.empty().with_hit(3, 2, 100, 0.25).with_hit(9, 1, 20, -0.1)]
    content = drums.content(loops)
    code = drums.dynamics_code(loops, content)
    dynamics, onsets = drums.dynamics(loops)
    assert onsets.nonzero().tolist() == [[0, 3, 2], [0, 9, 1]]
    assert drums.played(content, code, Known(dynamics, torch.ones(1, 32, 9))) == loops
    assert drums.played(content, code)[0].velocity.tolist() != loops[0].velocity.tolist()
    tunes = MelodySpace(shaken(MelodyNets(TINY)))
    events = np.full(32, -2)
    events[[0, 8, 9]] = 60, 64, -1
    tune = [MelodyLoop(events, np.where(events >= 0, 99, 0), np.where(events >= 0, 0.2, 0.0))]
    content = tunes.content(tune)
    code = tunes.dynamics_code(tune, content)
    dynamics, onsets = tunes.dynamics(tune)
    assert onsets.nonzero().tolist() == [[0, 0], [0, 8]]
    assert tunes.played(content, code, Known(dynamics, torch.ones(1, 32))) == tune
    (said,) = tunes.played(content, code)
    assert said.velocity.max() != 99
    assert not said.microtiming.any()


def test_margins_say_by_how_much_the_right_choice_leads() -> None:
    torch.manual_seed(0)
    space = MelodySpace(shaken(MelodyNets(TINY)))
    codes = torch.randn(3, 8)
    content = torch.randint(0, TOKENS, (3, 32))
    logits = space.nets.decoder(codes, torch.zeros(3), content, torch.ones(3, 32, dtype=torch.bool))
    margin = space.margin(codes, content)
    assert margin.shape == (3, 32, 1)
    own = logits[1, 5, content[1, 5]]
    others = [logits[1, 5, token] for token in range(TOKENS) if token != content[1, 5]]
    assert margin[1, 5, 0].item() == pytest.approx((own - max(others)).item(), abs=1e-5)
    assert space.changed(content, content.flip(0)).shape == (3, 32)
    assert not space.changed(content, content).any()
    assert space.target_logits(content).argmax(-1).equal(content)


def never(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    raise AssertionError("what is said exactly need not be heard")


def test_refining_moves_codes_as_far_as_they_must() -> None:
    wanted = torch.tensor([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])
    mu, logvar = torch.tensor([[0.1, 0.3, 2.0], [1.0, 2.0, 3.0]]), torch.zeros(2, 3)
    codes = refine(lambda z, rows: z * wanted[rows], never, mu, logvar)
    assert ((codes * wanted) > 0).all()
    assert torch.equal(codes[1], mu[1]), "what is said already stays"
    assert codes[0, 2] == pytest.approx(2.0, abs=0.2)
    assert codes[0, 1].item() < 0.0
    far = mu - 30.0 * wanted
    few = refine(
        lambda z, rows: z * wanted[rows], lambda z, rows: -z.sum(1), far, logvar, (Round(2, 0.2, 0.02),)
    )
    assert 0.0 < (few - far).abs().max() < 1.0
