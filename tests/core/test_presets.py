"""The presets: each a beat of its own, readable by all that reads loops."""

from __future__ import annotations

import pytest

from blender_app.core.drum_grooves import GROOVES
from blender_app.core.drums import DrumLoop
from blender_app.core.presets import DEFAULT_CORNERS, PRESETS, DrumPreset, parse_grid, preset_named
from blender_app.core.smf import drum_loop_from, midi_bytes
from blender_app.core.smf_parse import parse_midi
from blender_app.core.time import MAX_TEMPO_BPM, MIN_TEMPO_BPM


def test_there_are_many_and_no_two_are_the_same() -> None:
    assert len(PRESETS) >= 16
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    assert len({preset.loop.hits.tobytes() for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_is_a_beat(preset: DrumPreset) -> None:
    loop = preset.loop
    assert MIN_TEMPO_BPM <= preset.tempo_bpm <= MAX_TEMPO_BPM
    assert loop.hits[:16].any()
    assert loop.hits[16:].any()
    assert len(set(loop.velocity[loop.hits])) > 1
    assert drum_loop_from(parse_midi(midi_bytes(loop))).hits.tolist() == loop.hits.tolist()


def test_the_default_corners_are_presets() -> None:
    assert len({preset_named(name).loop for name in DEFAULT_CORNERS}) == 4


def test_a_grid_of_text_is_read() -> None:
    text = GROOVES[0][2]
    assert isinstance(parse_grid(text), DrumLoop)


def test_a_grid_may_have_other_lengths() -> None:
    assert parse_grid("kk 8... .... .... ..8.", 16).steps == 16
    with pytest.raises(ValueError, match="needs 16 steps, not 32"):
        parse_grid("kk 8... .... .... ..8. | .... .... .... ....", 16)
    with pytest.raises(ValueError, match="256 steps, not 48"):
        parse_grid("kk 8...", 48)
