"""The window: it lays the parts out, and shows what the controller tells to those who show it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from blender_app.session.controller import Controller
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.banner import Banner
from blender_app.ui.look.theme import Look
from blender_app.ui.palette.stage import Stage
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.tracks.presenter import WindowTracks
from blender_app.ui.tracks.sounding_panel import EditorPanel, SoundingPanel
from blender_app.ui.tracks.strip import TrackStrip
from blender_app.ui.window.hints import FocusHints
from blender_app.ui.window.middle import Middle
from blender_app.ui.window.status_bar import StatusBar
from blender_app.ui.window.transport_bar import TransportBar
from blender_app.ui.window.window_actions import WindowActions, is_for_focus
from blender_app.ui.window.window_front import SHELF_KEY, WindowFront
from blender_app.ui.window.window_recording import WindowRecording
from blender_app.ui.window.window_rest import WindowRest

if TYPE_CHECKING:
    from blender_app.ui.morph.presenter import WindowMixer
    from blender_app.ui.roll.panel import RollPanel

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

    Notes
    -----
    What is shown and touched is the work of `front` (the large parts), `tracks` (the strip), `mixers`,
    `recording`, `files`, `window_actions`, and `rest` (what the first picture is without).
    """

    seen = Signal()
    """The first picture is on the screen."""

    def __init__(self, controller: Controller, look: Look, asks_before_closing: bool = True) -> None:
        super().__init__()
        self.controller, self.look = controller, look
        self._asks = asks_before_closing
        self.ended_by_signal = self._is_seen = False
        self.setAcceptDrops(True)
        self._wear_look()  # before there are parts, which would have to change clothes
        self.actions_by_name = Actions(look, self)
        self.addActions(self.actions_by_name.all())
        self._build()
        self.rest = WindowRest(self)
        self.files = FileWindows(controller, self)
        self.front = WindowFront(self)
        self.tracks = WindowTracks(self)
        self.recording = WindowRecording(self)
        self.window_actions = WindowActions(self)
        self._frame_timer = QTimer(self)
        self._frame_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame_timer.setInterval(FRAME_MS)
        self._frame_timer.timeout.connect(self._on_frame_timer_timeout)
        self._connect_controller()
        self._connect_bars()
        look.changed.connect(self._on_look_changed)
        self.seen.connect(self.rest.start)
        self._show_look()
        self._show_all()
        self._restore_place()
        self.stage.palette_view.setFocus()

    # -- building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        look, actions = self.look, self.actions_by_name
        self.transport = TransportBar(look, actions)
        self.strip = TrackStrip(look, actions)
        self.status = StatusBar(look, actions)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self._build_left())
        right = self._build_right()
        self.splitter.addWidget(right)
        self.splitter.setStretchFactor(0, _LEFT_SHARE)
        self.splitter.setStretchFactor(1, _RIGHT_SHARE)
        self.splitter.setSizes([_LEFT_SHARE * 20, _RIGHT_SHARE * 20])
        for splitter in (self.splitter, right):
            splitter.setHandleWidth(10)
            splitter.setChildrenCollapsible(False)
        self.middle = center = Middle(self.splitter, self.transport, self.strip, self.status)
        self.setCentralWidget(center)
        self.banner = Banner(look, center, (self.strip, self.status))
        self._build_hints()

    def _build_left(self) -> QWidget:
        """Return palette and mixer, of which one is seen, over the shelf of clips."""
        left = QWidget()
        self.stage = Stage(self.look, self.actions_by_name)
        self.stage_stack = QStackedWidget()
        self.stage_stack.addWidget(self.stage)
        self._left_column = QVBoxLayout(left)
        self._left_column.setContentsMargins(0, 0, 0, 0)
        self._left_column.setSpacing(8)
        self._left_column.addWidget(self.stage_stack, 1)
        return left

    @property
    def mixers(self) -> WindowMixer:
        """Mixer and shelf."""
        return self.rest.mixers

    @property
    def roll_panel(self) -> RollPanel:
        """The editor of melodic corners."""
        return self.rest.roll_panel

    def place_mixer(self, panel: QWidget, shelf: QWidget) -> None:
        """Lay out mixer and shelf."""
        self.stage_stack.addWidget(panel)
        self._left_column.addWidget(shelf)

    def _build_right(self) -> QSplitter:
        """Return what sounds, over the editors, of which one is seen."""
        self.sounding = SoundingPanel(self.look, self.actions_by_name)
        self.editor = EditorPanel(self.look, self.actions_by_name)
        self.editor_stack = QStackedWidget()
        self.editor_stack.addWidget(self.editor)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(self.sounding)
        right.addWidget(self.editor_stack)
        right.setSizes([500, 480])
        return right

    def _build_hints(self) -> None:
        numbers = (self.transport.tempo, self.transport.swing, self.transport.feel)
        hints: dict[QWidget, str] = {
            self.stage.palette_view: "palette",
            self.editor.step_grid: "editor",
            self.strip.scale.chords: "chords",
        }
        hints |= dict.fromkeys(self.stage.cards, "corner") | dict.fromkeys(numbers, "number")
        hints |= dict.fromkeys(self.sounding.knobs.boxes.values(), "number")
        self.hints = FocusHints(hints, self.status.show_hint, self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._is_seen:
            self._is_seen = True
            QTimer.singleShot(0, self, self.seen.emit)  # comes when all of the picture is painted
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and is_for_focus(self.focusWidget(), event):
            event.accept()
            return True
        return super().event(event)

    def _connect_controller(self) -> None:
        c = self.controller
        c.sessionChanged.connect(self._on_controller_sessionChanged)
        c.cellsChanged.connect(self._on_controller_cellsChanged)
        c.mixerChanged.connect(self._on_controller_mixerChanged)
        c.soundingChanged.connect(self._on_controller_soundingChanged)
        c.transportChanged.connect(self._on_controller_transportChanged)
        c.statusChanged.connect(self._on_controller_statusChanged)
        c.portsChanged.connect(self._show_ports)
        c.inputsChanged.connect(self.recording.show_inputs)
        c.kitsChanged.connect(self.tracks.show_sounds)
        c.messageShown.connect(self.banner.show_message)
        c.fileChanged.connect(self._on_controller_fileChanged)

    def _connect_bars(self) -> None:
        c, bar = self.controller, self.transport
        bar.tempoChanged.connect(c.set_tempo)
        bar.swingChanged.connect(c.set_swing)
        bar.feelChanged.connect(c.set_feel)
        bar.changeAtChosen.connect(c.set_change_at)
        bar.portChosen.connect(c.open_port)
        bar.ownPortAsked.connect(c.open_virtual_port)
        bar.inputChosen.connect(self.recording.use_input)
        bar.volumeChanged.connect(c.set_volume)
        bar.gestureStarted.connect(c.begin_gesture)
        bar.gestureEnded.connect(c.end_gesture)
        bar.menu.aboutToShow.connect(lambda: self.files.fill_recent(bar.recent_menu))
        self.status.partClicked.connect(self.window_actions.tell_more)
        for box in (bar.tempo, bar.swing, bar.feel, self.stage.path_bar.bars, self.stage.path_bar.cells):
            box.finished.connect(self._focus_stage)
        self.strip.scale.chords.returnPressed.connect(self._on_chords_returnPressed)

    @Slot()
    def _on_chords_returnPressed(self) -> None:
        if not self.strip.scale.chords.problem:
            self._focus_stage()

    @Slot()
    def _focus_stage(self) -> None:
        """Let keys go to palette or mixer again, once something was typed."""
        (self.mixers.panel.view if self.front.mixes else self.stage.palette_view).setFocus()

    # -- showing ------------------------------------------------------------------------------------

    def now_s(self) -> float:
        """Return the moment, on the engine's clock."""
        return time.monotonic()

    def _show_all(self) -> None:
        self.tracks.show_all()
        self.front.show_all()
        self.transport.show_session(self.controller.session)
        self._show_ports()
        self.recording.show_inputs()
        self.recording.follow_front()
        self._on_controller_statusChanged()
        self._on_controller_transportChanged()
        self._on_controller_fileChanged(self.controller.title, self.controller.modified)

    @Slot(object)
    def _on_controller_sessionChanged(self, names: frozenset[str]) -> None:
        session = self.controller.session
        self.tracks.show_changes(names)
        self.front.show_changes(names)
        if self.rest.has_mixers:
            self.mixers.show_changes(names)
        if "front" in names:
            self.recording.follow_front()
        if names & {"tempo_bpm", "swing", "feel", "change_at", "volume"}:
            self.transport.show_session(session)
            self.sounding.set_swing(session.swing)
        if "midi" in names:
            self._show_ports()
        self.window_actions.session_changed(session)

    @Slot(str)
    def _on_controller_cellsChanged(self, track: str) -> None:
        self.tracks.show_cells(track)
        if track == self.controller.session.front:
            self.front.show_cells()

    @Slot(str)
    def _on_controller_mixerChanged(self, track: str) -> None:
        self.tracks.show_cells(track)
        if self.rest.has_mixers:
            self.mixers.show_loops(track)

    @Slot(str)
    def _on_controller_soundingChanged(self, track: str) -> None:
        self.tracks.show_sounding(track)
        if track == self.controller.session.front:
            self.front.show_sounding()

    @Slot()
    def _show_ports(self) -> None:
        self.transport.show_ports(self.controller.ports, self.controller.session.midi)

    @Slot()
    def _on_controller_transportChanged(self) -> None:
        playing = self.controller.playing
        self.transport.show_playing(playing)
        self.front.show_path()
        self.tracks.show_playing()
        if self.rest.has_mixers:
            self.mixers.show_playing()
        self.recording.follow_transport()
        if playing and not self._frame_timer.isActive():
            self._frame_timer.start()
        elif not playing:
            self._frame_timer.stop()
            self._show_frame(None)

    @Slot()
    def _on_frame_timer_timeout(self) -> None:
        self._show_frame(self.controller.playhead_step(self.now_s()))

    def _show_frame(self, step: float | None) -> None:
        now_s = self.now_s()
        self.front.show_frame(now_s, step)
        self.tracks.show_frame(now_s, step)
        if self.rest.has_mixers:
            self.mixers.show_frame(now_s, step)

    @Slot()
    def _on_controller_statusChanged(self) -> None:
        self.status.show_status(self.controller.status)

    @Slot(str, bool)
    def _on_controller_fileChanged(self, title: str, modified: bool) -> None:
        self.setWindowTitle(f"{title}[*] - Loopweave")
        self.setWindowModified(modified)

    @Slot()
    def _on_look_changed(self) -> None:
        self._wear_look()
        self._show_look()

    def _wear_look(self) -> None:
        QApplication.setPalette(self.look.qpalette())
        QApplication.setFont(self.look.font())
        self.setStyleSheet(self.look.style_sheet())

    def _show_look(self) -> None:
        self.actions_by_name.retint()
        self.transport.show_playing(self.controller.playing)
        self.window_actions.look_changed()
        self.front.show_corners()
        self.front.show_place()
        self.middle.place_strip()

    # -- place on the screen, drops, end -------------------------------------------------------------

    def _restore_place(self) -> None:
        settings = self.controller.settings
        if settings.value(SHELF_KEY) == "1":
            self.actions_by_name["shelf"].setChecked(True)
        state = settings.window_state
        if state:
            self.splitter.restoreState(QByteArray(state))
        geometry = settings.window_geometry
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
        if self.rest.has_mixers:
            self.mixers.audition.stop()
        self.window_actions.let_go()
        self.controller.settings.window_geometry = bytes(self.saveGeometry().data())
        self.controller.settings.window_state = bytes(self.splitter.saveState().data())
        event.accept()
