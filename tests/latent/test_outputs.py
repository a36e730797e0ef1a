"""The shipped models say what they always said; seeds decide, and computers may round otherwise.

After a new model was trained: ``python tests/latent/test_outputs.py`` stores what it says.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blender_app import load_model
from blender_app.core.constraints import DecodeConstraints
from blender_app.core.melody_presets import DEFAULT_BASS_CORNERS, DEFAULT_MELODY_CORNERS, melody_preset_named
from blender_app.core.presets import DEFAULT_CORNERS, preset_named
from blender_app.core.scales import Key

STORED = Path(__file__).parent / "data" / "outputs.npz"


def outputs() -> dict[str, np.ndarray]:
    """Return what both models make of seeds and presets."""
    drums, tunes = load_model("drums-2bar"), load_model("melody-2bar")
    beats = [preset_named(name).loop for name in DEFAULT_CORNERS]
    basses = [melody_preset_named(name).loop for name in DEFAULT_BASS_CORNERS]
    melodies = [melody_preset_named(name).loop for name in DEFAULT_MELODY_CORNERS]
    places = np.linspace(0.0, 1.0, 9)
    key = DecodeConstraints(Key.parse("A minor").allowed())
    points = np.random.default_rng(0).random((12, 2))
    loops = {
        "drum samples": drums.sample_loops(8, seed=1),
        "warm drum samples": drums.sample_loops(8, 1.0, seed=2),
        "drum variations": [drums.vary(loop, 0.6, seed=3) for loop in beats],
        "drum morph": drums.make_morph(*beats[:2]).at(places),
        "drum places": drums.make_palette(beats).at(points),
        "quick drum places": drums.make_palette(beats, refine=False).at(points),
        "melody samples": tunes.sample_loops(8, seed=1),
        "bass samples": tunes.sample_loops(4, seed=1, constraints=DecodeConstraints(register=(28, 52))),
        "melody variations": [tunes.vary(loop, 0.6, seed=3) for loop in melodies],
        "melody morph": tunes.make_morph(basses[0], melodies[1]).at(places),
        "melody morph in a key": tunes.make_morph(basses[0], melodies[1], constraints=key).at(places),
        "melody places": tunes.make_palette(melodies).at(points),
    }
    stacked = {}
    for name, made in loops.items():
        content = "hits" if name.split()[0] in ("drum", "warm", "quick") else "events"
        stacked[f"{name}: {content}"] = np.stack([getattr(loop, content) for loop in made])
        stacked[f"{name}: velocity"] = np.stack([loop.velocity for loop in made])
    codes = drums.encode([loop.hits for loop in beats]), tunes.encode([loop.events for loop in melodies])
    return stacked | dict(zip(("drum codes", "melody codes"), codes, strict=True))


def test_the_shipped_models_say_what_they_said() -> None:
    with np.load(STORED) as stored:
        made = outputs()
        assert made.keys() == set(stored.files)
        for name, array in made.items():
            if array.dtype == np.float32:
                np.testing.assert_allclose(array, stored[name], atol=1e-3, err_msg=name)
            elif name.endswith("velocity"):
                both = (array > 0) & (stored[name] > 0)
                apart = np.abs(array.astype(int) - stored[name])[both]
                assert apart.mean() < 0.5, name
            else:
                assert (array == stored[name]).mean() > 0.99, name


def test_no_temperature_is_the_models_own() -> None:
    for name in ("drums-2bar", "melody-2bar"):
        model = load_model(name)
        own = model._space.config.sample_temperature
        assert model._temperature(None) == own
        assert model._temperature(0.25) == pytest.approx(0.25)
        np.testing.assert_array_equal(model.sample(3, seed=1), model.sample(3, own, seed=1))
        assert not np.array_equal(model.sample(3, 0.0, seed=1), model.sample(3, seed=1))


if __name__ == "__main__":
    STORED.parent.mkdir(exist_ok=True)
    np.savez_compressed(STORED, **outputs())
