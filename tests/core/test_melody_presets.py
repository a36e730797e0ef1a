"""The melodic presets: each a tune of its own, in its register, readable by all that reads loops."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from blender_app.core.melody_presets import (
    BASS_PRESETS,
    DEFAULT_BASS_CORNERS,
    DEFAULT_MELODY_CORNERS,
    MELODY_PRESETS,
    MelodyPreset,
    melody_preset_named,
    parse_tune,
)
from blender_app.core.notes import Note
from blender_app.core.presets import PRESETS, level_velocity
from blender_app.core.scales import Key
from blender_app.core.time import MAX_TEMPO_BPM, MIN_TEMPO_BPM

ALL: tuple[MelodyPreset, ...] = (*BASS_PRESETS, *MELODY_PRESETS)
REST = "-/16"


def test_there_are_many_and_no_two_are_the_same() -> None:
    assert len(BASS_PRESETS) >= 12
    assert len(MELODY_PRESETS) >= 14
    names = [preset.name for preset in ALL] + [preset.name for preset in PRESETS]
    assert len(set(names)) == len(names)
    assert len({preset.loop.events.tobytes() for preset in ALL}) == len(ALL)


@pytest.mark.parametrize("preset", ALL, ids=[preset.name for preset in ALL])
def test_each_is_a_tune(preset: MelodyPreset) -> None:
    notes = preset.loop.to_notes()
    low, high = (28, 52) if preset in BASS_PRESETS else (53, 96)
    assert MIN_TEMPO_BPM <= preset.tempo_bpm <= MAX_TEMPO_BPM
    assert all(low <= note.pitch <= high for note in notes)
    assert {note.step // 16 for note in notes} == {0, 1}
    assert len({note.pitch for note in notes}) >= 4
    assert len({note.velocity for note in notes}) >= 2
    leaps = [abs(b.pitch - a.pitch) for a, b in itertools.pairwise(notes)]
    assert max(leaps) <= 16
    white = sum(note.pitch % 12 in Key().pitch_classes for note in notes)
    assert white >= 0.9 * len(notes)


def test_the_default_corners_are_presets_of_their_kind() -> None:
    basses = {melody_preset_named(name).loop for name in DEFAULT_BASS_CORNERS}
    melodies = {melody_preset_named(name).loop for name in DEFAULT_MELODY_CORNERS}
    assert len(basses) == len(melodies) == 4
    assert basses <= {preset.loop for preset in BASS_PRESETS}
    assert melodies <= {preset.loop for preset in MELODY_PRESETS}
    with pytest.raises(KeyError, match="'Nobody'"):
        melody_preset_named("Nobody")


def test_a_text_is_read() -> None:
    loop = parse_tune("C#4/3 - - Bb1/11:1\n ~/2 -/6 E5/8:9 @ 0 .25 -.25 .5")
    assert loop.to_notes() == (
        Note(0, 61, level_velocity(7), 3.0),
        Note(5, 34, level_velocity(1), 13.0, 0.25),
        Note(24, 76, level_velocity(9), 8.0),
    )
    assert np.flatnonzero(loop.events == -1).tolist() == [3, 18]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("C4/4:7 -/11\n-/16", "a bar needs 16 steps, not 15"),
        (REST, "two bars, not 1"),
        (f"{REST}\n{REST}\n{REST}", "two bars, not 3"),
        (f"C4/16:0\n{REST}", "'C4/16:0' is neither"),
        (f"-/16:3\n{REST}", "'-/16:3' is neither"),
        (f"H4/16:3\n{REST}", "'H4/16:3' is neither"),
        (f"{REST}\n{REST} @ 0 .1", "one number or four"),
    ],
)
def test_a_wrong_text_says_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_tune(text)


def test_a_tune_may_have_other_lengths() -> None:
    loop = parse_tune("\n".join(["C4/4 -/12"] * 4), 64)
    assert [note.step for note in loop.to_notes()] == [0, 16, 32, 48]
    with pytest.raises(ValueError, match="a loop has 4 bars, not 1"):
        parse_tune("C4/4 -/12", 64)
