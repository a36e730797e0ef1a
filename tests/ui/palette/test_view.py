"""The palette under mouse, pen and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QImage, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.ui.look.theme import Look
from blender_app.ui.palette.view import PaletteView


@pytest.fixture
def view(qtbot: QtBot, look: Look) -> PaletteView:
    """Return a shown palette of 5 by 5 cells, 400 pixels wide."""
    view = PaletteView(look)
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.set_cells(grid(5))
    view.show()
    qtbot.waitExposed(view)
    return view


def grid(count: int) -> list[list[DrumLoop]]:
    return [[DrumLoop.empty().with_hit(row % 32, 0, 1 + col) for col in range(count)] for row in range(count)]


def pixel(view: PaletteView, x: float, y: float) -> QPoint:
    return view.point_of((x, y)).toPoint()


def test_the_middle_of_a_corner_cell_is_the_corner(view: PaletteView) -> None:
    field = view.field_rect()
    cell = field.width() / 5
    assert view.place_of(field.topLeft() + QPointF(cell / 2, cell / 2)) == pytest.approx((0, 0), abs=0.01)
    assert view.place_of(field.bottomRight()) == (1.0, 1.0)
    assert view.place_of(field.center()) == pytest.approx((0.5, 0.5), abs=0.01)


def test_click_moves_the_puck(view: PaletteView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.puckMoved) as moved:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=pixel(view, 0.25, 0.75))
    assert moved.args == pytest.approx([0.25, 0.75], abs=0.01)


def test_drag_is_continuous_and_one_gesture(view: PaletteView, drag, qtbot: QtBot) -> None:
    places, gestures = [], []
    view.puckMoved.connect(lambda x, y: places.append((x, y)))
    view.gestureStarted.connect(gestures.append)
    view.gestureEnded.connect(lambda: gestures.append("end"))
    drag(view, [pixel(view, 0.1 + 0.01 * step, 0.3) for step in range(20)])
    assert len(places) == 20
    assert len({x for x, _ in places}) == 20
    assert places[-1] == pytest.approx((0.29, 0.3), abs=0.01)
    assert gestures == ["Move puck", "end"]


def test_drag_leaves_the_field_and_stays_on_its_edge(view: PaletteView, drag) -> None:
    places = []
    view.puckMoved.connect(lambda x, y: places.append((x, y)))
    drag(view, [pixel(view, 0.5, 0.5), QPoint(900, -300)])
    assert places[-1] == (1.0, 0.0)


def test_dragging_repaints_only_what_moved(view: PaletteView, drag, paint_log) -> None:
    log = paint_log(view)
    drag(view, [pixel(view, 0.2 + 0.02 * step, 0.5) for step in range(20)])
    assert log.areas
    assert max(log.areas) < 0.12 * view.width() * view.height()


def test_nothing_is_painted_when_nothing_changes(view: PaletteView, paint_log) -> None:
    log = paint_log(view)
    view.set_cells(grid(5))
    view.set_puck(0.5, 0.5)
    view.set_path_playhead(None)
    QApplication.processEvents()
    assert log.areas == []


@pytest.mark.parametrize(
    ("key", "modifier", "place"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, (0.45, 0.5)),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, (0.55, 0.5)),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, (0.5, 0.495)),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier, (0.5, 0.505)),
        (Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, (0.0, 0.0)),
        (Qt.Key.Key_2, Qt.KeyboardModifier.NoModifier, (1.0, 0.0)),
        (Qt.Key.Key_3, Qt.KeyboardModifier.NoModifier, (0.0, 1.0)),
        (Qt.Key.Key_4, Qt.KeyboardModifier.NoModifier, (1.0, 1.0)),
    ],
)
def test_keys_move_the_puck(view: PaletteView, qtbot: QtBot, key, modifier, place) -> None:
    with qtbot.waitSignal(view.puckMoved) as moved:
        QTest.keyClick(view, key, modifier)
    assert moved.args == pytest.approx(list(place))


def test_a_stroke_becomes_a_path_in_draw_mode(view: PaletteView, drag, qtbot: QtBot) -> None:
    view.set_draw_mode(True)
    with qtbot.assertNotEmitted(view.puckMoved), qtbot.waitSignal(view.strokeDrawn) as drawn:
        drag(view, [pixel(view, 0.1 + 0.1 * step, 0.2 + 0.05 * step) for step in range(8)])
    assert drawn.args[0][0] == pytest.approx((0.1, 0.2), abs=0.01)
    assert len(drawn.args[0]) == 8


def test_a_node_is_dragged_inserted_and_deleted(view: PaletteView, drag, qtbot: QtBot) -> None:
    nodes = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9))
    view.set_draw_mode(True)
    view.set_path(nodes, nodes, closed=False)
    with qtbot.waitSignal(view.nodesChanged) as changed:
        drag(view, [pixel(view, 0.9, 0.1), pixel(view, 0.7, 0.3)])
    assert changed.args[0][1] == pytest.approx((0.7, 0.3), abs=0.01)
    view.set_path(nodes, nodes, closed=False)
    with qtbot.waitSignal(view.nodesChanged) as changed:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=pixel(view, 0.5, 0.1))
    assert len(changed.args[0]) == 4
    with qtbot.waitSignal(view.nodesChanged) as changed:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=pixel(view, 0.9, 0.9))
    assert len(changed.args[0]) == 3


def test_nodes_by_keys(view: PaletteView, qtbot: QtBot) -> None:
    view.set_draw_mode(True)
    view.set_path(((0.2, 0.2), (0.8, 0.8)), (), closed=False)
    QTest.keyClick(view, Qt.Key.Key_N)
    with qtbot.waitSignal(view.nodesChanged) as changed:
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert changed.args[0][0] == pytest.approx((0.25, 0.2))
    with qtbot.waitSignal(view.nodesChanged) as changed:
        QTest.keyClick(view, Qt.Key.Key_Delete)
    assert changed.args[0] == ((0.8, 0.8),)


def test_path_playhead_repaints_only_itself(view: PaletteView, paint_log) -> None:
    view.set_path_playhead((0.2, 0.2))
    log = paint_log(view)
    view.set_path_playhead((0.21, 0.2))
    QApplication.processEvents()
    assert log.areas
    assert max(log.areas) < 0.1 * view.width() * view.height()


def test_changed_cells_cross_fade_and_end(view: PaletteView, look: Look, wait_for_fade) -> None:
    look.set_reduced_motion(False)
    before = view.grab().toImage()
    cells = grid(5)
    cells[1][1] = DrumLoop.from_hits(cells[1][1].hits | True)
    view.set_cells(cells)
    assert view.grab().toImage() == before  # it begins at what was there
    wait_for_fade(view)
    after = view.grab().toImage()
    assert after != before
    look.set_reduced_motion(True)
    view.set_cells(grid(5))
    assert view.grab().toImage() == before  # and without motion it is there at once


def test_screen_reader_hears_the_place_and_the_pattern(view: PaletteView, qtbot: QtBot) -> None:
    loop = DrumLoop.empty().with_hit(0, 0, 100).with_hit(6, 0, 100).with_hit(4, 1, 90).with_hit(2, 2, 90)
    view.set_puck(0.7, 0.42)
    view.set_sounding(loop)
    interface = QAccessible.queryAccessibleInterface(view)
    words = interface.text(QAccessible.Text.Value)
    assert words == "row 0.42, column 0.70, 2 bars, 4 hits, kick on 1, 7, snare on 5, new: 100 %"
    assert interface.text(QAccessible.Text.Name) == "Palette"
    value = interface.valueInterface()
    assert (value.currentValue(), value.minimumValue(), value.maximumValue()) == (0.7, 0.0, 1.0)
    with qtbot.waitSignal(view.puckMoved) as moved:
        value.setCurrentValue(0.25)
    assert moved.args == [0.25, 0.42]


@pytest.mark.parametrize("count", [3, 11, 33])
def test_every_grid_is_drawn_in_its_colours(view: PaletteView, look: Look, count: int) -> None:
    view.set_cells(grid(count))
    view.set_puck(0.5, 0.5)
    image = view.grab().toImage()
    for corner, place in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        cell = view.field_rect().width() / count
        point = view.point_of(place) - QPointF(0, cell * 0.3)
        seen, wanted = image.pixelColor(point.toPoint()), look.corner_color(corner)
        assert max(abs(seen.red() - wanted.red()), abs(seen.blue() - wanted.blue())) < 12


def pen(
    view: PaletteView, kind: QEvent.Type, x: float, y: float, device: QPointingDevice | None = None
) -> QTabletEvent:
    """Send the event of a pen at a place."""
    point = view.point_of((x, y))
    where = QPointF(view.mapToGlobal(point))
    left = Qt.MouseButton.LeftButton
    event = QTabletEvent(
        kind,
        device or QPointingDevice.primaryPointingDevice(),
        point,
        where,
        0.5,
        0,
        0,
        0,
        0,
        0,
        Qt.KeyboardModifier.NoModifier,
        left,
        left,
    )
    QApplication.sendEvent(view, event)
    return event


def test_a_pen_draws_and_drags(view: PaletteView, qtbot: QtBot) -> None:
    moved: list[tuple[float, float]] = []
    view.puckMoved.connect(lambda x, y: moved.append((x, y)))
    assert pen(view, QEvent.Type.TabletPress, 0.2, 0.2).isAccepted()
    pen(view, QEvent.Type.TabletMove, 0.3, 0.25)
    pen(view, QEvent.Type.TabletRelease, 0.3, 0.25)
    assert moved[-1] == pytest.approx((0.3, 0.25), abs=1e-6)
    view.set_draw_mode(True)
    with qtbot.waitSignal(view.strokeDrawn) as drawn:
        pen(view, QEvent.Type.TabletPress, 0.2, 0.2)
        for step in range(5):
            pen(view, QEvent.Type.TabletMove, 0.2 + 0.1 * step, 0.3)
        pen(view, QEvent.Type.TabletRelease, 0.6, 0.3)
    assert drawn.args[0][-1] == pytest.approx((0.6, 0.3), abs=1e-6)


def test_the_pens_other_end_erases_a_node(view: PaletteView, qtbot: QtBot) -> None:
    kind, pen_kind = QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Eraser
    eraser = QPointingDevice("pen", 7, kind, pen_kind, QInputDevice.Capability.Position, 1, 1)
    view.set_draw_mode(True)
    view.set_path(((0.2, 0.2), (0.8, 0.8)), (), closed=False)
    with qtbot.waitSignal(view.nodesChanged) as changed:
        pen(view, QEvent.Type.TabletPress, 0.8, 0.8, eraser)
    assert changed.args[0] == ((0.2, 0.2),)


def test_moving_is_told_to_a_listening_screen_reader(view: PaletteView, qtbot: QtBot) -> None:
    heard: list[str] = []
    view.accessible_text = lambda: heard.append("asked") or ""  # type: ignore[method-assign]
    view.set_sounding(DrumLoop.empty())
    before = len(heard)
    QAccessible.setActive(True)
    try:
        view.set_sounding(DrumLoop.empty().with_hit(0, 0, 99))
    finally:
        QAccessible.setActive(False)
    assert (before, len(heard) > 0) == (0, True)


def test_puck_and_path_playhead_leave_nothing_behind(view: PaletteView) -> None:
    def screen() -> QImage:
        QApplication.processEvents()
        return view.screen().grabWindow(view.winId()).toImage()

    clean = screen()
    for place in ((0.1, 0.2), (0.15, 0.22), (1.0, 1.0), (0.0, 0.4)):
        view.set_puck(*place)
        view.set_path_playhead((place[1], place[0]))
        view.update()
        QApplication.processEvents()
    assert screen() != clean
    view.set_path_playhead(None)
    view.set_puck(0.5, 0.5)
    assert screen() == clean


def test_keys_with_control_are_for_the_window(view: PaletteView) -> None:
    moved: list[object] = []
    view.puckMoved.connect(lambda *place: moved.append(place))
    for key in (Qt.Key.Key_2, Qt.Key.Key_Left):
        QTest.keyClick(view, key, Qt.KeyboardModifier.ControlModifier)
    assert moved == []
    QTest.keyClick(view, Qt.Key.Key_2)
    assert moved == [(1.0, 0.0)]
