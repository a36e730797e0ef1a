"""Lengths of corners, ends and clips, chosen, doubled and halved as edits that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.lengths import repeated, stretched
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.session.controller import Controller
from blender_app.session.edits.lengths import DOUBLE, HALVE, LENGTHS, STRETCH
from blender_app.session.export import loop_music
from blender_app.session.session import Clip, Source, TrackKind

RISE = MelodyLoop.from_notes([Note(step, 60 + step, 90, 2.0) for step in (0, 8, 16, 24)])


@pytest.fixture
def editor(make_controller: Callable[..., Controller]) -> Controller:
    controller = make_controller()
    controller.tracks.set_front("melody")
    controller.corners.put(2, RISE, "Rise", user_edited=True)
    return controller


def corner(controller: Controller) -> MelodyLoop:
    return controller.document.track(None).corners[2]


def test_a_length_is_chosen_and_taken_back(editor: Controller) -> None:
    for edit, steps in zip(LENGTHS, (16, 32, 64, 128, 256), strict=True):
        editor.lengths.change_corner(2, edit)
        assert corner(editor).steps == steps
        if steps > 32:
            assert corner(editor) == repeated(RISE, steps)
        if steps != 32:
            assert editor.document.undo_stack.undoText() == f"Length {steps // 16} bar{'s' * (steps > 16)}"
            editor.document.undo_stack.undo()
        assert corner(editor) == RISE
    track = editor.document.track(None)
    assert (track.corner_names[2], track.user_edited[2]) == ("Rise", True)


def test_a_corner_is_doubled_stretched_and_halved(editor: Controller) -> None:
    stack = editor.document.undo_stack
    assert not editor.lengths.change_corner(2, DOUBLE)
    assert (corner(editor), stack.undoText()) == (repeated(RISE, 64), "Double corner")
    assert not editor.lengths.change_corner(2, HALVE)  # the second half said the first again
    assert (corner(editor), stack.undoText()) == (RISE, "Halve corner")
    assert not editor.lengths.change_corner(2, STRETCH)
    assert (corner(editor), stack.undoText()) == (stretched(RISE), "Stretch corner")
    stack.undo()
    assert editor.lengths.change_corner(2, HALVE)
    assert [note.step for note in corner(editor).to_notes()] == [0, 8]
    stack.undo()
    assert corner(editor) == RISE


def test_what_is_longest_or_shortest_stays(editor: Controller) -> None:
    editor.lengths.change_corner(2, LENGTHS[-1])
    index = editor.document.undo_stack.index()
    for edit in (DOUBLE, STRETCH):
        assert not edit.fits(corner(editor))
        assert not editor.lengths.change_corner(2, edit)
    assert editor.document.undo_stack.index() == index
    editor.lengths.change_corner(2, LENGTHS[0])
    index = editor.document.undo_stack.index()
    assert not editor.lengths.change_corner(2, HALVE)
    assert (corner(editor).steps, editor.document.undo_stack.index()) == (16, index)
    with pytest.raises(ValueError, match="corner"):
        editor.lengths.change_corner(4, DOUBLE)


def test_ends_of_a_morph_have_lengths_of_their_own(editor: Controller) -> None:
    assert not editor.lengths.change_end(0, DOUBLE)
    assert editor.document.track(None).morph is None
    editor.morph.set_source(Source.MORPH)
    before = editor.document.track(None).morph
    editor.lengths.change_end(1, STRETCH)
    after = editor.document.track(None).morph
    assert (after.ends[0], after.ends[1]) == (before.ends[0], stretched(before.ends[1]))
    assert (after.names, after.user_edited) == (before.names, before.user_edited)
    assert editor.document.undo_stack.undoText() == "Stretch end"
    editor.document.undo_stack.undo()
    assert editor.document.track(None).morph == before


def test_clips_have_lengths_too(editor: Controller) -> None:
    drums = DrumLoop.empty().with_hit(30, 3, 90)
    clips = (Clip("Rise", TrackKind.MELODY, RISE), Clip("Hat", TrackKind.DRUMS, drums))
    editor.clips.put_all(clips, "Keep clip")
    assert editor.lengths.change_clip(1, HALVE)
    assert editor.document.session.clips == (clips[0], Clip("Hat", TrackKind.DRUMS, DrumLoop.empty(16)))
    assert editor.document.undo_stack.undoText() == "Halve clip"
    editor.document.undo_stack.undo()
    assert editor.document.session.clips == clips
    editor.lengths.change_clip(0, LENGTHS[3])
    assert editor.document.session.clips[0].loop == repeated(RISE, 128)


def test_an_imported_corner_has_as_many_bars_as_before(editor: Controller, tmp_path: Path) -> None:
    long = repeated(RISE, 128)
    assert editor.exchange.write_loop(tmp_path / "rise", long, TrackKind.MELODY)
    for edit, steps in ((LENGTHS[0], 16), (LENGTHS[2], 64), (LENGTHS[3], 128)):
        editor.lengths.change_corner(2, edit)
        assert editor.exchange.import_corner(2, tmp_path / "rise.mid")
        assert corner(editor).steps == steps
        assert [note.step for note in corner(editor).to_notes()] == list(range(0, steps, 8))


@pytest.mark.parametrize("steps", [16, 32, 64, 256])
def test_written_loops_keep_their_length(editor: Controller, steps: int) -> None:
    (part,) = loop_music(
        repeated(RISE, steps) if steps > 32 else MelodyLoop.empty(steps), "a", editor.document.track(None)
    ).tracks
    assert [section.length_steps for section in part[1]] == [steps]
