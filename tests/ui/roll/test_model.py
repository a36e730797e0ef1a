"""The piano roll without its window: whatever is done, one part stays one part."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Chord, Key, Mode
from blender_app.core.time import DEFAULT_STEPS
from blender_app.ui.roll.geometry import PitchView
from blender_app.ui.roll.model import RollModel
from blender_app.ui.roll.notes import cleared, combined, louder, moved, nudged, one_part, stretched

A_MINOR = Key(9, Mode.MINOR)
ACTIONS: list[Callable[[RollModel], object]] = [
    RollModel.toggle,
    RollModel.delete,
    RollModel.choose_all,
    RollModel.choose_none,
    RollModel.copy,
    RollModel.cut,
    RollModel.paste,
    RollModel.duplicate,
    RollModel.rest,
    RollModel.tie,
    RollModel.back,
    lambda m: m.stretch(1),
    lambda m: m.stretch(-3),
    lambda m: m.transpose(1),
    lambda m: m.transpose(-12),
    lambda m: m.shift(5),
    lambda m: m.shift(-2),
    lambda m: m.loudness(40),
    lambda m: m.loudness(-70),
    lambda m: m.nudge(0.3),
    lambda m: m.enter(64, 90),
    lambda m: m.climb(1),
    lambda m: m.climb(-1),
    lambda m: m.go_to_note(1),
    lambda m: m.go_to_note(-1),
    lambda m: m.go_to(m.step + 3, m.pitch - 5),
    lambda m: m.change_pen(velocity=200, length=4),
    lambda m: m.set_velocity(0),
    lambda m: m.set_velocity(5),
]
notes_lists = st.lists(
    st.builds(
        Note,
        step=st.integers(0, DEFAULT_STEPS - 1),
        pitch=st.integers(0, 127),
        velocity=st.integers(1, 127),
        length_steps=st.integers(1, 32).map(float),
        microtiming=st.floats(-0.5, 0.5, width=32),
    ),
    max_size=12,
)


@given(notes_lists, st.lists(st.sampled_from(ACTIONS), max_size=25), st.sampled_from([None, A_MINOR]))
def test_whatever_is_done_one_part_stays_one_part(notes, actions, key) -> None:
    model = RollModel()
    model.key = key
    model.take(MelodyLoop.from_notes(notes))
    for action in actions:
        before = model.loop
        text = action(model)
        assert model.loop == MelodyLoop.from_notes(model.notes)
        assert model.notes == model.loop.to_notes()
        assert model.chosen <= {note.step for note in model.notes}
        assert 0 <= model.step < DEFAULT_STEPS
        assert 0 <= model.pitch <= 127
        if model.loop != before:
            assert text  # every change has a name for undo
        assert model.describe()


@given(notes_lists, notes_lists)
def test_a_later_note_cuts_an_earlier_one_and_the_held_one_wins(kept, held) -> None:
    part = one_part(kept, held, DEFAULT_STEPS)
    for note, following in itertools.pairwise(part):
        assert note.step + note.length_steps <= following.step
    assert all(note.step + note.length_steps <= DEFAULT_STEPS for note in part)
    assert {note.step for note in part} == {note.step for note in (*kept, *held)}
    last = {note.step: note for note in held}
    assert all(note.pitch == last[note.step].pitch for note in part if note.step in last)
    edit = combined(kept, held, DEFAULT_STEPS)
    assert edit.chosen == set(last)


@given(notes_lists, st.integers(-40, 40), st.integers(-130, 130))
def test_notes_move_together(notes, steps: int, semitones: int) -> None:
    part = one_part(notes, (), DEFAULT_STEPS)
    chosen = frozenset(note.step for note in part)
    edit = moved(part, chosen, steps, semitones, lambda pitch, _step: pitch, DEFAULT_STEPS)
    assert np.diff([note.step for note in edit.notes]).tolist() == np.diff(sorted(chosen)).tolist()
    assert np.diff([note.pitch for note in edit.notes]).tolist() == np.diff([n.pitch for n in part]).tolist()


def test_edits_of_chosen_notes_leave_the_others() -> None:
    part = (Note(0, 60, 100, 2.0), Note(8, 62, 120, 2.0, 0.4), Note(16, 64, 90, 2.0))
    chosen = frozenset({8})
    assert louder(part, chosen, 30).notes == (part[0], Note(8, 62, 127, 2.0, 0.4), part[2])
    assert nudged(part, chosen, 0.3).notes == (part[0], Note(8, 62, 120, 2.0, 0.5), part[2])
    assert stretched(part, chosen, 20, DEFAULT_STEPS).notes == (part[0], Note(8, 62, 120, 8.0, 0.4), part[2])
    assert stretched(part, chosen, 20, DEFAULT_STEPS).lost == (Note(8, 62, 120, 22.0, 0.4),)
    assert stretched(part, chosen, -20, DEFAULT_STEPS).notes[1].length_steps == 1.0
    assert cleared(part, 1, 9) == (Note(0, 60, 100, 1.0), part[2])


@pytest.mark.parametrize(
    ("step", "pitch", "snapped", "above"),
    [(0, 62, 60, 64), (1, 62, 62, 64), (4, 62, 60, 64), (16, 63, 62, 65), (17, 63, 62, 64)],
)
def test_chords_rule_the_beats(step: int, pitch: int, snapped: int, above: int) -> None:
    model = RollModel()
    model.key = Key(9, Mode.MINOR, (Chord.parse("Am"), Chord.parse("Dm")))
    assert model.snapped(pitch, step) == snapped
    model.go_to(step, pitch)
    model.climb(1)
    assert model.pitch == above
    model.snaps = False
    assert model.snapped(pitch, step) == pitch


def test_transposing_by_rows_follows_the_scale_and_by_octaves_does_not() -> None:
    model = RollModel()
    model.key = A_MINOR
    model.take(MelodyLoop.from_notes([Note(0, 64, 90, 2.0), Note(8, 61, 90, 2.0)]))
    model.choose_all()
    model.transpose(1)
    assert [note.pitch for note in model.notes] == [65, 62]
    model.take(MelodyLoop.from_notes([Note(0, 61, 90, 2.0)]))
    model.choose_none()
    model.go_to(0, 61)
    model.transpose(12)
    assert (model.notes[0].pitch, model.pitch) == (73, 73)  # the cursor stays on its note
    model.take(MelodyLoop.from_notes([Note(0, 120, 90, 2.0)]))
    assert model.transpose(12) == ""


def test_paste_clears_what_it_covers_and_leaves_out_what_falls_out() -> None:
    model = RollModel()
    model.take(MelodyLoop.from_notes([Note(0, 60, 90, 2.0), Note(4, 62, 90, 2.0), Note(28, 64, 90, 4.0)]))
    model.chosen = frozenset({0, 4})
    model.copy()
    model.go_to(26, 60)
    assert model.paste() == "Paste notes"
    assert [(note.step, note.pitch, note.length_steps) for note in model.notes] == [
        (0, 60, 2.0),
        (4, 62, 2.0),
        (26, 60, 2.0),
        (30, 62, 2.0),
    ]
    model.go_to(29, 60)
    model.paste()
    assert [(note.step, note.pitch) for note in model.notes][2:] == [(26, 60), (29, 60)]


@given(st.integers(-50, 200), st.integers(-50, 300), st.integers(0, 127), st.integers(-200, 200))
def test_views_stay_within_midi(low: int, rows: int, pitch: int, by: int) -> None:
    for view in (
        PitchView.of(low, rows),
        PitchView.of(low, rows).scrolled(by),
        PitchView.of(low, rows).zoomed(by, pitch),
        PitchView.of(low, rows).showing(pitch),
        PitchView.fit((Note(0, pitch, 90),)),
    ):
        assert view.low >= 0
        assert view.high <= 127
        assert 12 <= view.rows <= 128
    shown = PitchView.of(low, rows).showing(pitch)
    assert shown.low <= pitch <= shown.high
    if PitchView.of(low, rows).shows((Note(0, pitch, 90),)):
        assert shown == PitchView.of(low, rows)
