"""Windows beside the window: preferences, MIDI notes, and the keys. None of them blocks anything."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from blender_app.core.drums import VOICE_COUNT, VOICE_PITCHES, VOICES
from blender_app.core.gm import drum_note_name
from blender_app.session.session import MidiSettings, Session, Track
from blender_app.ui.controls.bars import ArrowBox
from blender_app.ui.look.theme import COLOR_BLIND_SAFE, HUE_SETS, THEMES, Look
from blender_app.ui.window.help import help_rows

MIN_LATENCY_MS, MAX_LATENCY_MS = -20, 500


class SessionDialog(QDialog):
    """A window beside the window, which follows the session while it is open."""

    def show_session(self, session: Session) -> None:
        """Show what changed in `session`."""


class PreferencesDialog(SessionDialog):
    """Looks (of `look`) and sound (of `session`); each change is heard and seen at once."""

    lookChanged = Signal()
    fontAsked = Signal()
    shippedFontAsked = Signal()
    audioToggled = Signal(bool)

    def __init__(self, look: Look, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setWindowTitle("Preferences")
        form = QFormLayout(self)
        form.setContentsMargins(20, 18, 20, 16)
        form.setSpacing(12)
        self.theme = ArrowBox(self)
        self.theme.addItems(list(THEMES))
        self.theme.setCurrentText(look.theme.name)
        self.theme.textActivated.connect(self._on_theme_textActivated)
        form.addRow("Theme", self.theme)
        self.hues = ArrowBox(self)
        for hues in HUE_SETS:
            safe = "  (for any colour vision)" if hues.name in COLOR_BLIND_SAFE else ""
            self.hues.addItem(f"{hues.name}{safe}", hues.name)
        self.hues.setCurrentIndex([hues.name for hues in HUE_SETS].index(look.hues.name))
        self.hues.activated.connect(self._on_hues_activated)
        form.addRow("Corner colours", self.hues)
        self.text_size = QSpinBox(self)
        self.text_size.setRange(100, 200)
        self.text_size.setSingleStep(25)
        self.text_size.setSuffix(" %")
        self.text_size.setValue(round(look.text_scale * 100))
        self.text_size.valueChanged.connect(self._on_text_size_valueChanged)
        form.addRow("Text size", self.text_size)
        self.still = QCheckBox("Reduced motion: no cross-fades", self)
        self.still.setChecked(look.reduced_motion)
        self.still.toggled.connect(self._on_still_toggled)
        form.addRow("", self.still)
        self.audio = QCheckBox("Built-in synthesizer", self)
        self.audio.setChecked(session.audio_enabled)
        self.audio.toggled.connect(self.audioToggled)
        form.addRow("Sound", self.audio)
        self.font_label = QLabel(self)
        form.addRow("SoundFont", self._font_row())
        self.show_session(session)
        form.addRow(_close_box(self))

    def _font_row(self) -> QWidget:
        row = QWidget(self)
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        choose, shipped = QPushButton("Choose…", row), QPushButton("Shipped", row)
        choose.clicked.connect(self.fontAsked)
        shipped.clicked.connect(self.shippedFontAsked)
        for widget in (self.font_label, choose, shipped):
            box.addWidget(widget)
        return row

    def show_session(self, session: Session) -> None:
        """Show the font of `session` and whether it sounds."""
        self.font_label.setText("the shipped one" if session.font is None else Path(session.font).name)
        self.audio.setChecked(session.audio_enabled)

    @Slot(str)
    def _on_theme_textActivated(self, name: str) -> None:
        self._look.set_theme(name)
        self.lookChanged.emit()

    @Slot(int)
    def _on_hues_activated(self, index: int) -> None:
        self._look.set_hues(str(self.hues.itemData(index)))
        self.lookChanged.emit()

    @Slot(int)
    def _on_text_size_valueChanged(self, percent: int) -> None:
        self._look.set_text_scale(percent / 100)
        self.lookChanged.emit()

    @Slot(bool)
    def _on_still_toggled(self, still: bool) -> None:
        self._look.set_reduced_motion(still)
        self.lookChanged.emit()


class NoteMapDialog(SessionDialog):
    """The MIDI channel of `track`, and the note that each of its drum voices is sent as.

    `midi` gives the latency, which is that of all tracks.
    """

    channelChanged = Signal(int)
    latencyChanged = Signal(float)
    noteMapChanged = Signal(object)
    voiceHeard = Signal(int)

    def __init__(self, track: Track, midi: MidiSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.track_name = track.name
        self.setWindowTitle(f"MIDI channel and notes of {track.name}")
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 18, 20, 16)
        grid.setHorizontalSpacing(14)
        self.channel = QSpinBox(self)
        self.channel.setRange(1, 16)
        self.channel.setAccessibleName("MIDI channel")
        self.channel.valueChanged.connect(lambda value: self.channelChanged.emit(value - 1))
        grid.addWidget(QLabel("Channel", self), 0, 0)
        grid.addWidget(self.channel, 0, 1)
        self.latency = QSpinBox(self)
        self.latency.setRange(MIN_LATENCY_MS, MAX_LATENCY_MS)
        self.latency.setSuffix(" ms")
        self.latency.setAccessibleName("Latency of MIDI against the built-in sound")
        self.latency.setToolTip("How much later the notes are sent, to meet the sound of another program")
        self.latency.valueChanged.connect(lambda value: self.latencyChanged.emit(value / 1000))
        grid.addWidget(QLabel("later by", self), 0, 2)
        grid.addWidget(self.latency, 0, 3)
        self.notes: list[QSpinBox] = []
        self._meanings: list[QLabel] = []
        if track.note_map is not None:
            for voice in range(VOICE_COUNT):
                self._add_row(grid, voice)
            reset = QPushButton("General MIDI", self)
            reset.setToolTip("Send the notes of General MIDI's drum map")
            reset.clicked.connect(self._on_reset_clicked)
            grid.addWidget(reset, VOICE_COUNT + 1, 0)
        grid.addWidget(_close_box(self), VOICE_COUNT + 1, 1, 1, 3)
        self.show_track(track, midi)

    def _add_row(self, grid: QGridLayout, voice: int) -> None:
        note = QSpinBox(self)
        note.setRange(0, 127)
        note.setAccessibleName(f"Note of the {VOICES[voice]}")
        note.valueChanged.connect(self._on_note_valueChanged)
        meaning = QLabel(self)
        hear = QPushButton("Hear", self)
        hear.setAccessibleName(f"Hear the {VOICES[voice]}")
        hear.clicked.connect(lambda _=False: self.voiceHeard.emit(voice))
        row = VOICE_COUNT - voice  # the kick at the bottom, as everywhere
        for column, widget in enumerate((QLabel(VOICES[voice], self), note, meaning, hear)):
            grid.addWidget(widget, row, column)
        self.notes.append(note)
        self._meanings.append(meaning)

    def show_session(self, session: Session) -> None:
        """Show the track's channel and notes in `session` while the track is there."""
        if self.track_name in session.track_names:
            self.show_track(session.track(self.track_name), session.midi)

    def show_track(self, track: Track, midi: MidiSettings) -> None:
        """Show channel and notes of `track`, and of `midi` the latency of all."""
        latency_ms = round(midi.latency_s * 1000)
        shown = ((self.channel, track.channel + 1), (self.latency, latency_ms))
        for spin, value in (*shown, *zip(self.notes, track.note_map or (), strict=True)):
            blocked = spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(blocked)
        self._tell_meanings()

    def _tell_meanings(self) -> None:
        for spin, label in zip(self.notes, self._meanings, strict=True):
            label.setText(drum_note_name(spin.value()))

    @Slot()
    def _on_note_valueChanged(self) -> None:
        self._tell_meanings()
        self.noteMapChanged.emit(tuple(spin.value() for spin in self.notes))

    @Slot()
    def _on_reset_clicked(self) -> None:
        self.noteMapChanged.emit(VOICE_PITCHES)


class HelpDialog(SessionDialog):
    """All keys and gestures; fonts come from `look`."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and help")
        self.resize(round(620 * look.text_scale), 620)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        words = QLabel(
            "Drag the puck over the palette: what sounds melts between the four corners. Click a corner to"
            " edit it, and the palette follows. Draw a path and let it play. The tracks of the band are"
            " below: drag their small pucks, or click one to bring it to the front.",
            self,
        )
        words.setWordWrap(True)
        column.addWidget(words)
        rows = help_rows()
        self.table = QTableWidget(len(rows), 3, self)
        self.table.setHorizontalHeaderLabels(["Where", "Key or gesture", "What it does"])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for line, cells in enumerate(rows):
            for place, text in enumerate(cells):
                self.table.setItem(line, place, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        column.addWidget(self.table)
        column.addWidget(_close_box(self))


def _close_box(dialog: QDialog) -> QDialogButtonBox:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    box.rejected.connect(dialog.close)
    return box
