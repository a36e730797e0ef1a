"""The morph's panel: ends, steps, sweep, and what becomes of a step."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDrag, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.session import morphing
from blender_app.session.session import Clip, Morph, Track, TrackKind, new_track
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.drag import clip_in, file_name
from blender_app.ui.morph.panel import MorphPanel


def loop(pitch: int) -> MelodyLoop:
    return MelodyLoop.from_events([pitch, *[-2] * 31])


def loops(count: int) -> list[MelodyLoop]:
    return [loop(40 + step) for step in range(count)]


@pytest.fixture
def morph() -> Morph:
    """Return a morph of five steps."""
    return Morph(ends=(loop(40), loop(44)), names=("Walk", "Lark"), steps=5)


@pytest.fixture
def track(morph: Morph) -> Track:
    """Return a bass track with that morph."""
    return replace(new_track(TrackKind.BASS), morph=morph, user_edited=(False, True, False, False))


@pytest.fixture
def panel(qtbot: QtBot, look: Look, track: Track) -> MorphPanel:
    """Return a shown morph, 700 by 600 pixels."""
    panel = MorphPanel(look)
    qtbot.addWidget(panel)
    panel.resize(700, 600)
    panel.set_track(track)
    panel.set_loops(loops(5))
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def edits(panel: MorphPanel) -> list[tuple[Morph, str, str]]:
    """Return the edits that the panel tells."""
    edits: list[tuple[Morph, str, str]] = []
    panel.morphEdited.connect(lambda morph, text, key: edits.append((morph, text, key)))
    return edits


@pytest.fixture
def gestures(panel: MorphPanel) -> list[str]:
    """Return the gestures that the panel tells."""
    gestures: list[str] = []
    panel.gestureStarted.connect(gestures.append)
    panel.gestureEnded.connect(lambda: gestures.append("end"))
    return gestures


def asked(panel: MorphPanel) -> list[tuple[object, ...]]:
    """Collect everything that the panel asks for besides edits."""
    found: list[tuple[object, ...]] = []
    for name in (
        "stepClicked",
        "endEditAsked",
        "endDiced",
        "endVaried",
        "endImportAsked",
        "endFileDropped",
        "stepToCorner",
        "stepToClip",
        "stepExportAsked",
    ):
        getattr(panel, name).connect(lambda *values, one=name: found.append((one, *values)))
    return found


def clip(pitch: int = 60, kind: TrackKind = TrackKind.MELODY) -> Clip:
    return Clip("Kept", kind, loop(pitch) if kind.is_melodic else kind.empty_loop())


def pull(card: QWidget, start: QPoint, *moves: int) -> None:
    """Press on a card, move sideways by pixels of the screen, and let go."""
    origin = card.mapToGlobal(start)
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=start)
    for right in moves:
        QTest.mouseMove(card, card.mapFromGlobal(origin + QPoint(right, 0)))
        QApplication.processEvents()
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=card.mapFromGlobal(origin + QPoint(moves[-1], 0)))


# -- gliding and tapping ----------------------------------------------------------------------------


def test_a_tap_moves_the_slider_then_tells_the_step(panel: MorphPanel, edits, gestures) -> None:
    found = asked(panel)
    QTest.mouseClick(panel.view, Qt.MouseButton.LeftButton, pos=panel.view.box_of(2).center().toPoint())
    assert [(morph.position, text, key) for morph, text, key in edits] == [(0.5, "Glide", "morph position")]
    assert found == [("stepClicked", 2)]
    assert gestures == ["Glide", "end"]


def test_touching_ends_the_sweep(panel: MorphPanel, morph: Morph, edits) -> None:
    panel.set_morph(replace(morph, sweeping=True))
    panel.set_sweep_playhead(0.8)
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    assert edits[-1][0] == replace(morph, position=1.0, sweeping=False)


# -- ends -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [0, 1])
def test_pulling_an_end_outwards_makes_more_steps_as_one_gesture(
    panel: MorphPanel, edits, gestures, end: int
) -> None:
    outwards = -1 if end == 0 else 1
    pull(panel.cards[end], QPoint(60, 30), 0, *(outwards * px for px in range(2, 60, 2)))
    steps = [morph.steps for morph, _, _ in edits]
    assert steps == sorted(set(steps))
    assert steps[-1] > 12
    assert {text for _, text, _ in edits} == {"Number of steps"}
    assert gestures == ["Number of steps", "end"]


def test_pulling_inwards_makes_fewer_and_stops_at_three(panel: MorphPanel, edits) -> None:
    pull(panel.cards[0], QPoint(60, 30), 0, 8, 100, 200)
    assert edits[-1][0].steps == 3
    assert panel.bar.steps.value() == 3


def test_a_card_follows_the_hand_that_pulls_it(panel: MorphPanel) -> None:
    card = panel.cards[1]
    before = card.x()
    pull(card, QPoint(60, 30), 0, 10, 20, 40)
    assert card.x() - before == pytest.approx(40, abs=8)


def test_the_more_steps_the_farther_apart_stand_the_ends(panel: MorphPanel, morph: Morph) -> None:
    gaps = []
    for steps in (3, 9, 20, 33):
        panel.set_morph(replace(morph, steps=steps))
        gaps.append(panel.cards[1].x() - panel.cards[0].geometry().right())
        assert panel.cards[0].x() >= 0
        assert panel.cards[1].geometry().right() < panel.width()
    assert gaps == sorted(set(gaps))


def test_the_line_between_the_ends_has_a_dot_for_each_step_and_is_not_drawn_for_every_frame(
    panel: MorphPanel, morph: Morph, monkeypatch
) -> None:
    three, nine = (replace(morph, steps=steps) for steps in (3, 9))
    panel.set_morph(three)
    before = panel.line.grab().toImage()
    panel.line.set_steps(nine.steps)
    assert panel.line.grab().toImage() != before
    painted = []
    monkeypatch.setattr(panel.line, "paintEvent", lambda _event: painted.append(1))
    QApplication.processEvents()
    painted.clear()
    for number in range(5):
        panel.set_sweep_playhead(number / 10)
        panel.set_playhead(float(number))
        QApplication.processEvents()
    assert painted == []


def test_a_click_on_an_end_asks_to_edit_it_and_pulls_nothing(panel: MorphPanel, edits, gestures) -> None:
    found = asked(panel)
    QTest.mouseClick(panel.cards[1], Qt.MouseButton.LeftButton, pos=QPoint(60, 30))
    assert found == [("endEditAsked", 1)]
    assert edits == []
    assert gestures == []


def test_the_buttons_of_an_end(panel: MorphPanel) -> None:
    found = asked(panel)
    card = panel.cards[1]
    for button in (card.dice_button, card.vary_button, card.edit_button):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    card.import_action.trigger()
    card.draw_action.trigger()
    names = ["endDiced", "endVaried", "endEditAsked", "endImportAsked", "endEditAsked"]
    assert found == [(name, 1) for name in names]


@pytest.mark.parametrize(
    ("key", "name"),
    [(Qt.Key.Key_D, "endDiced"), (Qt.Key.Key_V, "endVaried"), (Qt.Key.Key_Return, "endEditAsked")],
)
def test_the_keys_of_an_end(panel: MorphPanel, key: Qt.Key, name: str) -> None:
    found = asked(panel)
    QTest.keyClick(panel.cards[0], key)
    assert found == [(name, 0)]


def test_swapping_the_ends(panel: MorphPanel, morph: Morph, edits) -> None:
    QTest.mouseClick(panel.swap_button, Qt.MouseButton.LeftButton)
    assert edits == [(morphing.swapped(morph), "Swap ends", "")]
    assert panel.step_clip(1).loop == loop(43)


def test_steps_between_other_ends_are_not_kept_before_they_are_decoded(
    panel: MorphPanel, morph: Morph
) -> None:
    panel.set_morph(morphing.moved(morph, 0.7))
    assert panel.step_clip(1) is not None
    panel.set_morph(morphing.with_end(morph, 0, loop(20), "Other"))
    assert panel.step_clip(1) is None


def test_a_corner_or_a_preset_becomes_an_end(panel: MorphPanel, track: Track, morph: Morph, edits) -> None:
    menu = panel.cards[0].menu
    menu.aboutToShow.emit()
    corner = next(action for action in menu.actions() if action.text().startswith("Corner 2"))
    corner.trigger()
    name = track.corner_names[1]
    put = morphing.with_end(morph, 0, track.corners[1], name, user_edited=True)
    assert edits == [(put, f"{name} as end A", "")]
    menus = {sub.title(): sub for sub in menu.findChildren(QMenu)}
    assert set(menus) == {"Presets", "Melody presets"}
    preset = menus["Melody presets"].actions()[3]
    preset.trigger()
    assert edits[-1][0].names == (preset.text(), "Lark")
    assert edits[-1][0].user_edited == (False, False)


def test_the_menu_of_an_end_follows_the_track(panel: MorphPanel) -> None:
    drums = new_track(TrackKind.DRUMS)
    for name in ("One", "Two"):
        panel.set_track(replace(drums, corner_names=(name,) * 4))
        panel.cards[0].menu.aboutToShow.emit()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        titles = [sub.title() for sub in panel.cards[0].menu.findChildren(QMenu)]
        assert titles == ["Presets"]
        texts = [one.text() for one in panel.cards[0].menu.actions()]
        assert [text for text in texts if text.startswith("Corner")] == [
            f"Corner {n}  {name}" for n in (1, 2, 3, 4)
        ]


def test_long_names_do_not_widen_the_menus(panel: MorphPanel, track: Track) -> None:
    name = "a take of last night & of the morning, " * 3
    panel.set_track(replace(track, corner_names=(name, "Two", "Three", "Four")))
    panel.cards[0].menu.aboutToShow.emit()
    panel.view.menuAsked.emit(0, panel.mapToGlobal(QPoint(50, 50)))
    panel.step_menu.close()
    of_end = next(one.text() for one in panel.cards[0].menu.actions() if one.text().startswith("Corner 1"))
    of_step = panel.step_menu.corner_actions[0].text()
    for text in (of_end, of_step):
        assert "a take of last night && of the" in text
        assert "…" in text
        assert len(text) < 65


def test_an_end_is_left_out_of_the_key(panel: MorphPanel, morph: Morph, edits) -> None:
    card = panel.cards[1]
    assert not card.user_edited_action.isVisible()
    panel.set_in_key(True)
    assert card.user_edited_action.isVisible()
    assert not card.user_edited_action.isChecked()
    card.user_edited_action.trigger()
    assert edits == [(replace(morph, user_edited=(False, True)), "Leave end out of key", "")]
    card.user_edited_action.trigger()
    assert edits[-1][0] == morph
    panel.set_morph(replace(morph, user_edited=(True, True)))
    assert [one.user_edited_action.isChecked() for one in panel.cards] == [True, True]


def test_the_end_in_the_editor_is_marked(panel: MorphPanel) -> None:
    pictures = [card.grab().toImage() for card in panel.cards]
    panel.set_selected_end(1)
    assert panel.cards[0].grab().toImage() == pictures[0]
    assert panel.cards[1].grab().toImage() != pictures[1]
    panel.set_selected_end(None)
    assert panel.cards[1].grab().toImage() == pictures[1]


# -- dropping ---------------------------------------------------------------------------------------


def drop(card: QWidget, data: QMimeData) -> bool:
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    where = QPointF(20, 20)
    enter = QDragEnterEvent(where.toPoint(), Qt.DropAction.CopyAction, data, buttons, modifiers)
    enter.setAccepted(False)
    QApplication.sendEvent(card, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(card, QDropEvent(where, Qt.DropAction.CopyAction, data, buttons, modifiers))
    return True


def test_a_midi_file_is_dropped_on_an_end(panel: MorphPanel) -> None:
    found = asked(panel)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/some/tune.MID")])
    assert drop(panel.cards[1], data)
    assert found == [("endFileDropped", 1, "/some/tune.MID")]


def test_other_files_are_not_taken(panel: MorphPanel) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/some/tune.txt")])
    assert not drop(panel.cards[1], data)


def test_a_clip_is_dropped_on_an_end(panel: MorphPanel, morph: Morph, edits) -> None:
    found = asked(panel)
    assert drop(panel.cards[1], panel.drag.mime_data(clip()))
    assert edits == [(morphing.with_end(morph, 1, loop(60), "Kept"), "Kept as end B", "")]
    assert found == []


def test_a_drum_clip_does_not_fit_a_bass(panel: MorphPanel, edits) -> None:
    panel.put_clip(0, clip(kind=TrackKind.DRUMS))
    assert edits == []


# -- steps and sweep --------------------------------------------------------------------------------


def test_typing_the_number_of_steps(panel: MorphPanel, edits) -> None:
    box = panel.bar.steps
    box.setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box, "17")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert [(morph.steps, text, key) for morph, text, key in edits] == [
        (17, "Number of steps", "morph steps")
    ]


def test_the_sweep_and_its_rate(panel: MorphPanel, morph: Morph, edits) -> None:
    QTest.mouseClick(panel.bar.sweep_button, Qt.MouseButton.LeftButton)
    panel.bar.bars.setValue(4)
    QTest.mouseClick(panel.bar.sweep_button, Qt.MouseButton.LeftButton)
    texts = [text for _, text, _ in edits]
    assert texts == ["Sweep", "Bars a sweep", "Stop sweep"]
    assert edits[1][0] == replace(morph, sweeping=True, sweep_bars=4)
    assert edits[2][0] == replace(morph, sweep_bars=4)


def test_showing_a_morph_tells_nothing_back(panel: MorphPanel, edits) -> None:
    other = Morph((loop(50), loop(51)), ("X", "Y"), 21, 0.7, 32, sweeping=True)
    panel.set_morph(other)
    assert edits == []
    assert panel.bar.steps.value() == 21
    assert panel.bar.bars.value() == 32
    assert panel.bar.sweep_button.isChecked()
    assert panel.view.step == 14


# -- keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("focus", ["view", "card", "swap"])
@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, ("stepToClip", 2)),
        (Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier, ("stepExportAsked", 2)),
        (Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier, ("stepToCorner", 2, 0)),
        (Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier, ("stepToCorner", 2, 3)),
    ],
)
def test_keys_for_the_step_wherever_the_focus_is(
    panel: MorphPanel, morph: Morph, edits, focus: str, key: Qt.Key, modifier, expected: tuple[object, ...]
) -> None:
    panel.set_morph(replace(morph, position=0.5))
    widget = {"view": panel.view, "card": panel.cards[1], "swap": panel.swap_button}[focus]
    found = asked(panel)
    QTest.keyClick(widget, key, modifier)
    assert found == [expected]
    QTest.keyClick(widget, Qt.Key.Key_R)
    assert edits[-1] == (morphing.swapped(replace(morph, position=0.5)), "Swap ends", "")


def test_plus_and_minus_change_the_number_of_steps(panel: MorphPanel, edits) -> None:
    for key, modifier in (
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Equal, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Minus, Qt.KeyboardModifier.KeypadModifier),
    ):
        QTest.keyClick(panel.cards[0], key, modifier)
    assert [morph.steps for morph, _, _ in edits] == [6, 7, 6]


def test_p_sweeps(panel: MorphPanel, edits) -> None:
    QTest.keyClick(panel.view, Qt.Key.Key_P)
    QTest.keyClick(panel.view, Qt.Key.Key_P)
    assert [morph.sweeping for morph, _, _ in edits] == [True, False]


@pytest.mark.parametrize(
    ("key", "modifier", "ours"),
    [
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, True),
        (Qt.Key.Key_Minus, Qt.KeyboardModifier.NoModifier, True),
        (Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier, True),
        (Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, False),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, False),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier, False),
        (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier, False),
    ],
)
def test_only_our_keys_are_kept_from_the_window(panel: MorphPanel, key: Qt.Key, modifier, ours: bool) -> None:
    event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, modifier)
    event.setAccepted(False)
    QApplication.sendEvent(panel.view, event)
    assert event.isAccepted() == ours


# -- what becomes of a step -------------------------------------------------------------------------


def test_the_menu_of_a_step(panel: MorphPanel, morph: Morph, track: Track, edits) -> None:
    found = asked(panel)
    panel.view.menuAsked.emit(3, panel.mapToGlobal(QPoint(50, 50)))
    menu = panel.step_menu
    assert menu.isVisible()
    assert track.corner_names[2] in menu.corner_actions[2].text()
    menu.corner_actions[2].trigger()
    menu.keep_action.trigger()
    menu.export_action.trigger()
    menu.actions()[0].trigger()
    assert found == [("stepToCorner", 3, 2), ("stepToClip", 3), ("stepExportAsked", 3), ("stepClicked", 3)]
    assert edits[-1][0].position == 0.75
    menu.end_actions[1].trigger()
    put = morphing.with_end(replace(morph, position=0.75), 1, loop(43), "Walk to Lark, 75%")
    assert edits[-1] == (put, "Walk to Lark, 75% as end B", "")
    menu.close()


def test_a_step_that_is_not_decoded_yet_can_only_be_heard(panel: MorphPanel, morph: Morph) -> None:
    panel.set_morph(replace(morph, steps=9))
    assert panel.step_clip(4) is None
    panel.view.menuAsked.emit(4, panel.mapToGlobal(QPoint(50, 50)))
    enabled = [one.text() for one in panel.step_menu.actions() if one.isEnabled() and one.text()]
    assert enabled == ["Hear it"]
    panel.step_menu.close()
    panel.set_loops(loops(9))
    assert panel.step_clip(4) == Clip("Walk to Lark, 50%", TrackKind.BASS, loop(44))


def test_the_buttons_keep_and_export_the_step_where_we_are(panel: MorphPanel, morph: Morph) -> None:
    panel.set_morph(replace(morph, position=1.0))
    found = asked(panel)
    QTest.mouseClick(panel.bar.keep_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.bar.export_button, Qt.MouseButton.LeftButton)
    assert found == [("stepToClip", 4), ("stepExportAsked", 4)]


def test_a_step_is_dragged_out_as_a_midi_file(panel: MorphPanel, monkeypatch) -> None:
    carried: list[tuple[Clip | None, list[Path], list[bytes]]] = []

    def carry(drag: QDrag, _action: Qt.DropAction) -> Qt.DropAction:
        paths = [Path(url.toLocalFile()) for url in drag.mimeData().urls()]
        carried.append((clip_in(drag.mimeData()), paths, [path.read_bytes() for path in paths]))
        assert not drag.pixmap().isNull()
        return Qt.DropAction.CopyAction

    def write(path: Path, clip: Clip) -> bool:
        path.write_bytes(clip.name.encode())
        return True

    monkeypatch.setattr(QDrag, "exec", carry)
    panel.set_midi_writer(write)
    for _ in range(2):
        panel.view.dragStarted.emit(1)
    (kept, paths, contents), (_, others, _) = carried
    assert kept == Clip("Walk to Lark, 25%", TrackKind.BASS, loop(41))
    assert [path.name for path in (*paths, *others)] == ["Walk to Lark, 25.mid"] * 2
    assert contents == [b"Walk to Lark, 25%"]
    assert paths != others
    assert paths[0].exists(), "who got the file may read it later"


def test_a_drag_without_a_file_stays_within_the_window(panel: MorphPanel) -> None:
    assert panel.drag.mime_data(clip()).urls() == []
    panel.set_midi_writer(lambda _path, _clip: False)
    data = panel.drag.mime_data(clip())
    assert data.urls() == []
    assert clip_in(data) == clip()
    assert clip_in(QMimeData()) is None


def test_a_full_disk_does_not_end_a_drag(panel: MorphPanel, monkeypatch) -> None:
    def full(**_options: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    panel.set_midi_writer(lambda _path, _clip: True)
    data = panel.drag.mime_data(clip())
    assert data.urls() == []
    assert clip_in(data) == clip()


@pytest.mark.parametrize(
    ("name", "file"),
    [("A/B: c?", "A B c"), ("...", "Loop"), ("Añejo #2", "Añejo #2"), ("x" * 90, "x" * 60), ("", "Loop")],
)
def test_names_of_files(name: str, file: str) -> None:
    assert file_name(name) == file


# -- look -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("size", [(420, 400), (700, 600), (1900, 1000)])
@pytest.mark.parametrize("steps", [3, 33])
def test_nothing_overlaps(
    panel: MorphPanel, morph: Morph, look: Look, scale: float, size: tuple[int, int], steps: int
) -> None:
    look.set_text_scale(scale)
    panel.setFont(look.font())
    panel.set_morph(replace(morph, steps=steps))
    panel.resize(
        max(size[0], panel.minimumSizeHint().width()), max(size[1], panel.minimumSizeHint().height())
    )
    parts = [*panel.cards, panel.swap_button, panel.bar.steps, panel.view, panel.bar]
    for index, part in enumerate(parts):
        assert panel.rect().contains(part.geometry()), part
        for other in parts[index + 1 :]:
            assert not part.geometry().intersects(other.geometry()), (part, other)


def test_ends_tell_their_name_and_notes(panel: MorphPanel) -> None:
    interface = QAccessible.queryAccessibleInterface(panel.cards[1])
    assert interface.text(QAccessible.Text.Name) == "End B of the morph"
    assert interface.text(QAccessible.Text.Value) == "Lark, 2 bars, 1 note, Ab2 to Ab2"
    interface.valueInterface().setCurrentValue(0.0)


def test_every_button_and_number_has_a_name(panel: MorphPanel) -> None:
    widgets = [panel.swap_button, panel.bar.sweep_button, panel.bar.keep_button, panel.bar.export_button]
    widgets += [panel.bar.steps, panel.bar.bars]
    for card in panel.cards:
        widgets += [card.dice_button, card.vary_button, card.edit_button, card.more_button]
    names = [widget.accessibleName() for widget in widgets]
    assert all(names)
    assert len(set(names)) == len(names)


def test_tab_goes_through_everything_in_order(panel: MorphPanel) -> None:
    seen, widget = [], panel.view
    for _ in range(60):
        if widget in (panel.view, *panel.cards, panel.swap_button, panel.bar.steps, panel.bar.sweep_button):
            seen.append(widget)
        widget = widget.nextInFocusChain()
        if widget is panel.view:
            break
    assert seen == [
        panel.view,
        panel.cards[0],
        panel.swap_button,
        panel.bar.steps,
        panel.cards[1],
        panel.bar.sweep_button,
    ]


def test_drums_are_mixed_as_well(panel: MorphPanel) -> None:
    drums = new_track(TrackKind.DRUMS)
    panel.set_track(drums)
    steps = [drums.corners[0]] * 9
    panel.set_loops(steps)
    assert panel.step_clip(3).kind is TrackKind.DRUMS
    assert "hits" in panel.view.accessible_text()
    assert np.array_equal(panel.step_clip(0).loop.hits, drums.corners[0].hits)


@pytest.mark.parametrize("width", [140, 300])
def test_the_name_of_an_end_finds_room_beside_or_over_its_buttons(
    panel: MorphPanel, morph: Morph, width: int
) -> None:
    card = panel.cards[0]
    card.resize(width, card.height())
    before = card.grab().toImage()
    card.set_loop(morph.ends[0], "Another")
    after = card.grab().toImage()
    changed = [
        x
        for x in range(before.width())
        for y in range(before.height())
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert max(changed) - min(changed) > 40
    assert card.picture_rect().height() >= 34
