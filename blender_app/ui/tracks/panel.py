"""Settings of one track: its sound, how it sounds, where its notes go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from blender_app.core.gm import KIT_NAMES, PROGRAM_NAMES
from blender_app.core.parameters import Parameter, parameters_of
from blender_app.engine.messages import Kit
from blender_app.session.session import DRUM_BANK, Track
from blender_app.ui.controls.bars import ChoiceBox, caption
from blender_app.ui.controls.parameter_controls import ParameterBox, ParameterCheck, ParameterControl, tip_of
from blender_app.ui.look.theme import LARGE, SMALL, Look

_ROWS = parameters_of(Track)


def panel_parameters() -> tuple[Parameter, ...]:
    """Return what a track has number boxes for: first what only melodic tracks have."""
    rows = (row for row in _ROWS.values() if row.in_panel)
    return tuple(sorted(rows, key=lambda row: not row.melodic_only))


def sound_choices(track: Track, kits: Sequence[Kit], sounds: Sequence[Kit]) -> list[tuple[str, object]]:
    """Return (name, (bank, program)) of what `track` can sound with, its own sound among them.

    They come from the font's `kits` or its other `sounds`; until these are known, from General MIDI.
    """
    melodic = track.kind.is_melodic
    names = dict(enumerate(PROGRAM_NAMES)) if melodic else KIT_NAMES
    bank = 0 if melodic else DRUM_BANK
    general = {(bank, program): name[0].upper() + name[1:] for program, name in names.items()}
    choices: list[tuple[str, object]] = [
        (one.name, (one.bank, one.program)) for one in (sounds if melodic else kits)
    ] or [(name, sound) for sound, name in general.items()]
    if track.sound not in [value for _, value in choices]:
        bank, program = track.sound
        choices.insert(0, (general.get(track.sound, f"bank {bank}, program {program + 1}"), track.sound))
    return choices


class TrackKnobs(QWidget):
    """The parameters of a track that are shown in its panel, each to be turned.

    Colours and fonts come from `look`.
    """

    parameterTurned = Signal(str, object)
    """Name of the row, and the value as it is kept."""
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.boxes: dict[str, ParameterBox] = {}
        self.checks: dict[str, ParameterCheck] = {}
        self._melodic_only: list[QWidget] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for parameter in panel_parameters():
            self._add(parameter, grid)
        grid.setRowStretch(grid.rowCount(), 1)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _add(self, parameter: Parameter, grid: QGridLayout) -> None:
        """Add a line for a row of the table."""
        row = grid.rowCount()
        if parameter.kind is bool:
            check = self.checks[parameter.name] = ParameterCheck(parameter, parent=self)
            check.parameterTurned.connect(self.parameterTurned)
            grid.addWidget(check, row, 0, 1, 2)
            widgets: list[QWidget] = [check]
        else:
            box = self.boxes[parameter.name] = ParameterBox(parameter, self)
            box.parameterTurned.connect(self.parameterTurned)
            box.gestureStarted.connect(lambda: self.gestureStarted.emit(parameter.label))
            box.gestureEnded.connect(self.gestureEnded)
            label = caption(parameter.label.lower(), self._look, self)
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
            widgets = [label, box]
        if parameter.melodic_only:
            self._melodic_only += widgets

    def _controls(self) -> tuple[ParameterControl, ...]:
        return (*self.boxes.values(), *self.checks.values())

    def show_track(self, track: Track) -> None:
        """Show the values of `track`."""
        for control in self._controls():
            control.show_parameter(getattr(track, control.parameter.name))
        for widget in self._melodic_only:
            widget.setVisible(track.kind.is_melodic)
        self.updateGeometry()  # now: a panel that opens asks for its size before events are sent

    @Slot()
    def _on_look_changed(self) -> None:
        for control in self._controls():
            control.setFont(self._look.font(SMALL))


class TrackPanel(QFrame):
    """All settings of a track in a small window over its tile; a click elsewhere closes it.

    Colours and fonts come from `look`.
    """

    soundChosen = Signal(object)
    parameterTurned = Signal(str, object)
    """Name of the row, and the value as it is kept."""
    portChosen = Signal(object)
    notesAsked = Signal()
    removeAsked = Signal()
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._look = look
        self.track_name = ""
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title = QLabel(self)
        self.sound = ChoiceBox(14, self)
        self.sound.setAccessibleName("Sound")
        self.sound.setMaxVisibleItems(24)
        self.sound.activated.connect(lambda _: self.soundChosen.emit(self.sound.chosen()))
        self.knobs = TrackKnobs(look, self)
        self.knobs.parameterTurned.connect(self.parameterTurned)
        self.knobs.gestureStarted.connect(self.gestureStarted)
        self.knobs.gestureEnded.connect(self.gestureEnded)
        self.lock = ParameterCheck(_ROWS["scale_lock"], "keeps to the key", self)
        self.lock.setToolTip(f"{tip_of(self.lock.parameter)}; drawn corners stay")
        self.lock.parameterTurned.connect(self.parameterTurned)
        channel = _ROWS["channel"]
        self.channel = QSpinBox(self)
        self.channel.setRange(int(channel.low) + 1, int(channel.high) + 1)
        self.channel.setAccessibleName(channel.label)
        self.channel.valueChanged.connect(lambda value: self.parameterTurned.emit(channel.name, value - 1))
        self.port = ChoiceBox(9, self)
        self.port.setAccessibleName("MIDI port")
        self.port.activated.connect(lambda _: self.portChosen.emit(self.port.chosen()))
        self.notes_button, self.remove_button = QPushButton("Notes…", self), QPushButton("Remove", self)
        self.notes_button.setToolTip("Which MIDI note each voice is sent as")
        self.notes_button.clicked.connect(self.notesAsked)
        self.remove_button.setToolTip("Remove this track; undo brings it back")
        self.remove_button.clicked.connect(self.removeAsked)
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.sound)
        column.addWidget(self.knobs)
        column.addWidget(self.lock)
        midi = QHBoxLayout()
        midi.setSpacing(6)
        self._captions = [caption(text, self._look, self) for text in ("channel", "port")]
        for widget in (self._captions[0], self.channel, self._captions[1]):
            midi.addWidget(widget)
        midi.addWidget(self.port, 1)
        column.addLayout(midi)
        buttons = QHBoxLayout()
        buttons.addWidget(self.notes_button)
        buttons.addStretch(1)
        buttons.addWidget(self.remove_button)
        column.addLayout(buttons)

    # -- values -------------------------------------------------------------------------------------

    def show_track(self, track: Track, choices: list[tuple[str, object]], can_remove: bool) -> None:
        """Show a track's values.

        Parameters
        ----------
        track
            Whose they are.
        choices
            Sounds that it can have, as of `sound_choices`.
        can_remove
            Whether it may go, which the last one may not.
        """
        self.track_name = track.name
        self.title.setText(track.name)
        self.setAccessibleName(f"Settings of {track.name}")
        self.sound.show_choices(choices, track.sound)
        self.knobs.show_track(track)
        melodic = track.kind.is_melodic
        self.lock.setVisible(melodic)
        self.lock.show_parameter(track.scale_lock)
        self.notes_button.setVisible(not melodic)
        self.remove_button.setEnabled(can_remove)
        blocked = self.channel.blockSignals(True)
        self.channel.setValue(track.channel + 1)
        self.channel.blockSignals(blocked)

    def show_ports(self, names: Sequence[str], chosen: str | None) -> None:
        """Show the MIDI ports `names`; None is the port of all.

        The `chosen` one stays so while it is away.
        """
        choices: list[tuple[str, object]] = [("as the others", None), *((name, name) for name in names)]
        if chosen is not None and chosen not in names:
            choices.append((f"{chosen} (away)", chosen))
        self.port.show_choices(choices, chosen)

    def open_over(self, tile: QWidget) -> None:
        """Open above `tile`, wholly on its screen."""
        self.adjustSize()
        corner = tile.mapToGlobal(QPoint(0, 0)) - QPoint(0, self.height() + 4)
        screen = tile.screen() or QGuiApplication.primaryScreen()
        room = screen.availableGeometry()
        corner.setX(max(room.left(), min(corner.x(), room.right() - self.width())))
        corner.setY(max(room.top(), corner.y()))
        self.move(corner)
        self.show()
        self.sound.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(
            f"TrackPanel {{ background: {theme.panel}; border: 1px solid {theme.control_line};"
            f" border-radius: 8px; }}"
        )
        self.title.setFont(self._look.font(LARGE))
        for widget in (self.sound, self.port, self.channel, self.lock):
            widget.setFont(self._look.font())
