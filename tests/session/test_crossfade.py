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


def test_a_hit_is_there_once_its_corners_weigh_enough() -> None:
    quiet, loud = DrumLoop.empty().with_hit(0, 0, 40, -0.2), DrumLoop.empty().with_hit(0, 0, 100, 0.4)
    with_snare = DrumLoop.empty().with_hit(0, 0, 100, 0.4).with_hit(8, 1, 90, 0.25)
    row = CrossfadePalette([quiet, with_snare])
    shares = [0.0, 0.25, 0.44, 0.46, 1.0]
    loops = row.at(np.array([[share, 0.0] for share in shares]))
    assert [bool(loop.hits[8, 1]) for loop in loops] == [False, False, False, True, True]
    assert loops[1].velocity[0, 0] == 55  # a quarter on the way from 40 to 100
    assert loops[1].microtiming[0, 0] == pytest.approx(-0.05)
    assert (loops[3].velocity[8, 1], loops[3].microtiming[8, 1]) == (90, 0.25)  # of whom it has only
    square = CrossfadePalette([quiet, loud, with_snare, loud])
    assert square.at(CORNERS) == [quiet, loud, with_snare, loud]
    cells = square.cells(3, 2)
    assert [len(row) for row in cells] == [2, 2, 2]
    assert (cells[0][0], cells[0][1], cells[2][0], cells[2][1]) == (quiet, loud, with_snare, loud)
    assert cells[1] == square.at(np.array([[0.0, 0.5], [1.0, 0.5]]))


def test_a_key_moves_all_but_drums_and_what_was_edited_by_hand() -> None:
    tune = melody(32, 61)
    palette = CrossfadePalette([tune] * 4, Key(0, Mode.MAJOR), (False, True, False, False))
    pitches = [{note.pitch for note in loop.to_notes()} for loop in palette.at(CORNERS)]
    assert pitches[1] == {61}
    assert {61} not in (pitches[0], pitches[2], pitches[3])
    beats = [beat(32, voice) for voice in range(4)]
    assert CrossfadePalette(beats, Key(0, Mode.MAJOR)).at(CORNERS) == beats


def test_between_four_melodies_each_has_its_share_of_the_beats() -> None:
    palette = CrossfadePalette([melody(64, pitch) for pitch in (40, 50, 60, 70)])
    (loop,) = palette.at(np.array([[0.25, 0.5]]))
    pitches = [note.pitch for note in loop.to_notes()]
    assert [pitches.count(pitch) for pitch in (40, 50, 60, 70)] == [6, 2, 6, 2]
