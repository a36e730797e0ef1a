"""The palette without a model, for corners of any and of different lengths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.lengths import repeated
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Chord, Key, Mode
from blender_app.core.time import LOOP_LENGTHS
from blender_app.session.crossfade import CrossfadePalette

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


def melody(steps: int, pitch: int) -> MelodyLoop:
    return MelodyLoop.from_notes([Note(step, pitch, 90, 2.0) for step in range(0, steps, 4)], steps)


def beat(steps: int, voice: int) -> DrumLoop:
    hits = np.zeros((steps, 9), bool)
    hits[::4, voice] = True
    return DrumLoop.from_hits(hits)


@pytest.mark.parametrize("lengths", [*itertools.product((16, 64), repeat=4), (256, 16, 128, 32)])
@pytest.mark.parametrize("make", [melody, beat])
def test_all_that_plays_is_as_long_as_the_longest_corner(lengths, make) -> None:
    corners = [make(steps, 3 + index) for index, steps in enumerate(lengths)]
    palette = CrossfadePalette(corners)
    cells = [loop for row in palette.cells(3, 5) for loop in row]
    assert {loop.steps for loop in cells} == {max(lengths)}
    assert palette.at(CORNERS) == [repeated(corner, max(lengths)) for corner in corners]


@pytest.mark.parametrize("steps", LOOP_LENGTHS)
def test_half_way_half_of_the_beats_are_of_each_end(steps: int) -> None:
    row = CrossfadePalette([melody(steps, 60), melody(steps, 72)])
    for share in (0.25, 0.5, 0.75):
        (loop,) = row.at(np.array([[share, 0.0]]))
        pitches = [note.pitch for note in loop.to_notes()]
        assert len(pitches) == steps // 4
        assert pitches.count(72) == round(share * steps / 4)


def test_beats_change_over_far_apart_in_turn() -> None:
    row = CrossfadePalette([melody(64, 60), melody(64, 72)])
    (loop,) = row.at(np.array([[0.25, 0.0]]))
    assert [note.step for note in loop.to_notes() if note.pitch == 72] == [12, 28, 44, 60]


def test_one_bar_is_said_twice_where_the_chords_last_two() -> None:
    key = Key(0, Mode.MAJOR, (Chord(0), Chord(7)))
    palette = CrossfadePalette([melody(16, 62)] * 4, key)
    (loop,) = palette.at(CORNERS[:1])
    assert loop.steps == 32
    assert [note.pitch for note in loop.to_notes()] == [60] * 4 + [62] * 4  # in C, then in G
    assert CrossfadePalette([melody(16, 62)] * 4, Key()).at(CORNERS[:1])[0].steps == 16


def test_chords_begin_again_in_a_longer_loop() -> None:
    key = Key(0, Mode.MAJOR, (Chord(0), Chord(7)))
    (loop,) = CrossfadePalette([melody(64, 62)] * 4, key).at(CORNERS[:1])
    assert [note.pitch for note in loop.to_notes()] == ([60] * 4 + [62] * 4) * 2
