"""Palettes and dice by themselves, with a worker that a test plays."""

from __future__ import annotations

import pytest

from blender_app.core.scales import Key
from blender_app.session import commands
from blender_app.session.dice import Dice
from blender_app.session.palettes import Palettes, front_first
from blender_app.session.requests import (
    CornerResult,
    DecodeTarget,
    DiceRequest,
    ForgetRequest,
    PaletteResult,
    VaryRequest,
)
from blender_app.session.session import Session, Source
from blender_app.session.status import ModelState

DRUMS = DecodeTarget("drums")


@pytest.fixture
def palettes(editor, worker) -> Palettes:
    """Return palettes that were started."""
    palettes = Palettes(editor.document, worker, editor.messages)
    palettes.start()
    return palettes


@pytest.fixture
def dice(editor, worker, palettes: Palettes) -> Dice:
    """Return dice that always fall the same way."""
    worker.modelReady.emit("drums-2bar", "f00d")
    worker.requests.clear()
    corners, morph = editor.corners, editor.morph
    return Dice(editor.document, worker, palettes, corners, morph, editor.messages, lambda: 7)


def answer(editor, worker, target: DecodeTarget = DRUMS, **changes: int) -> PaletteResult:
    """Let the worker answer what is wanted of a target, and return the answer."""
    session = editor.document.session
    wanted = commands.palette_request(session, session.track(target.track), target.source)
    rows, cols = changes.get("rows", wanted.rows), changes.get("cols", wanted.cols)
    request = type(wanted)(target, wanted.space, rows, cols)
    result = PaletteResult(request, [[wanted.space.anchors[0]] * cols] * rows, (0.5,) * 4, refined=True)
    worker.paletteReady.emit(result)
    return result


def test_the_front_palette_is_asked_for_first_and_then_the_worker_starts(editor, worker) -> None:
    editor.tracks.set_front("melody")
    Palettes(editor.document, worker, editor.messages).start()
    assert [request.target.track for request in worker.requests] == ["melody", "drums", "bass"]
    assert worker.life == ["start"]


def test_only_what_has_changed_is_asked_for_again(editor, worker, palettes: Palettes) -> None:
    before = editor.document.session
    worker.requests.clear()
    editor.place.move_puck(0.1, 0.1, "bass")
    palettes.follow_track((before, before.track("bass")), editor.document.track("bass"))
    assert worker.requests == []
    before = editor.document.session
    editor.band.set_key(Key(2))
    for track in front_first(editor.document.session):
        palettes.follow_track((before, before.track(track.name)), track)
    assert [request.target.track for request in worker.requests] == ["bass", "melody"]


def test_an_answer_is_kept_and_told(editor, worker, palettes: Palettes) -> None:
    told: list[object] = []
    palettes.cellsChanged.connect(told.append)
    palettes.morphChanged.connect(lambda track: told.append(("morph", track)))
    result = answer(editor, worker)
    assert palettes.cells is result.cells
    assert palettes.accuracy == (0.5,) * 4
    assert told == ["drums"]
    editor.morph.set_source(Source.MORPH, "bass")
    row = DecodeTarget("bass", Source.MORPH)
    loops = answer(editor, worker, row).cells[0]
    assert palettes.morph_loops_of("bass") == loops
    assert told[1:] == [("morph", "bass")]
    editor.morph.put(None, "Remove", track="bass")
    assert palettes.morph_loops_of("bass") == []


def test_an_answer_for_another_grid_or_a_track_that_has_gone_is_dropped(editor, worker, palettes) -> None:
    answer(editor, worker, rows=4)
    assert palettes.cells == []
    late = answer(editor, worker, DecodeTarget("bass"))
    palettes.forget("bass")
    assert worker.requests[-2:] == [ForgetRequest(DecodeTarget("bass", source)) for source in Source]
    editor.tracks.remove("bass")
    worker.paletteReady.emit(late)
    assert palettes.cells_of("bass") == []
    assert palettes.accuracy_of("bass") is None


def test_after_the_end_no_answer_is_taken(editor, worker, palettes: Palettes) -> None:
    palettes.close()
    palettes.close()
    assert worker.life == ["start", "close"]
    answer(editor, worker)
    assert palettes.cells == []


def test_models_are_known_and_compared_with_those_of_the_session(editor, worker, palettes, said) -> None:
    editor.document.begin(Session(models=(("drums-2bar", "old"),)))
    worker.modelReady.emit("drums-2bar", "new")
    worker.modelFailed.emit("melody-2bar", "It is missing.")
    assert palettes.model_hashes == {"drums-2bar": "new"}
    assert palettes.model_states == {"drums-2bar": ModelState.READY, "melody-2bar": ModelState.FAILED}
    assert [level for level, _ in said] == ["warning", "warning"]
    assert "another version of the model drums-2bar" in said[0][1]
    assert said[1][1].startswith("It is missing. ")
    palettes.follow_new_session()
    assert said[2] == said[0]
    assert worker.retried == [{"drums-2bar", "melody-2bar"}]
    assert palettes.model_states == {"drums-2bar": ModelState.READY}


# -- dice -------------------------------------------------------------------------------------------


def test_the_dice_ask_with_kind_seed_and_key(editor, worker, dice: Dice) -> None:
    worker.modelReady.emit("melody-2bar", "cafe")
    editor.band.set_key(Key(2))
    bass = editor.document.session.track("bass")
    dice.roll(2, "bass")
    dice.vary(1, 0.5, "bass")
    dice.roll_end(0, "bass")  # it has no morph
    assert worker.requests == [
        DiceRequest(DecodeTarget("bass"), 2, bass.kind, bass.model, 7, Key(2)),
        VaryRequest(DecodeTarget("bass"), 1, bass.kind, bass.model, 7, bass.corners[1], 0.5, Key(2)),
    ]


def test_what_falls_during_a_drag_is_a_step_of_its_own(editor, worker, dice: Dice, loop_of) -> None:
    editor.document.begin_gesture("Drag puck")
    editor.place.move_puck(0.1, 0.1)
    kind = editor.document.track().kind
    worker.cornerReady.emit(CornerResult(DiceRequest(DRUMS, 1, kind, "drums-2bar", 7), loop_of(7)))
    editor.place.move_puck(0.2, 0.2)
    texts = [editor.document.undo_stack.text(index) for index in range(3)]
    assert texts == ["Drag puck", "Dice", "Drag puck"]
    assert editor.document.track().corner_names[1] == "Dice 7"


def test_a_varied_end_keeps_its_name_and_says_so_once(editor, worker, dice: Dice, loop_of) -> None:
    editor.morph.set_source(Source.MORPH)
    target, kind = DecodeTarget("drums", Source.MORPH), editor.document.track().kind
    name = editor.document.track().morph.names[1]
    for seed in (1, 2):
        request = VaryRequest(target, 1, kind, "drums-2bar", seed, loop_of(0), 0.5)
        worker.cornerReady.emit(CornerResult(request, loop_of(seed)))
    morph = editor.document.track().morph
    assert (morph.ends[1], morph.names[1]) == (loop_of(2), f"{name} (varied)")
    editor.morph.put(None, "Remove")
    worker.cornerReady.emit(CornerResult(request, loop_of(3)))  # it has gone meanwhile
    assert editor.document.track().morph is None


def test_without_its_model_nothing_is_asked(editor, worker, dice: Dice, said) -> None:
    dice.roll(0, "melody")  # loading still: it waits
    assert said[-1][0] == "info"
    assert len(worker.requests) == 1
    worker.modelFailed.emit("melody-2bar", "It is missing.")
    dice.vary(0, 0.5, "melody")
    assert said[-1][0] == "warning"
    assert len(worker.requests) == 1


def test_before_the_start_no_answer_is_taken_and_nothing_is_closed(editor, worker) -> None:
    palettes = Palettes(editor.document, worker, editor.messages)
    answer(editor, worker)
    assert (palettes.cells, palettes.accuracy) == ([], None)
    palettes.close()
    assert worker.life == []
    assert palettes.morph_loops_of("drums") == []


def test_rows_and_columns_must_both_be_those_that_are_wanted(editor, worker, palettes: Palettes) -> None:
    answer(editor, worker, cols=4)
    assert palettes.cells == []
    target = DecodeTarget("bass", Source.MORPH)
    editor.morph.set_source(Source.MORPH, "bass")
    late = answer(editor, worker, target)
    editor.morph.put(None, "Remove", track="bass")
    palettes.forget("bass")
    worker.paletteReady.emit(late)
    editor.document.undo_stack.undo()
    assert palettes.morph_loops_of("bass") == []


def test_models_that_are_the_same_or_unknown_are_not_warned_of(editor, worker, palettes, said) -> None:
    told: list[str] = []
    palettes.modelsChanged.connect(lambda: told.append("models"))
    editor.document.begin(Session(models=(("drums-2bar", "same"),)))
    worker.modelReady.emit("drums-2bar", "same")
    worker.modelReady.emit("melody-2bar", "new")
    palettes.follow_new_session()
    assert said == []
    assert told == ["models"] * 3
    worker.failed.emit("It failed.")
    assert said == [("error", "It failed.")]
    assert palettes.model_states == dict.fromkeys(("drums-2bar", "melody-2bar"), ModelState.READY)


def test_all_dice_fall_and_a_variation_is_a_small_one(editor, worker, dice: Dice, said) -> None:
    drums = editor.document.track()
    dice.roll_all()
    dice.vary(3)
    dice.vary_end(0)  # there is none
    assert worker.requests == [
        *(DiceRequest(DRUMS, index, drums.kind, drums.model, 7) for index in range(4)),
        VaryRequest(DRUMS, 3, drums.kind, drums.model, 7, drums.corners[3], 0.3),
    ]
    editor.morph.set_source(Source.MORPH)
    worker.requests.clear()
    dice.roll_end(1)
    dice.vary_end(0)
    target = DecodeTarget("drums", Source.MORPH)
    assert worker.requests == [
        DiceRequest(target, 1, drums.kind, drums.model, 7),
        VaryRequest(target, 0, drums.kind, drums.model, 7, drums.corners[0], 0.3),
    ]
    assert said == []


def test_each_roll_has_a_seed_of_its_own(editor, worker, palettes: Palettes) -> None:
    dice = Dice(editor.document, worker, palettes, editor.corners, editor.morph, editor.messages)
    worker.requests.clear()
    for _ in range(10):
        dice.roll(0)
    seeds = [request.seed for request in worker.requests]
    assert len(set(seeds)) > 1
    assert all(0 <= seed < 10_000 for seed in seeds)


def test_a_loop_that_comes_is_put_where_it_was_asked_for(editor, worker, dice: Dice, loop_of) -> None:
    drums = editor.document.track()
    gone = DiceRequest(DecodeTarget("gong"), 0, drums.kind, drums.model, 7)
    worker.cornerReady.emit(CornerResult(gone, loop_of(1)))
    assert editor.document.undo_stack.count() == 0
    request = VaryRequest(DRUMS, 2, drums.kind, drums.model, 7, loop_of(0), 0.5)
    worker.cornerReady.emit(CornerResult(request, loop_of(2)))
    track = editor.document.track()
    assert (track.corners[2], track.corner_names[2]) == (loop_of(2), f"{drums.corner_names[2]} (varied)")
    assert editor.document.undo_stack.undoText() == "Vary corner"
    editor.morph.set_source(Source.MORPH)
    at_end = DecodeTarget("drums", Source.MORPH)
    worker.cornerReady.emit(CornerResult(DiceRequest(at_end, 1, drums.kind, drums.model, 8), loop_of(3)))
    morph = editor.document.track().morph
    assert (morph.ends[1], morph.names[1]) == (loop_of(3), "Dice 8")
    assert editor.document.undo_stack.undoText() == "Dice"
    vary = VaryRequest(at_end, 1, drums.kind, drums.model, 8, loop_of(3), 0.5)
    worker.cornerReady.emit(CornerResult(vary, loop_of(4)))
    assert editor.document.undo_stack.undoText() == "Vary end"
