"""What models hand on to their networks, and what they make of what comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
import torch

from blender_app.core.constraints import DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import LoopweaveError, ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.latent import checkpoint, gaussian, melody_model, model_kinds, refine
from blender_app.latent.config import DrumConfig, MelodyConfig, ModelConfig
from blender_app.latent.drum_model import DrumModel
from blender_app.latent.drum_space import DrumArrays, DrumSpace, to_arrays
from blender_app.latent.loop_model import LoopModel
from blender_app.latent.melody_model import MelodyModel
from blender_app.latent.melody_networks import MelodyNets, NotesBefore, notes_before
from blender_app.latent.melody_space import MelodySpace
from blender_app.latent.networks import DrumNets

SIZES = {"width": 24, "blocks": 1, "dynamics_width": 12, "prior_width": 16, "prior_blocks": 1}
DRUMS = DrumConfig(z_hits=8, z_dynamics=4, sample_noise=0.75, sample_temperature=0.6, **SIZES)
TUNES = MelodyConfig(z_notes=8, head_width=16, sample_noise=1.25, sample_leap_cost=0.5, **SIZES)


def shaken(nets: torch.nn.Module) -> torch.nn.Module:
    """Return networks in which no weight is zero."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in nets.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.2)
    return nets.eval().requires_grad_(False)


def telling(
    method: Callable[..., torch.Tensor], calls: list[tuple[object, ...]]
) -> Callable[..., torch.Tensor]:
    """Return a method that keeps its arguments."""

    def call(*arguments: object, **named: object) -> torch.Tensor:
        calls.append((*arguments, *named.values()))
        return method(*arguments, **named)

    return call


@pytest.fixture(scope="module")
def drums() -> DrumModel:
    torch.manual_seed(0)
    return DrumModel(DrumSpace(shaken(DrumNets(DRUMS))), "drums", "")


@pytest.fixture(scope="module")
def tunes() -> MelodyModel:
    torch.manual_seed(0)
    return MelodyModel(MelodySpace(shaken(MelodyNets(TUNES))), "tunes", "")


@pytest.fixture(params=["drums", "tunes"])
def model(request: pytest.FixtureRequest) -> LoopModel:
    return request.getfixturevalue(request.param)


@pytest.fixture
def decoded(model: LoopModel, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Return what the model's decoder is asked for."""
    calls: list[tuple[object, ...]] = []
    decoder = model._space.nets.decoder
    monkeypatch.setattr(decoder, "decode", telling(decoder.decode, calls))
    return calls


def loop_for(model: LoopModel) -> DrumLoop | MelodyLoop:
    rng = np.random.default_rng(2)
    if isinstance(model, DrumModel):
        return DrumLoop.from_hits(rng.random((32, 9)) < 0.3, velocity=90)
    return MelodyLoop.from_events(np.where(rng.random(32) < 0.4, rng.integers(40, 80, 32), -2))


@pytest.mark.parametrize(("amount", "level", "heat"), [(0.0, 0.0, 0.3), (0.4, 0.8, 0.4), (1.5, 2.0, 1.5)])
def test_a_variation_is_decoded_near_the_loops_code(
    model: LoopModel, decoded: list[tuple[object, ...]], amount: float, level: float, heat: float
) -> None:
    loop = loop_for(model)
    varied = model.vary(loop, amount, seed=5)
    ((z, noise, temperature, generator, *_),) = decoded
    mu, logvar = model._space.encode(model._space.content([loop]))
    chance = torch.randn(mu.shape, generator=torch.Generator().manual_seed(5))
    torch.testing.assert_close(z, mu + level * torch.exp(0.5 * logvar) * chance)
    assert noise.tolist() == pytest.approx([level])
    assert temperature == pytest.approx(heat)
    assert isinstance(generator, torch.Generator)
    assert varied.steps == 32


def test_a_variation_is_half_a_relative_by_default(
    model: LoopModel, decoded: list[tuple[object, ...]]
) -> None:
    model.vary(loop_for(model), seed=1)
    assert decoded[0][1].tolist() == [1.0]


def test_samples_are_codes_of_the_prior(model: LoopModel, decoded: list[tuple[object, ...]]) -> None:
    model.sample(3, seed=6)
    z, noise, temperature, _, bias, *rest = decoded[0]
    config, nets = model._space.config, model._space.nets
    chance = torch.randn(3, 8, generator=torch.Generator().manual_seed(6))
    torch.testing.assert_close(z, nets.prior.sample(chance))
    assert noise.tolist() == [config.sample_noise] * 3
    assert temperature == config.sample_temperature
    assert bias is None
    if isinstance(model, MelodyModel):
        assert rest == [None, 0.5]
    model.sample(1, 0.0)
    assert decoded[1][2] is None, "0 is the likeliest"


def test_large_leaps_cost_between_loops_the_more_the_noisier_a_code_is(
    tunes: MelodyModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, ...]] = []
    decoder = tunes._space.nets.decoder
    monkeypatch.setattr(decoder, "decode", telling(decoder.decode, calls))
    z, noise = torch.zeros(4, 8), torch.tensor([0.0, 0.25, 1.0, 2.0])
    tunes._space.decode(z, noise)
    tunes._space.decode(z, noise, temperature=0.5)
    costs = [call[-1] for call in calls]
    dear = tunes._space.config.between_leap_cost
    assert dear > 0
    assert costs[0].tolist() == pytest.approx([0.0, 0.25 * dear, dear, dear])
    assert costs[1] == 0.0, "what is drawn by chance leaps as often as its prior says"


def test_rests_are_drawn_anew(tunes: MelodyModel, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fewest = tunes._space.config.sample_min_notes
    full, sparse = torch.full((32,), 2 + 60), torch.zeros(32, dtype=torch.long)
    sparse[: fewest - 1] = 2 + 50
    sparser, least = sparse.clone(), sparse.clone()
    sparser[0] = 0
    least[:fewest] = 2 + 40  # just enough
    rounds: Iterator[list[torch.Tensor]]

    def sample(n: int, *_arguments: object) -> torch.Tensor:
        asked.append(n)
        return torch.stack(next(rounds))

    monkeypatch.setattr(tunes._space, "sample", sample)
    rounds = iter([[full, sparse, least], [sparse, sparse, full], [full] * 3])
    pitches = tunes.sample(3, seed=1).max(1).tolist()
    assert (pitches, asked) == ([60, 40, 60], [3, 3])
    rounds = iter([[sparse, sparser, full], *[[sparser, sparse, sparser]] * 3])
    made = tunes.sample(3, seed=1)
    assert (made >= 0).sum(1).tolist() == [32, fewest - 1, fewest - 2], "those with most notes, if all are"
    ask = DecodeConstraints(register=(72, 84))
    rounds = iter([[full, sparse]] * 4)
    assert {loop.events.max() for loop in tunes.sample_loops(2, seed=1, constraints=ask)} == {84, 74}


def test_the_dynamics_of_samples_are_drawn(drums: DrumModel, tunes: MelodyModel) -> None:
    content = drums._space.content([loop_for(drums)] * 2)
    mu, logvar = drums._space.usual_dynamics(content)
    for temperature, spread in ((0.0, 0.0), (0.5, 0.5), (3.0, 1.0)):
        code = drums._sampled_dynamics(content, temperature, torch.Generator().manual_seed(1))
        chance = torch.randn(mu.shape, generator=torch.Generator().manual_seed(1))
        torch.testing.assert_close(code, mu + spread * torch.exp(0.5 * logvar) * chance)
    tokens = tunes._space.content([loop_for(tunes)] * 2)
    mu, logvar = tunes._space.usual_dynamics(tokens)
    chance = torch.randn(mu.shape, generator=torch.Generator().manual_seed(2))
    drawn = tunes._sampled_dynamics(tokens, 1.0, torch.Generator().manual_seed(2))
    torch.testing.assert_close(drawn, mu + torch.exp(0.5 * logvar) * chance)
    torch.testing.assert_close(tunes._sampled_dynamics(tokens, 1.0, None), mu)


def test_dynamics_codes_are_the_means_of_their_posteriors(drums: DrumModel, tunes: MelodyModel) -> None:
    beat, tune = loop_for(drums), loop_for(tunes)
    velocity = torch.from_numpy(beat.velocity / np.float32(127))[None]
    played = torch.stack([velocity, torch.tensor(beat.microtiming)[None]], -1)
    for space, loop, given in (
        (drums._space, beat, played),
        (tunes._space, tune, torch.from_numpy(tune.velocity / np.float32(127))[None]),
    ):
        content = space.content([loop])
        mean, _ = space.nets.dynamics.encode(content, given)
        torch.testing.assert_close(space.dynamics_code([loop], content), mean)


def test_codes_are_decoded_at_the_noise_that_is_asked_for(
    model: LoopModel, decoded: list[tuple[object, ...]]
) -> None:
    z = np.random.default_rng(3).normal(size=(2, 8))
    model.decode(z)
    model.decode(z, temperature=0.7, seed=3)
    model.decode(z, noise=99.0)
    model.decode(z, temperature=0.7, noise=0.25)
    most = model._space.config.max_noise
    assert [noise.tolist() for _, noise, *_ in decoded] == [[0.0] * 2, [1.0] * 2, [most] * 2, [0.25] * 2]
    assert [temperature for _, _, temperature, *_ in decoded] == [None, 0.7, None, 0.7]
    assert decoded[2][3] is None
    assert decoded[1][3] is not None
    for codes, *_ in decoded:
        np.testing.assert_allclose(codes, z, rtol=1e-6)


def test_refined_codes_are_those_of_the_space(model: LoopModel, monkeypatch: pytest.MonkeyPatch) -> None:
    loops = model._to_array(model._space.content([loop_for(model)]))
    content = model._space.content([loop_for(model)])
    mu, logvar = model._space.encode(content)
    np.testing.assert_allclose(model.encode(loops)[:, :8], mu, atol=1e-6)
    refined = model._space.refine(content, mu, logvar)
    np.testing.assert_allclose(model.refine(loops)[:, :8], refined, atol=1e-5)
    assert model.refine(loops).dtype == model.encode(loops).dtype == np.float32
    monkeypatch.setattr(model._space, "refine", lambda _content, mu, _logvar: mu + 1.0)
    np.testing.assert_allclose(model.refine(loops)[:, :8], mu + 1.0, atol=1e-6)


def test_whole_codes_of_drums_end_with_how_they_are_played(drums: DrumModel) -> None:
    rng = np.random.default_rng(4)
    hits = rng.random((2, 32, 9)) < 0.3
    velocity, timing = rng.integers(1, 127, hits.shape), rng.uniform(-0.4, 0.4, hits.shape)
    space = drums._space
    content = torch.from_numpy(hits).float() * 2 - 1
    z = drums.encode(hits)
    assert z.shape == (2, 12)
    np.testing.assert_allclose(z[:, 8:], space.usual_dynamics(content)[0], atol=1e-6)
    full = drums.encode_full(hits, velocity, timing)
    np.testing.assert_allclose(full[:, :8], z[:, :8], atol=1e-6)
    played = (
        torch.from_numpy(np.stack([velocity / 127, timing], -1)).float() * torch.from_numpy(hits)[..., None]
    )
    np.testing.assert_allclose(full[:, 8:], space.nets.dynamics.encode(content, played)[0], atol=1e-5)
    said = drums.decode_full(full)
    np.testing.assert_array_equal(said.hits, drums.decode(full))
    again = space.arrays(torch.from_numpy(said.hits).float() * 2 - 1, torch.from_numpy(full[:, 8:]))
    np.testing.assert_array_equal(said.velocity, again.velocity)
    np.testing.assert_allclose(said.microtiming, again.microtiming)
    for wrong in (np.zeros((1, 11)), np.zeros(12), np.zeros((1, 1, 12))):
        with pytest.raises(ModelError, match=r"codes are \(B, 12\) or wider"):
            drums.decode_full(wrong)
    with pytest.raises(ModelError, match=r"codes are \(B, 8\) or wider, not \(1, 7\)"):
        drums.decode(np.zeros((1, 7)))


def test_a_hit_is_what_is_surer_than_none(drums: DrumModel) -> None:
    cells = torch.tensor([[[-1.0, -0.01, 0.0, 0.01, 1.0]]])
    assert drums._to_array(cells).tolist() == [[[False, False, False, True, True]]]
    with pytest.raises(ModelError, match=r"drum loops are \(B, 32, 9\), not \(32, 9\)"):
        drums.encode(np.zeros((32, 9)))


def test_batches_are_interpolated_pair_by_pair(model: LoopModel) -> None:
    events = (
        np.stack([loop_for(model).hits] * 2)
        if model.name == "drums"
        else np.stack([loop_for(model).events] * 2)
    )
    events[1] = np.roll(events[1], 4, axis=0)
    both = model.interpolate(events, events[::-1], 3)
    assert both.shape == (3, 2, *events.shape[1:])
    for pair in range(2):
        np.testing.assert_array_equal(both[:, pair], model.interpolate(events[pair], events[1 - pair], 3))
    np.testing.assert_array_equal(both[0], events)
    plain = model.interpolate(events, events[::-1], 3, plain=True)
    assert not np.array_equal(plain, both)
    np.testing.assert_array_equal(plain[0], model.decode(model.encode(events)))
    plane = model.palette(events[[0, 1, 1, 0]], 2, 3)
    np.testing.assert_array_equal(plane[[0, 0, 1, 1], [0, 2, 0, 2]], events[[0, 1, 1, 0]])
    plain = model.palette(events[[0, 1, 1, 0]], 2, 3, plain=True)
    np.testing.assert_array_equal(plain[0, 0], model.decode(model.encode(events[:1]))[0])


def test_interpolations_and_palettes_are_what_the_instrument_plays(model: LoopModel) -> None:
    content = model._space.content([loop_for(model)])
    array = model._to_array(content)[0]
    ends = np.stack([array, np.roll(array, 4, axis=0)])
    loops = model._usual_loops(ends)
    morph = model.make_morph(*loops).at(np.array([0.0, 0.25, 0.5, 0.75, 1.0]))
    played = model._to_array(model._space.content(morph))
    np.testing.assert_array_equal(model.interpolate(*ends, 5), played)
    cells = model.make_palette([*loops, *loops]).cells(3, 2)
    for row, made in zip(model.palette(ends[[0, 1, 0, 1]], 3, 2), cells, strict=True):
        np.testing.assert_array_equal(row, model._to_array(model._space.content(made)))
    both = model._content(ends)
    assert loops == model._space.played(both, model._space.usual_dynamics(both)[0])


def test_drums_as_arrays_lie_in_their_ranges_and_stay_as_they_are() -> None:
    hits = torch.tensor([[[1.0, 1.0, -1.0]]])
    for said, velocity, timing in ((9.0, 127, 0.5), (-9.0, 1, -0.5), (0.3, 38, 0.3)):
        arrays = to_arrays(hits, torch.full((1, 1, 3, 2), said))
        assert arrays.velocity.tolist() == [[[velocity, velocity, 0]]]
        np.testing.assert_allclose(arrays.microtiming, [[[timing, timing, 0.0]]], rtol=1e-6)
        assert (arrays.velocity.dtype, arrays.microtiming.dtype) == (np.uint8, np.float32)
    whole = np.ones((2, 32, 9), np.bool_)
    for loop in DrumArrays(whole, whole * 70, whole * 0.1).loops():
        for array in (loop.hits, loop.velocity, loop.microtiming):
            assert not array.flags.writeable
    assert whole.flags.writeable


def test_melodies_are_events_of_the_models_length(tunes: MelodyModel) -> None:
    edges = np.full((1, 32), -2)
    edges[0, :3] = 0, 127, -1
    assert tunes._to_array(tunes._content(edges)).tolist() == edges.tolist()
    assert tunes._content(np.zeros((0, 32), int)).shape == (0, 32)
    for wrong in (-3, 128):
        with pytest.raises(ModelError, match="melody events are -2"):
            tunes.encode(np.full((1, 32), wrong))
    for shape in ((32,), (1, 31), (1, 1, 32)):
        with pytest.raises(ModelError, match=r"melodies are \(B, 32\), not"):
            tunes.encode(np.zeros(shape, int))
    for shape in ((8,), (1, 9), (1, 7), (1, 1, 8)):
        with pytest.raises(ModelError, match=r"codes are \(B, 8\), not"):
            tunes.decode(np.zeros(shape))


def test_melodies_get_the_velocities_that_they_come_with(tunes: MelodyModel) -> None:
    events = np.stack([loop_for(tunes).events])
    velocity = np.where(events >= 0, 100, 0)
    code = tunes._space.nets.dynamics.encode(
        tunes._content(events), torch.from_numpy(velocity).float() / 127
    )[0]
    expected = tunes._space.played(tunes._content(events), code)
    assert tunes.with_dynamics_of(events, velocity) == expected
    loud = (127 * tunes._space.nets.dynamics.decode(tunes._content(events), code)).round().clamp(1, 127)
    np.testing.assert_array_equal(expected[0].velocity, loud[0].numpy() * (events[0] >= 0))


def test_the_mean_pitch_is_that_of_the_notes_that_start() -> None:
    tokens = torch.tensor([[0, 1, 62, 0, 65], [0, 1, 0, 1, 0], [2, 2, 0, 0, 3]])
    mean = melody_model._mean_pitch(tokens)
    assert mean[[0, 2]].tolist() == pytest.approx([61.5, 1 / 3])
    assert mean[1].isnan()
    moved = melody_model._moved_into(tokens, (84, 86))
    assert moved.tolist() == [[0, 1, 86, 0, 89], [0, 1, 0, 1, 0], [86, 86, 0, 0, 87]]
    low = melody_model._moved_into(torch.tensor([[2 + 7, 2 + 60]]), (0, 2))
    assert low.tolist() == [[2, 2 + 24]]  # no lower than the lowest
    high = melody_model._moved_into(torch.tensor([[2 + 125, 2 + 70]]), (127, 127))
    assert high.tolist() == [[129, 2 + 94]]


def test_registers_are_drawn_for_a_few_times(tunes: MelodyModel, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = iter(torch.full((32, 32), 2 + pitch) for pitch in (10, 20, 50, 20, 50))
    monkeypatch.setattr(tunes._space, "sample", lambda *_arguments: next(rows))
    ask = DecodeConstraints(register=(45, 55))
    assert [loop.events[0] for loop in tunes.sample_loops(2, seed=1, constraints=ask)] == [50, 50]
    rows = iter(torch.full((32, 32), 2 + pitch) for pitch in (10, 20, 30, 22, 50))
    moved = tunes.sample_loops(2, seed=1, constraints=ask)
    assert [loop.events[0] for loop in moved] == [46, 46]
    assert int(next(rows)[0, 0]) == 52, "four rounds are enough"
    first, last = torch.full((32, 32), 2 + 10), torch.full((32, 32), 2 + 22)
    first[5], last[0] = 2 + 47, 0  # one that fits, and one of silence, which is no use
    rows = iter((first, first * 0, first * 0, last))
    mixed = tunes.sample_loops(2, seed=1, constraints=ask)
    assert [loop.events[0] for loop in mixed] == [47, 46]
    rows = iter([first * 0] * 4)
    silent = tunes.sample_loops(2, seed=1, constraints=ask)
    assert [loop.note_count for loop in silent] == [0, 0]


def test_no_number_of_a_decoders_chance_is_without_end(
    model: LoopModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    z = torch.randn(4, 8, generator=torch.Generator().manual_seed(3))
    decoder, shape = model._space.nets.decoder, (4, 32, 9 if model.name == "drums" else 130)
    for drawn, kept in ((0.0, 1e-6), (1.0, 1.0 - 1e-6), (0.5, 0.5)):
        monkeypatch.setattr(torch, "rand", lambda size, generator=None, drawn=drawn: torch.full(size, drawn))
        warm = decoder.decode(z, torch.ones(4), 0.2)
        uniform = torch.tensor(kept)
        drums = model.name == "drums"
        added = -0.2 * torch.logit(uniform) if drums else -0.2 * torch.log(-torch.log(uniform))
        assert torch.equal(warm, decoder.decode(z, torch.ones(4), bias=torch.full(shape, added.item())))
    if model.name == "drums":
        assert (warm > 0).any()
        assert (warm < 0).any()


def test_what_was_played_before_is_the_same_at_once_and_step_by_step() -> None:
    generator = torch.Generator().manual_seed(8)
    for share in (0.0, 0.5, 0.95):
        tokens = torch.randint(0, 131, (6, 32), generator=generator)
        tokens = torch.where(torch.rand(tokens.shape, generator=generator) < share, 0, tokens)
        whole = notes_before(tokens)
        step, played = NotesBefore.none(6), torch.zeros(6, 12)
        for t in range(32):
            assert torch.equal(step.last, whole.last[:, t])
            for one, other in zip(step.reached, whole.reached, strict=True):
                assert torch.equal(one, other[:, t])
            assert torch.equal(step.classes, whole.classes[:, t])
            starts = (tokens[:, t] >= 2) & (tokens[:, t] < 130)
            step = step.after(tokens[:, t], starts, played)


# -- refinement -------------------------------------------------------------------------------------


def slow_refine(wanted: np.ndarray, mu: np.ndarray, logvar: np.ndarray, steps: int) -> np.ndarray:
    """Refine one code whose margins are its numbers times `wanted`, by Adam's steps written out."""
    z, first, second = mu.copy(), np.zeros_like(mu), np.zeros_like(mu)
    best, fewest = mu.copy(), np.inf
    for step in range(1, steps + 1):
        margin = z * wanted
        short = np.maximum(0.4 - margin, 0.0).sum()
        count = (margin <= 1e-3).sum() + 1e-3 * short
        if count < fewest:
            best, fewest = z.copy(), count
        if short == 0.0:
            break
        left = 1.0 - step / steps
        slope = np.where(margin < 0.4, -wanted, 0.0) + left * 0.02 * 2.0 * np.exp(-logvar) * (z - mu)
        first, second = 0.9 * first + 0.1 * slope, 0.9 * second + 0.1 * slope**2
        move = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.9**step)) + 1e-8)
        z = z - 0.2 * (0.2 + 0.8 * left) * move
    return best


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 30])
def test_refining_is_adam_on_a_hinge(steps: int) -> None:
    rng = np.random.default_rng(9)
    wanted = rng.choice([-1.0, 1.0], (5, 4)) * rng.uniform(0.3, 2.0, (5, 4))
    mu, logvar = rng.normal(size=(5, 4)), rng.uniform(-3.0, 1.0, (5, 4))
    tensors = (torch.from_numpy(each) for each in (wanted, mu, logvar))
    scale, start, spread = tensors

    def wrong_of(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        return (z * scale[rows] <= 0).sum(1)

    rounds = (refine.Round(steps, 0.2, 0.02),)
    codes = refine.refine(lambda z, rows: z * scale[rows], wrong_of, start, spread, rounds)
    # All codes go on until each is said; those that are said already may still come nearer to mu.
    for row in range(5):
        expected = slow_refine(wanted[row], mu[row], logvar[row], steps)
        margins = codes[row].numpy() * wanted[row]
        fewer = (expected * wanted[row] <= 0).sum() < (mu[row] * wanted[row] <= 0).sum()
        if fewer and steps < 30:
            np.testing.assert_allclose(codes[row], expected, atol=1e-6)
        assert (margins <= 0).sum() <= (expected * wanted[row] <= 0).sum()
    assert not codes.requires_grad


def test_only_what_is_not_said_yet_is_taken_up_again() -> None:
    asked: list[list[int]] = []

    def margin_of(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        asked.append(rows.tolist())
        return torch.where((rows == 1)[:, None], z * 0.0 - 1.0, z + 1.0)

    def wrong_of(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        assert rows.tolist() == [1]
        return torch.ones(1)

    codes = refine.refine(margin_of, wrong_of, torch.zeros(3, 2), torch.zeros(3, 2))
    first, second = refine.ROUNDS
    assert (first.steps, second.steps) == (30, 48)
    assert asked == [[0, 1, 2]] * 30 + [[1]] * 48
    assert not codes.any(), "what is not better stays as it was"
    asked.clear()

    def barely(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        asked.append(rows.tolist())
        return z * 0.0 + (-1.0 if len(asked) < 35 else 0.01)

    refine.refine(barely, lambda z, rows: torch.ones(1), torch.zeros(1, 2), torch.zeros(1, 2))
    assert len(asked) == 35, "the second round ends as soon as all is said"
    asked.clear()
    refine.refine(lambda z, rows: asked.append(rows.tolist()) or z + 1.0, wrong_of, *torch.zeros(2, 2, 3))
    assert asked == [[0, 1]], "what is said already takes no step"


@pytest.mark.parametrize("last", [1, 2, 3])
def test_what_is_kept_is_chosen_by_what_is_heard(last: int) -> None:
    heard: list[torch.Tensor] = []

    def wrong_of(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        heard.append(z)
        return torch.tensor([{1: 2.0, 2: 3.0, 3: last}[len(heard)]])

    def margin_of(z: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        return torch.cat([z, -z - 5.0], 1)

    mu = torch.full((1, 1), -1.0)
    codes = refine.refine(margin_of, wrong_of, mu, torch.zeros(1, 1))
    assert torch.equal(heard[0], mu), "the posterior's mean is heard first"
    assert torch.equal(codes, heard[2] if last == 1 else mu)


# -- files, kinds and values ------------------------------------------------------------------------


def test_a_model_is_known_by_its_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    checkpoint.save_weights(DrumNets(DRUMS), tmp_path / "new" / "mine", "mine")
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        model = DrumModel.load(tmp_path / "new" / "mine")
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(threads)
    weights = (tmp_path / "new" / "mine" / "weights.safetensors").read_bytes()
    assert model.hash == hashlib.sha256(weights).hexdigest()[:16]
    parameters = list(model._space.nets.parameters())
    assert not any(parameter.requires_grad for parameter in parameters)
    assert not any(module.training for module in model._space.nets.modules())
    assert {parameter.dtype for parameter in parameters} == {torch.float32}
    stored = checkpoint.load_file(tmp_path / "new" / "mine" / "weights.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16}
    text = (tmp_path / "new" / "mine" / "config.json").read_text()
    assert text.startswith('{\n  "format": 1,\n  "name": "mine",\n  "kind": "drums",\n')
    assert text.endswith("}\n")


@pytest.fixture
def spoons() -> Iterator[model_kinds.ModelKind]:
    kind = model_kinds.ModelKind("spoons", "drums", "a:B", "c:D", "e:F", "g:H")
    model_kinds.register_kind(kind)
    yield kind
    model_kinds.unregister_kind("spoons")


def test_kinds_are_found_by_what_they_are(spoons: model_kinds.ModelKind) -> None:
    assert model_kinds.kind_labelled("spoons") is spoons
    assert model_kinds.trained_names() == ("drums-2bar", "melody-2bar")
    for part in (DrumNets, DrumModel):
        assert model_kinds.kind_made_of(part).label == "drums"
    assert model_kinds.kind_trained_as("melody-2bar").label == "melody"
    for name in ("", "spoons"):
        with pytest.raises(LoopweaveError, match=r"no recipe for .*known are drums-2bar, melody-2bar"):
            model_kinds.kind_trained_as(name)
    with pytest.raises(ModelError, match="part of no kind"):
        model_kinds.kind_made_of(DrumLoop)
    model_kinds.unregister_kind("spoons")
    model_kinds.unregister_kind("spoons")
    with pytest.raises(ModelError, match=r"no kind of model 'spoons'; known are drums, melody"):
        model_kinds.kind_labelled("spoons")


def test_configurations_and_kinds_stay_as_they_are(spoons: model_kinds.ModelKind) -> None:
    for value, name in ((ModelConfig(), "steps"), (DRUMS, "z_hits"), (TUNES, "z_notes"), (spoons, "label")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 1)


def test_a_seed_starts_a_generator() -> None:
    assert gaussian.seeded(None) is None
    for seed in (0, 5):
        generator = gaussian.seeded(seed)
        assert generator is not None
        assert torch.equal(
            torch.rand(3, generator=generator), torch.rand(3, generator=torch.Generator().manual_seed(seed))
        )
    batch = torch.arange(12.0).view(1, 2, 6)
    mean, logvar = gaussian.mean_and_logvar(batch)
    assert mean.tolist() == [[[0, 1, 2], [6, 7, 8]]]
    assert logvar.tolist() == [[[3, 4, 4], [4, 4, 4]]]
