"""Drawing and editing a path, without a widget."""

from __future__ import annotations

import pytest

from blender_app.ui.palette.path_editor import Outcome, PathEditor, clip_place, polyline_length

NODES = ((0.1, 0.1), (0.5, 0.1), (0.9, 0.1))


@pytest.fixture
def editor() -> PathEditor:
    editor = PathEditor()
    editor.set_nodes(NODES, closed=False)
    return editor


def test_a_stroke_is_drawn_in_free_space(editor: PathEditor) -> None:
    editor.press((0.2, 0.8), 0.02)
    assert editor.move((0.4, 0.8)) is Outcome.LOOKS
    assert editor.move((0.6, 0.7)) is Outcome.LOOKS
    assert editor.release(0.03) is Outcome.STROKE
    assert editor.stroke == ((0.2, 0.8), (0.4, 0.8), (0.6, 0.7))
    assert editor.nodes == NODES


def test_a_click_is_no_stroke(editor: PathEditor) -> None:
    editor.press((0.2, 0.8), 0.02)
    editor.move((0.201, 0.8))
    assert editor.release(0.03) is Outcome.LOOKS


def test_a_node_moves_under_the_hand_and_stays_on_the_palette(editor: PathEditor) -> None:
    editor.press((0.51, 0.1), 0.02)
    assert editor.selected == 1
    assert editor.move((0.5, 1.4)) is Outcome.NODES
    assert editor.nodes == (NODES[0], (0.5, 1.0), NODES[2])
    assert editor.release(0.03) is Outcome.NOTHING


def test_insert_goes_into_the_nearest_stretch(editor: PathEditor) -> None:
    assert editor.insert_at((0.7, 0.15)) is Outcome.NODES
    assert editor.nodes == (NODES[0], NODES[1], (0.7, 0.15), NODES[2])
    assert editor.selected == 2


def test_insert_into_the_closing_stretch(editor: PathEditor) -> None:
    editor.set_nodes(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), closed=True)
    editor.insert_at((0.4, 0.5))
    assert editor.nodes[-1] == (0.4, 0.5)


def test_delete_and_select_round(editor: PathEditor) -> None:
    editor.select_next(-1)
    assert editor.selected == 2
    editor.delete_selected()
    assert editor.nodes == NODES[:2]
    assert editor.selected == 1
    editor.select_next(1)
    assert editor.selected == 0
    editor.delete_selected()
    editor.delete_selected()
    assert editor.nodes == ()
    assert editor.delete_selected() is Outcome.NOTHING


def test_keys_can_make_a_path_from_nothing() -> None:
    editor = PathEditor()
    editor.insert_after_selected((0.3, 0.3))
    editor.insert_after_selected((0.7, 0.3))
    editor.select_next(1)
    editor.insert_after_selected((0.0, 0.0))
    assert editor.nodes == ((0.3, 0.3), (0.5, 0.3), (0.7, 0.3))


def test_lengths_and_clipping() -> None:
    assert polyline_length(((0.0, 0.0), (0.3, 0.4), (0.3, 0.4))) == pytest.approx(0.5)
    assert polyline_length(()) == 0.0
    assert clip_place((-1.0, 0.4)) == (0.0, 0.4)
