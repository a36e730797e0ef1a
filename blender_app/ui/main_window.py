"""The window: it lays the parts out, shows the controller's values, and hands every touch on to it."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from blender_app.session.controller import Controller
from blender_app.session.document import DrawnPath
from blender_app.session.path import curve
from blender_app.ui.actions import Actions
from blender_app.ui.banner import Banner
from blender_app.ui.file_windows import FileWindows
from blender_app.ui.hints import FocusHints
from blender_app.ui.panels import EditorPanel, SoundingPanel
from blender_app.ui.path_editor import Place, Places
from blender_app.ui.stage import Stage
from blender_app.ui.status_bar import StatusBar
from blender_app.ui.theme import Look
from blender_app.ui.transport_bar import TransportBar
from blender_app.ui.voice_rows import silent_voices
from blender_app.ui.window_actions import WindowActions

FRAME_MS = 16
DEFAULT_WIDTH, DEFAULT_HEIGHT = 1280, 800
_LEFT_SHARE, _RIGHT_SHARE = 66, 34


class MainWindow(QMainWindow):
    """Loopweave's window.

    Parameters
    ----------
    controller
        What it shows and steers; started and closed by the caller.
    look
        Theme, hues and text size.
    asks_before_closing
        Whether closing with unsaved work asks first.
    """

    def __init__(self, controller: Controller, look: Look, asks_before_closing: bool = True) -> None:
        super().__init__()
        self.controller, self.look = controller, look
        self._asks = asks_before_closing
        self.ended_by_signal = False
        self._corner = 0
        self.setAcceptDrops(True)
        self.actions_by_name = Actions(look, self)
        self.addActions(self.actions_by_name.all())
        self._build()
        self.files = FileWindows(controller, self)
        self.window_actions = WindowActions(self)
        self._frame_timer = QTimer(self)
        self._frame_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame_timer.setInterval(FRAME_MS)
        self._frame_timer.timeout.connect(self._on_frame_timer_timeout)
        self._connect_controller()
        self._connect_parts()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self._show_all()
        self._restore_place()
        self.stage.palette_view.setFocus()

    # -- building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        look, actions = self.look, self.actions_by_name
        self.transport = TransportBar(look, actions)
        self.stage = Stage(look, actions)
        self.sounding = SoundingPanel(look)
        self.editor = EditorPanel(look, actions)
        self.status = StatusBar(look, actions)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(self.sounding)
        right.addWidget(self.editor)
        right.setSizes([500, 480])
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.stage)
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, _LEFT_SHARE)
        self.splitter.setStretchFactor(1, _RIGHT_SHARE)
        self.splitter.setSizes([_LEFT_SHARE * 20, _RIGHT_SHARE * 20])
        for splitter in (self.splitter, right):
            splitter.setHandleWidth(10)
            splitter.setChildrenCollapsible(False)
        middle = QWidget()
        around = QVBoxLayout(middle)
        around.setContentsMargins(12, 10, 12, 10)
        around.addWidget(self.splitter)
        center = QWidget()
        column = QVBoxLayout(center)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        # With large text in a small window the parts keep a size that can be used, and scroll.
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(middle)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(scroll, 1)
        column.addWidget(self.status)
        self.setCentralWidget(center)
        self.banner = Banner(look, center, self.status)
        numbers = (self.transport.tempo, self.transport.swing, self.transport.feel)
        hints = {self.stage.palette_view: "palette", self.editor.step_grid: "editor"}
        hints |= dict.fromkeys(self.stage.cards, "corner") | dict.fromkeys(numbers, "number")
        self.hints = FocusHints(hints, self.status.show_hint, self)
        for button in center.findChildren(QWidget):
            if isinstance(button, (QAbstractButton, QComboBox)):
                button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Space presses the button that has the focus; elsewhere it plays.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            event.accept()
        return super().eventFilter(watched, event)

    def _connect_controller(self) -> None:
        c = self.controller
        c.sessionChanged.connect(self._on_controller_sessionChanged)
        c.cellsChanged.connect(self._show_cells)
        c.soundingChanged.connect(self._show_sounding)
        c.transportChanged.connect(self._on_controller_transportChanged)
        c.statusChanged.connect(self._on_controller_statusChanged)
        c.portsChanged.connect(self._show_ports)
        c.kitsChanged.connect(self._show_kits)
        c.messageShown.connect(self.banner.show_message)
        c.fileChanged.connect(self._on_controller_fileChanged)

    def _connect_parts(self) -> None:
        c, palette, grid = self.controller, self.stage.palette_view, self.editor.step_grid
        palette.puckMoved.connect(c.move_puck)
        palette.strokeDrawn.connect(lambda points: c.draw_path(list(points)))
        palette.nodesChanged.connect(self._on_palette_nodesChanged)
        grid.hitPainted.connect(self._on_grid_hitPainted)
        self.editor.names.nameClicked.connect(self._preview)
        self.editor.presetChosen.connect(lambda preset: c.use_preset(self._corner, preset))
        self.sounding.names.nameClicked.connect(self._preview)
        self.sounding.rows.mixChanged.connect(c.set_voice_mix)
        for source in (palette, grid, self.sounding.rows, self.transport, self.stage.path_bar):
            source.gestureStarted.connect(c.begin_gesture)
            source.gestureEnded.connect(c.end_gesture)
        for card in self.stage.cards:
            card.selected.connect(self.select_corner)
            card.diceRolled.connect(c.dice_corner)
            card.varied.connect(c.vary_corner)
            card.cleared.connect(self.window_actions.clear_corner)
            card.copied.connect(self.window_actions.copy_corner)
            card.pasted.connect(c.paste_corner)
            card.presetChosen.connect(c.use_preset)
            card.importAsked.connect(self.files.import_corner)
            card.fileDropped.connect(c.import_corner)
        self._connect_bars()

    def _connect_bars(self) -> None:
        c, bar = self.controller, self.transport
        bar.tempoChanged.connect(c.set_tempo)
        bar.swingChanged.connect(c.set_swing)
        bar.feelChanged.connect(c.set_feel)
        bar.changeAtChosen.connect(c.set_change_at)
        bar.portChosen.connect(c.open_port)
        bar.ownPortAsked.connect(c.open_virtual_port)
        bar.kitChosen.connect(lambda kit: c.set_kit(*kit))
        bar.volumeChanged.connect(c.set_volume)
        bar.menu.aboutToShow.connect(lambda: self.files.fill_recent(bar.recent_menu))
        self.stage.path_bar.pathChanged.connect(c.set_path)
        self.stage.path_bar.gridChosen.connect(lambda count: c.set_grid(count, count))
        self.status.partClicked.connect(self.window_actions.tell_more)
        for box in (bar.tempo, bar.swing, bar.feel, self.stage.path_bar.bars, self.stage.path_bar.cells):
            box.finished.connect(self.stage.palette_view.setFocus)

    # -- showing ------------------------------------------------------------------------------------

    @property
    def edited_corner(self) -> int:
        """The corner in the editor, 0-3."""
        return self._corner

    @Slot(int)
    def select_corner(self, corner: int) -> None:
        """Put a corner into the editor."""
        self._corner = corner
        self._show_corners()

    def _show_all(self) -> None:
        names = frozenset(self.controller.session.__dataclass_fields__)
        self._on_controller_sessionChanged(names)
        self._show_cells()
        self._show_sounding()
        self._show_ports()
        self._show_kits()
        self._on_controller_statusChanged()
        self._on_controller_transportChanged()
        self._on_controller_fileChanged(self.controller.title, self.controller.modified)

    @Slot(object)
    def _on_controller_sessionChanged(self, names: frozenset[str]) -> None:
        session = self.controller.session
        if names & {"corners", "corner_names"}:
            self._show_corners()
        if "puck" in names:
            self.stage.palette_view.set_puck(*session.puck)
            self._show_place()
        if names & {"path", "rows", "cols"}:
            self.stage.path_bar.show_session(session)
        if "path" in names:
            self._show_path()
        if "mix" in names:
            self.sounding.rows.set_mix(session.mix)
            self.sounding.view.set_silent(silent_voices(session.mix))
        if names & {"tempo_bpm", "swing", "feel", "change_at", "kit", "volume"}:
            self.transport.show_session(session)
            self.sounding.view.set_swing(session.swing)
        if "midi" in names:
            self._show_ports()
        self.window_actions.session_changed(session)

    def _show_corners(self) -> None:
        session, held = self.controller.session, self.controller.held
        for corner, card in enumerate(self.stage.cards):
            card.set_loop(session.corners[corner], session.corner_names[corner])
            card.set_held(1.0 if held is None else held[corner])
            card.set_selected(corner == self._corner)
        self.editor.show_corner(
            self._corner, session.corner_names[self._corner], session.corners[self._corner]
        )

    @Slot()
    def _show_cells(self) -> None:
        if self.controller.cells:
            self.stage.palette_view.set_cells(self.controller.cells)
        held = self.controller.held
        for corner, card in enumerate(self.stage.cards):
            card.set_held(1.0 if held is None else held[corner])

    def _show_path(self) -> None:
        path = self.controller.session.path
        palette = self.stage.palette_view
        if path is None:
            palette.set_path((), (), closed=False)
        else:
            palette.set_path(path.nodes, [(float(x), float(y)) for x, y in curve(path)], path.closed)
        palette.set_playing(self.controller.playing, path is not None and path.playing)
        palette.set_bead(self.controller.path_position(time.monotonic()))

    @Slot()
    def _show_sounding(self) -> None:
        sounding, waiting = self.controller.sounding, self.controller.waiting
        self.sounding.view.set_loops(sounding, waiting)
        self.stage.palette_view.set_sounding(sounding)
        self._show_place()

    def _show_place(self) -> None:
        """Say where we are, and show its colour."""
        place = self._place()
        waiting = self.controller.waiting
        self.sounding.view.set_color(self.look.blend(*place))
        self.sounding.show_place(*place, self.controller.sounding, waiting is not None)

    def _place(self) -> Place:
        bead = self.controller.path_position(time.monotonic())
        return bead if bead is not None else self.controller.session.puck

    @Slot()
    def _show_ports(self) -> None:
        self.transport.show_ports(self.controller.ports, self.controller.session.midi)

    @Slot()
    def _show_kits(self) -> None:
        self.transport.show_kits(self.controller.kits, self.controller.session.kit)

    @Slot()
    def _on_controller_transportChanged(self) -> None:
        playing = self.controller.playing
        self.transport.show_playing(playing)
        self._show_path()
        if playing and not self._frame_timer.isActive():
            self._frame_timer.start()
        elif not playing:
            self._frame_timer.stop()
            self.sounding.view.set_playhead(None)

    @Slot()
    def _on_frame_timer_timeout(self) -> None:
        now_s = time.monotonic()
        self.sounding.view.set_playhead(self.controller.playhead_step(now_s))
        bead = self.controller.path_position(now_s)
        self.stage.palette_view.set_bead(bead)

    @Slot()
    def _on_controller_statusChanged(self) -> None:
        self.status.show_status(self.controller.status)

    @Slot(str, bool)
    def _on_controller_fileChanged(self, title: str, modified: bool) -> None:
        self.setWindowTitle(f"{title}[*] - Loopweave")
        self.setWindowModified(modified)

    @Slot()
    def _on_look_changed(self) -> None:
        QApplication.setPalette(self.look.qpalette())
        QApplication.setFont(self.look.font())
        self.setStyleSheet(self.look.style_sheet())
        self.actions_by_name.retint()
        self.transport.show_playing(self.controller.playing)
        self.window_actions.look_changed()
        self._show_corners()
        self._show_place()

    # -- from the parts -----------------------------------------------------------------------------

    @Slot(object)
    def _on_palette_nodesChanged(self, nodes: Places) -> None:
        path = self.controller.session.path
        if not nodes:
            self.controller.set_path(None)
        elif path is None:
            self.controller.set_path(DrawnPath(nodes))
        else:
            text = "Move node" if len(nodes) == len(path.nodes) else None
            self.controller.set_path(replace(path, nodes=nodes), text)

    @Slot(int, int, int)
    def _on_grid_hitPainted(self, step: int, voice: int, velocity: int) -> None:
        new = velocity > 0 and not self.controller.session.corners[self._corner].hits[step, voice]
        self.controller.paint_hit(self._corner, step, voice, velocity)
        if new and not self.controller.playing:
            self.controller.preview_hit(voice, velocity)

    @Slot(int)
    def _preview(self, voice: int) -> None:
        self.controller.preview_hit(voice, 100)

    # -- place on the screen, drops, end -------------------------------------------------------------

    def _restore_place(self) -> None:
        state = self.controller.settings.window_state
        if state:
            self.splitter.restoreState(QByteArray(state))
        geometry = self.controller.settings.window_geometry
        if geometry and self.restoreGeometry(QByteArray(geometry)):
            return
        screen = QGuiApplication.primaryScreen()
        room = screen.availableGeometry() if screen else QRect(0, 0, DEFAULT_WIDTH, DEFAULT_HEIGHT)
        self.resize(min(DEFAULT_WIDTH, room.width()), min(DEFAULT_HEIGHT, room.height()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.toLocalFile().endswith(".json") for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.toLocalFile().endswith(".json"):
                event.acceptProposedAction()
                self.files.open_path(url.toLocalFile())
                return

    def end_by_signal(self) -> None:
        """Close because the system asks for it; unsaved work is kept for the next start."""
        self.ended_by_signal = True
        self.close_without_asking()

    def close_without_asking(self) -> None:
        """Close, whatever is unsaved."""
        self._asks = False
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._asks and self.controller.modified:
            event.ignore()
            self.files.ask_unsaved(
                lambda: self.files.save(self.close_without_asking), self.close_without_asking
            )
            return
        self._frame_timer.stop()
        self.window_actions.let_go()
        self.controller.settings.window_geometry = bytes(self.saveGeometry().data())
        self.controller.settings.window_state = bytes(self.splitter.saveState().data())
        event.accept()
