"""What all models share: blends, palettes, lengths, what is read from disk."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from blender_app import load_model
from blender_app.core.constraints import DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.latent import checkpoint, loop_model, palette
from blender_app.latent.blend import Blend
from blender_app.latent.checkpoint import save_weights
from blender_app.latent.config import DrumConfig, MelodyConfig, ModelConfig
from blender_app.latent.drum_model import DrumModel
from blender_app.latent.drum_space import DrumSpace
from blender_app.latent.gaussian import mean_and_logvar, noise_levels
from blender_app.latent.melody_model import MelodyModel
from blender_app.latent.melody_networks import FIRST_PITCH, MelodyNets
from blender_app.latent.melody_space import MelodySpace
from blender_app.latent.networks import DrumNets
from blender_app.latent.palette import LatentMorph, LatentPalette, grid_points
from blender_app.latent.wander import WanderCurves
from blender_app.training import augment, augment_melody

TINY = DrumConfig(
    z_hits=8, z_dynamics=4, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1
)
TINY_MELODY = MelodyConfig(
    z_notes=8, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1, head_width=24
)


def drum_space(**changes: object) -> DrumSpace:
    torch.manual_seed(0)
    return DrumSpace(DrumNets(replace(TINY, **changes)).eval().requires_grad_(False))


def drum_loops(count: int, seed: int = 0) -> list[DrumLoop]:
    hits = np.random.default_rng(seed).random((count, 32, 9)) < 0.3
    return [DrumLoop.from_hits(each) for each in hits]


# -- blends -----------------------------------------------------------------------------------------


def test_a_strong_hold_of_the_keys_takes_each_half_bar_from_one_of_them() -> None:
    a, b = drum_loops(2)
    held = WanderCurves(key_logits=(1000.0,) * 3)
    blend = Blend(drum_space(wander=held), [a, b])
    quarter = np.full((1, 1), 0.25)
    halves = (blend.content_at(quarter)[0] > 0).reshape(4, -1)
    start, middle = ((blend.keys.targets[key] > 0).reshape(4, -1) for key in (0, 1))
    of_start, of_middle = ((halves == key).all(1) for key in (start, middle))
    assert of_start.tolist() == [False, True, False, True]
    assert of_middle.tolist() == [True, False, True, False]


def test_near_an_anchor_its_own_loop_is_said() -> None:
    a, b = drum_loops(2)
    blend = Blend(drum_space(), [a, b], refined=False)
    assert all(share < 1.0 for share in blend.accuracy)  # untrained
    at_a = np.array([[0.0]])
    assert torch.equal(blend.content_at(at_a)[0], blend.target_logits[0])
    plain = Blend(drum_space(), [a, b], plain=True)
    assert not torch.equal(plain.content_at(at_a)[0], plain.target_logits[0])
    assert not plain.refined


def test_accuracy_is_the_share_of_steps_that_the_model_says() -> None:
    space, loops = load_model("drums-2bar")._space, drum_loops(4)
    blend = Blend(space, loops, refined=False)
    assert all(0.0 < share < 1.0 for share in blend.accuracy)
    content = space.content(loops)
    known = content.new_ones(1, 32, 1)
    logits = space.nets.decoder(space.encode(content)[0], torch.zeros(4), content, known)
    right = ((logits > 0) == (content > 0)).all(-1).float().mean(-1)
    assert blend.accuracy == pytest.approx(right.tolist())


def test_the_pace_is_even_in_changed_steps() -> None:
    blend = Blend(drum_space(), drum_loops(2))
    line = torch.full((1, 5, 32, 9), -1.0)
    line[0, 3:, :8] = 1.0  # all that changes does so between the third and the fourth
    (pace,) = blend.pace(line)
    assert (pace[0], pace[-1]) == (0.0, 1.0)
    assert 0.5 < pace[1] < pace[2] < pace[3] < 0.75
    even = torch.full((1, 5, 32, 9), -1.0)
    np.testing.assert_allclose(blend.pace(even)[0], np.linspace(0, 1, 5))


def test_only_user_edited_anchors_are_kept_where_pitches_are_allowed() -> None:
    torch.manual_seed(0)
    space = MelodySpace(MelodyNets(TINY_MELODY).eval().requires_grad_(False))
    loops = [MelodyLoop.from_events([60] * 32), MelodyLoop.from_events([61] * 32)]
    assert Blend(space, loops).kept == (True, True)
    allowed = np.ones((32, 128), np.bool_)
    assert Blend(space, loops, constraints=DecodeConstraints(allowed)).kept == (False, False)
    some = Blend(space, loops, constraints=DecodeConstraints(allowed, (False, True)))
    assert some.kept == (False, True)
    with pytest.raises(ModelError, match=r"allowed is \(32, 128\), not \(16, 128\)"):
        Blend(space, loops, constraints=DecodeConstraints(allowed[:16]))


class Listening(DrumSpace):
    """A space that remembers the noise levels and the bias it decoded with."""

    def decode(self, codes, noise, bias=None, allowed=None, temperature=None, generator=None):
        self.noise, self.bias = noise, bias
        return super().decode(codes, noise, bias, allowed, temperature, generator)


def test_a_plain_blend_is_told_no_noise() -> None:
    space = Listening(drum_space().nets)
    Blend(space, drum_loops(2), plain=True).content_at(np.array([[0.5]]))
    assert space.noise.tolist() == [0.0]
    assert space.bias is None


def test_a_correction_fades_out_before_the_middle() -> None:
    space = Listening(drum_space(wander=WanderCurves(key_logits=(0.0,) * 3)).nets)
    blend = Blend(space, drum_loops(2), refined=False)
    blend.content_at(np.array([[0.0], [0.45], [0.225]]))
    full, none, half = space.bias
    torch.testing.assert_close(full, blend.correction[0])
    torch.testing.assert_close(none, torch.zeros_like(none))
    torch.testing.assert_close(half, 0.5 * blend.correction[0], rtol=1e-3, atol=1e-4)


# -- palettes ---------------------------------------------------------------------------------------


class PacedBlend(SimpleNamespace):
    """A blend whose rows run late and whose columns run early."""

    def __init__(self) -> None:
        super().__init__(anchors=(1, 2, 3, 4), refined=True)

    def even_positions(self, starts: np.ndarray, ends: np.ndarray, points: int) -> np.ndarray:
        self.asked = starts, ends, points
        even, downwards = np.linspace(0.0, 1.0, points), ends[:, 1] > starts[:, 1]
        return np.stack([even**0.5 if down else even**2 for down in downwards])


def test_rows_and_columns_have_a_pace_of_their_own() -> None:
    plane = LatentPalette(PacedBlend())
    points = np.array([[0.5, 0.25], [0.25, 0.5], [1.0, 0.0], [0.0, 1.0]])
    expected = np.stack([points[:, 0] ** 2, points[:, 1] ** 0.5], 1)
    np.testing.assert_allclose(plane.places(points), expected, atol=0.02)


def test_rows_and_columns_are_measured_from_edge_to_edge() -> None:
    blend = PacedBlend()
    LatentPalette(blend)
    lines = palette.LINES
    starts, ends, asked = blend.asked
    assert asked == palette.LINE_POINTS
    across = np.linspace(0, 1, lines)
    zeros, ones = 0 * across, 0 * across + 1
    rows, cols = np.split(starts, 2)
    np.testing.assert_allclose(rows, np.stack([zeros, across], 1))
    np.testing.assert_allclose(cols, np.stack([across, zeros], 1))
    rows, cols = np.split(ends, 2)
    np.testing.assert_allclose(rows, np.stack([ones, across], 1))
    np.testing.assert_allclose(cols, np.stack([across, ones], 1))


def test_a_quick_palettes_pace_is_that_of_its_keys() -> None:
    blend = Blend(drum_space(), drum_loops(4), refined=False)
    positions = blend.key_positions()
    assert positions.shape == (6, 3)
    content = blend.keys.content.view(3, 3, 32, 9)
    for line, keys in zip(positions, (*content, *content.transpose(0, 1)), strict=True):
        first, second = ((keys[i] != keys[i + 1]).any(-1).sum().item() + 0.05 for i in (0, 1))
        half = (first + second) / 2
        expected = 0.5 * half / first if half < first else 0.5 + 0.5 * (half - first) / second
        np.testing.assert_allclose(line, [0.0, expected, 1.0])
    plane = LatentPalette(blend)
    np.testing.assert_allclose(plane.places(np.array([[0.5, 0.0]]))[0, 0], positions[0, 1])
    plain = Blend(drum_space(), drum_loops(4), plain=True)
    np.testing.assert_allclose(plain.key_positions(), [[0.0, 0.5, 1.0]] * 6)


def test_the_pace_between_two_lines_is_between_theirs() -> None:
    slow, fast = np.linspace(0, 1, 9) ** 2, np.linspace(0, 1, 9) ** 0.5
    along = np.full(3, 0.5)
    paced = palette._pace(np.stack([slow, fast]), along, np.array([0.0, 0.25, 1.0]))
    ends = 0.25, 0.5**0.5
    np.testing.assert_allclose(paced, [ends[0], 0.75 * ends[0] + 0.25 * ends[1], ends[1]], atol=0.01)


def test_points_of_a_grid_lie_in_rows() -> None:
    assert grid_points(2, 3).tolist() == [[0, 0], [0.5, 0], [1, 0], [0, 1], [0.5, 1], [1, 1]]
    for rows, cols in ((1, 2), (2, 1)):
        with pytest.raises(ValueError, match="at least two"):
            grid_points(rows, cols)


def test_planes_and_rows_have_their_number_of_loops() -> None:
    with pytest.raises(ValueError, match="four corners, not 2"):
        LatentPalette(Blend(drum_space(), drum_loops(2)))
    with pytest.raises(ValueError, match="two ends, not 4"):
        LatentMorph(Blend(drum_space(), drum_loops(4)))
    with pytest.raises(ValueError, match="two or four loops, not 3"):
        Blend(drum_space(), drum_loops(3))


# -- registers --------------------------------------------------------------------------------------


class Tunes(MelodySpace):
    """A space whose samples are melodies on one pitch each, from the pitches given, in turn."""

    def __init__(self, *pitches: int) -> None:
        torch.manual_seed(0)
        super().__init__(MelodyNets(TINY_MELODY).eval().requires_grad_(False))
        self.pitches = pitches

    def sample(self, n: int, temperature: float, generator=None, allowed=None) -> torch.Tensor:
        self.asked = n
        row = torch.tensor(self.pitches).repeat(n)[:n]
        return (row + FIRST_PITCH)[:, None].repeat(1, 32)


def pitches_of(loops: list[MelodyLoop]) -> list[int]:
    return [int(loop.events[0]) for loop in loops]


def test_a_register_has_a_lower_and_an_upper_end() -> None:
    model = MelodyModel(Tunes(20, 27, 28, 40, 52, 53, 90), "tunes", "")
    bass = model.sample_loops(3, seed=1, constraints=DecodeConstraints(register=(28, 52)))
    assert pitches_of(bass) == [28, 40, 52]
    assert model._space.asked == 32
    many = model.sample_loops(9, seed=1, constraints=DecodeConstraints(register=(28, 52)))
    assert (len(many), model._space.asked) == (9, 72)
    high = model.sample_loops(2, seed=1, constraints=DecodeConstraints(register=(53, 96)))
    assert pitches_of(high) == [53, 90]
    assert pitches_of(model.sample_loops(3, seed=1)) == [20, 27, 28]


def test_where_a_register_is_rare_loops_move_there_by_octaves() -> None:
    model = MelodyModel(Tunes(60, 61), "tunes", "")
    moved = model.sample_loops(3, seed=1, constraints=DecodeConstraints(register=(30, 42)))
    assert pitches_of(moved) == [36, 37, 36]
    top = MelodyModel(Tunes(5), "tunes", "").sample_loops(
        1, seed=1, constraints=DecodeConstraints(register=(120, 127))
    )
    assert pitches_of(top) == [125]


# -- lengths ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sized:
    steps: int
    said: str = ""


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("repeated", "cut"):
        monkeypatch.setattr(
            loop_model, name, lambda loop, steps, how=name: Sized(steps, f"{how} {loop.steps}")
        )


def test_shorter_loops_are_said_again_and_longer_ones_refused(lengths: None) -> None:
    model = DrumModel(drum_space(), "drums-2bar", "")
    assert model.steps == 32
    fitted = model.fitted([Sized(32), Sized(16), Sized(8)])
    assert fitted == [Sized(32), Sized(32, "repeated 16"), Sized(32, "repeated 8")]
    with pytest.raises(ModelError, match=r"drums-2bar makes loops of 2 bars; this one has 4 bars\. Shorten"):
        model.fitted([Sized(32), Sized(64)])
    with pytest.raises(ModelError, match=r"this one has 1\.5 bars"):
        model.fitted([Sized(24)])
    short = DrumModel(drum_space(steps=16), "short", "")
    with pytest.raises(ModelError, match="short makes loops of 1 bar; this one has 2 bars"):
        short.make_palette([Sized(32)] * 4)
    with pytest.raises(ModelError, match="short makes loops of 1 bar"):
        short.vary(Sized(32))
    with pytest.raises(ModelError, match="short makes loops of 1 bar"):
        short.make_morph(Sized(16), Sized(32))


def test_models_have_the_length_that_their_configuration_says() -> None:
    for steps in (16, 64):
        drums = DrumModel(drum_space(steps=steps), "drums", "")
        hits = augment.draw(3, np.random.default_rng(1), steps)
        assert hits.shape == drums.decode(drums.encode(hits)).shape == (3, steps, 9)
        assert drums.sample(2, seed=1).shape == (2, steps, 9)
        torch.manual_seed(0)
        space = MelodySpace(MelodyNets(replace(TINY_MELODY, steps=steps)).eval().requires_grad_(False))
        tunes = MelodyModel(space, "tunes", "")
        events = augment_melody.draw(3, np.random.default_rng(1), steps) - 2
        assert events.shape == tunes.decode(tunes.encode(events)).shape == (3, steps)
        assert tunes.sample(2, seed=1).shape == (2, steps)
        with pytest.raises(ModelError, match=rf"\(B, {steps}\)"):
            tunes.encode(np.zeros((1, 32), int))
        with pytest.raises(ModelError, match=rf"\(B, {steps}, 9\)"):
            drums.encode(np.zeros((1, 32, 9)))


# -- on disk ----------------------------------------------------------------------------------------


def test_the_names_of_the_first_models_are_understood() -> None:
    old = {"z_feel": 5, "feel_width": 6, "between_noise": 4.5, "between_lean": 7.0, "z_hits": 8}
    config = DrumConfig.from_dict(old)
    assert config == DrumConfig(z_dynamics=5, dynamics_width=6, z_hits=8)
    assert config.steps == 32
    assert DrumConfig.from_dict(config.to_dict()) == config
    for steps in (2, 30, 0, -4):
        with pytest.raises(ValueError, match="whole beats"):
            ModelConfig.from_dict({"steps": steps})
    assert ModelConfig.from_dict({"steps": 4}).steps == 4


def test_the_shipped_models_are_read_as_they_are() -> None:
    drums, tunes = load_model("drums-2bar"), load_model("melody-2bar")
    assert drums._space.config == DrumConfig()
    assert tunes._space.config == MelodyConfig()
    assert (drums.steps, tunes.steps) == (32, 32)
    assert (drums.name, tunes.name) == ("drums-2bar", "melody-2bar")


def test_what_is_saved_is_loaded_and_weights_under_old_names_as_well(tmp_path: Path) -> None:
    space = drum_space(steps=16)
    save_weights(space.nets, tmp_path / "new", "mine")
    model = DrumModel.load(tmp_path / "new")
    assert (model.name, model.steps) == ("mine", 16)
    weights = checkpoint.load_file(tmp_path / "new" / checkpoint.WEIGHTS)
    old = {key.replace("dynamics.", "feel."): value for key, value in weights.items()}
    assert old.keys() != weights.keys()
    (tmp_path / "new" / checkpoint.WEIGHTS).write_bytes(checkpoint.save(old))
    hits = augment.draw(2, np.random.default_rng(1), 16)
    again = DrumModel.load(tmp_path / "new")
    np.testing.assert_array_equal(again.encode(hits), model.encode(hits))
    assert again.hash != model.hash


def test_damaged_and_foreign_folders_are_told_apart(tmp_path: Path) -> None:
    save_weights(drum_space().nets, tmp_path, "mine")
    document = json.loads((tmp_path / "config.json").read_text())
    assert (document["format"], document["name"], document["kind"]) == (1, "mine", "drums")
    for changes, message in (
        ({"format": 2}, "newer version"),
        ({"kind": "spoons"}, "not known here: 'spoons'"),
        ({"config": {"steps": 3}}, "damaged: loops of 3 steps"),
        ({"config": []}, "damaged"),
        ({"config": {"width": 64}}, "damaged"),
    ):
        (tmp_path / "config.json").write_text(json.dumps({**document, **changes}))
        with pytest.raises(ModelError, match=message):
            load_model(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(document))
    (tmp_path / checkpoint.WEIGHTS).unlink()
    with pytest.raises(ModelError, match=r"no model in .*weights\.safetensors is missing"):
        load_model(tmp_path)


# -- numbers ----------------------------------------------------------------------------------------


def test_noise_is_none_for_the_likeliest_and_one_at_a_temperature() -> None:
    assert noise_levels(2, None, None, 3.0).tolist() == [0.0, 0.0]
    assert noise_levels(2, None, 0.5, 3.0).tolist() == [1.0, 1.0]
    assert noise_levels(1, 2.0, None, 3.0).tolist() == [2.0]
    assert noise_levels(1, 9.0, 1.0, 3.0).tolist() == [3.0]


def test_mean_and_log_variance_are_the_halves() -> None:
    mean, logvar = mean_and_logvar(torch.tensor([[1.0, -20.0, -20.0, 20.0]]))
    assert mean.tolist() == [[1.0, -20.0]]
    assert logvar.tolist() == [[-10.0, 4.0]]
