"""The grooves, and the text grid they are written in."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from blender_app.core.drums import VOICES
from blender_app.core.presets import DEFAULT_CORNERS, PRESETS, DrumPreset, parse_grid, preset_named
from blender_app.core.time import MAX_TEMPO_BPM, MIN_TEMPO_BPM

SILENCE = "................................"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_groove_is_one(preset: DrumPreset) -> None:
    loop = preset.loop
    assert MIN_TEMPO_BPM <= preset.tempo_bpm <= MAX_TEMPO_BPM
    assert 12 <= loop.hit_count <= 90
    assert loop.hits[:, VOICES.index("kick")].any()
    assert loop.hits[:16].any()
    assert loop.hits[16:].any()
    assert len(np.unique(loop.velocity[loop.hits])) >= 3


def test_there_are_many_and_they_differ() -> None:
    assert len(PRESETS) >= 20
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    for one, other in itertools.combinations(PRESETS, 2):
        assert (one.loop.hits != other.loop.hits).sum() >= 8, (one.name, other.name)


def test_default_corners_are_four_different_grooves() -> None:
    loops = {preset_named(name).loop for name in DEFAULT_CORNERS}
    assert len(loops) == 4


def test_an_unknown_groove_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="Polka"):
        preset_named("Polka")


def test_a_grid_says_hits_velocities_and_microtiming() -> None:
    loop = parse_grid("sn 9...1... ........ | ........ .......5 @ .1 0 0 -.25")
    snare = VOICES.index("snare")
    assert np.argwhere(loop.hits).tolist() == [[0, snare], [4, snare], [31, snare]]
    assert loop.velocity[[0, 4, 31], snare].tolist() == [124, 20, 72]
    assert loop.microtiming[[0, 4, 31], snare].tolist() == pytest.approx([0.1, 0.1, -0.25])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("xx " + SILENCE, "voices"),
        ("sn " + SILENCE[1:], "not 31"),
        ("sn 0" + SILENCE[1:], "digit"),
        ("sn " + SILENCE + " @ 1 2", "one number or four"),
    ],
)
def test_a_wrong_grid_is_told(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_grid(line)
