"""The window: it lays the parts out, and hands what the controller tells to their presenters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from PySide6.QtCore import QByteArray, QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QMainWindow, QWidget

from blender_app.session.controller import Controller
from blender_app.ui.clips.presenter import ClipsPresenter
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.banner import Banner
from blender_app.ui.controls.idle_tasks import IdleTasks
from blender_app.ui.controls.tab_order import order_tabs
from blender_app.ui.drums.presenter import DrumsPresenter
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.morph.presenter import MorphPresenter
from blender_app.ui.palette.corners_presenter import CornersPresenter
from blender_app.ui.palette.presenter import PalettePresenter
from blender_app.ui.roll.presenter import RollPresenter
from blender_app.ui.roll.recording_presenter import RecordingPresenter
from blender_app.ui.shell.clip_player import ClipPlayer
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.shell.focus_hints import FocusHints
from blender_app.ui.shell.length_presenter import LengthPresenter
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell
from blender_app.ui.shell.undo_offer import UndoOffer
from blender_app.ui.tracks.presenter import TracksPresenter
from blender_app.ui.tracks.sounding_presenter import SoundingPresenter
from blender_app.ui.window.dialogs_presenter import DialogsPresenter
from blender_app.ui.window.files_presenter import FilesPresenter
from blender_app.ui.window.history_presenter import HistoryPresenter
from blender_app.ui.window.layout import WindowLayout
from blender_app.ui.window.look_presenter import LookPresenter
from blender_app.ui.window.status_presenter import StatusPresenter
from blender_app.ui.window.transport_presenter import TransportPresenter

FRAME_MS = 16
AFTER_FIRST_PICTURE_MS = 200
DEFAULT_WIDTH, DEFAULT_HEIGHT = 1280, 800


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
    What is shown and touched is the work of `presenters`, each beside its widgets. They know the window
    only as a `Shell`, and each other as far as the constructor says.
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
        self.parts = WindowLayout(look, self.actions_by_name)
        self.setCentralWidget(self.parts.center)
        self._make_shell()
        self.files = FileWindows(controller, self)
        self.edited = EditedLoop(controller, self)
        self.presenters = self._make_presenters()
        self.deferred_parts = IdleTasks(self._deferred_parts(), self)
        self._frame_timer = QTimer(self)
        self._frame_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame_timer.setInterval(FRAME_MS)
        self._frame_timer.timeout.connect(self._on_frame_timer_timeout)
        self._connect()
        self._show_look()
        for presenter in self.presenters:
            presenter.show_all()
        self._order_tabs()
        self._on_controller_transportChanged()
        self._restore_place()
        self._shell.focus_stage()

    # -- building -----------------------------------------------------------------------------------

    def _make_shell(self) -> None:
        parts, look = self.parts, self.look
        self.banner = Banner(look, parts.center, (parts.strip, parts.status))
        self.hints = FocusHints(parts.hints(), parts.status.show_hint, self)
        self._undo_offer = UndoOffer(self.banner, self.controller.document.undo_stack, self)
        self._shell = Shell(
            self,
            look,
            self.actions_by_name,
            parts.stage_stack,
            parts.editor_stack,
            self.banner.show_message,
            self._undo_offer.offer,
            self.hints.set_name,
        )

    def _make_presenters(self) -> tuple[Presenter, ...]:
        """Make all presenters, in the order in which they are told what changed."""
        of_all = self._shell, self.controller
        parts, edited, files = self.parts, self.edited, self.files
        self.tracks = TracksPresenter(*of_all, parts.strip, parts.sounding.knobs)
        self.clip_player = ClipPlayer(*of_all, files)
        lengths = LengthPresenter(*of_all, edited)
        self.roll = RollPresenter(*of_all, edited, lengths)
        self.recording = RecordingPresenter(*of_all, edited, self.roll)
        self.morph = MorphPresenter(*of_all, edited, files, self.clip_player, lengths)
        self.clips = ClipsPresenter(*of_all, edited, self.clip_player, parts.place_under_stage, lengths)
        self.dialogs = DialogsPresenter(*of_all, files)
        look_presenter = LookPresenter(*of_all)
        self.tracks.notesAsked.connect(self.dialogs.show_note_map)
        self.morph.clipMade.connect(self.clips.keep)
        self.clips.toEndAsked.connect(self.morph.put_clip)
        self.dialogs.lookChanged.connect(look_presenter.remember)
        return (
            self.tracks,
            SoundingPresenter(*of_all, parts.sounding),
            PalettePresenter(*of_all, parts.stage),
            CornersPresenter(*of_all, edited, parts.stage, files, lengths),
            DrumsPresenter(*of_all, edited, parts.editor, lengths),
            self.roll,
            self.morph,
            self.clips,
            self.clip_player,
            lengths,
            TransportPresenter(*of_all, parts.transport, self.recording),
            self.recording,
            StatusPresenter(*of_all, parts.status, self.dialogs),
            FilesPresenter(*of_all, files, parts.transport),
            HistoryPresenter(*of_all, self._undo_offer),
            self.dialogs,
            look_presenter,
        )

    def _deferred_parts(self) -> Iterator[object]:
        """Make what the first picture is without, a piece at a time."""
        yield from chain.from_iterable(presenter.deferred_parts() for presenter in self.presenters)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Let Tab go through the window as it is read; before all is made it goes as that came about."""
        parts = self.parts
        if self.roll.is_made and self.morph.is_made and self.clips.is_made:
            left = (parts.transport, parts.stage, self.morph.panel, self.clips.library)
            right = (parts.sounding, parts.editor, self.roll.panel)
            order_tabs([*left, *right, *parts.strip.in_order(), parts.strip, parts.status])

    def _connect(self) -> None:
        c = self.controller
        c.document.sessionChanged.connect(self._on_controller_sessionChanged)
        c.palettes.cellsChanged.connect(self._on_controller_cellsChanged)
        c.palettes.morphChanged.connect(self._on_palettes_morphChanged)
        c.playback.soundingChanged.connect(self._on_controller_soundingChanged)
        c.playback.transportChanged.connect(self._on_controller_transportChanged)
        c.messages.messageShown.connect(self.banner.show_message)
        self.look.changed.connect(self._on_look_changed)
        self.seen.connect(self._on_seen)
        self.actions_by_name["full_screen"].triggered.connect(self._on_full_screen_triggered)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._is_seen:
            self._is_seen = True
            QTimer.singleShot(0, self, self.seen.emit)  # comes when all of the picture is painted
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and _is_for_focus(self.focusWidget(), event):
            event.accept()
            return True
        return super().event(event)

    @Slot()
    def _on_seen(self) -> None:
        self.deferred_parts.start(AFTER_FIRST_PICTURE_MS)

    # -- showing ------------------------------------------------------------------------------------

    @Slot(object)
    def _on_controller_sessionChanged(self, names: frozenset[str]) -> None:
        for presenter in self.presenters:
            presenter.show_changes(names)
        if "tracks" in names:
            self._order_tabs()

    @Slot(str)
    def _on_controller_cellsChanged(self, track: str) -> None:
        for presenter in self.presenters:
            presenter.show_cells(track)

    @Slot(str)
    def _on_palettes_morphChanged(self, track: str) -> None:
        for presenter in self.presenters:
            presenter.show_morph(track)

    @Slot(str)
    def _on_controller_soundingChanged(self, track: str) -> None:
        for presenter in self.presenters:
            presenter.show_sounding(track)

    @Slot()
    def _on_controller_transportChanged(self) -> None:
        playing = self.controller.playback.playing
        for presenter in self.presenters:
            presenter.show_playing()
        if playing and not self._frame_timer.isActive():
            self._frame_timer.start()
        elif not playing:
            self._frame_timer.stop()
            self._show_frame(None)

    @Slot()
    def _on_frame_timer_timeout(self) -> None:
        self._show_frame(self.controller.playback.playhead_step(self._shell.now_s()))

    def _show_frame(self, step: float | None) -> None:
        now_s = self._shell.now_s()
        for presenter in self.presenters:
            presenter.show_frame(now_s, step)

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
        for presenter in self.presenters:
            presenter.show_look()
        self.parts.center.place_strip()

    @Slot(bool)
    def _on_full_screen_triggered(self, full: bool) -> None:
        if full:
            self.showFullScreen()
        else:
            self.showNormal()

    # -- place on the screen, drops, end -------------------------------------------------------------

    def _restore_place(self) -> None:
        settings = self.controller.settings
        self.clips.restore()
        state = settings.window_state
        if state:
            self.parts.splitter.restoreState(QByteArray(state))
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
        if self._asks and self.controller.files.modified:
            event.ignore()
            self.files.ask_unsaved(
                lambda: self.files.save(self.close_without_asking), self.close_without_asking
            )
            return
        self._frame_timer.stop()
        for presenter in self.presenters:
            presenter.let_go()
        self.controller.settings.remember_window_geometry(bytes(self.saveGeometry().data()))
        self.controller.settings.remember_window_state(bytes(self.parts.splitter.saveState().data()))
        event.accept()


def _is_for_focus(focused: QWidget | None, event: QKeyEvent) -> bool:
    """Return whether what has the focus gets a key before it is a shortcut.

    Space presses buttons, and letters find what lists hold.
    """
    lists = isinstance(focused, QComboBox)
    presses = event.key() == Qt.Key.Key_Space and (lists or isinstance(focused, QAbstractButton))
    return presses or (lists and event.text().isalnum())
