"""The bar on top: play, metronome, tempo, swing, feel, when changes come, undo, MIDI in and out, volume."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QWidget

from blender_app.core.parameters import parameters_of
from blender_app.engine.messages import ChangeAt
from blender_app.session.session import MidiSettings, Session
from blender_app.ui.controls.actions import GROUPS, Actions
from blender_app.ui.controls.bars import ChoiceBox, action_button, captioned
from blender_app.ui.controls.flow_layout import FlowLayout
from blender_app.ui.controls.parameter_controls import ParameterBox, ParameterControl, ParameterSlider
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look

OWN_PORT = "\0own"
"""Value of the choice that opens a port of our own."""
_ROWS = parameters_of(Session)
_TEMPO = "tempo_bpm"
"""The box that needs no caption: the button beside it taps it."""


class TransportBar(QFrame):
    """Shows the session's tempo, feel and devices, and tells what is set by hand.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    parameterTurned = Signal(str, object)
    """Name of the row, and the value as it is kept."""
    changeAtChosen = Signal(object)
    portChosen = Signal(object)
    ownPortAsked = Signal()
    inputChosen = Signal(object)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._actions = look, actions
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.menu_button = action_button(actions["menu"], look, self)
        self.menu = self._make_menu()
        self.play_button = action_button(actions["play"], look, self)
        self.play_button.setAccessibleName("Play or stop")
        self._make_numbers()
        self._make_choices()
        self._lay_out()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        self.recent_menu = QMenu("Open recent", menu)
        for group in GROUPS:
            sub = menu.addMenu(group)
            for action in self._actions.in_group(group):
                if action.objectName() != "menu":
                    sub.addAction(action)
                if action.objectName() == "open":
                    sub.addMenu(self.recent_menu)
                if action.objectName() in (
                    "save_as",
                    "export_band",
                    "redo",
                    "import_corner",
                    "tap",
                    "count_in",
                    "track_settings",
                    "next_coupling",
                    "corner_4",
                    "edit_4",
                ):
                    sub.addSeparator()
        return menu

    def _make_numbers(self) -> None:
        rows = (row for row in _ROWS.values() if row.in_panel)
        self.boxes = {row.name: ParameterBox(row, self) for row in rows}
        for box in self.boxes.values():
            box.parameterTurned.connect(self.parameterTurned)
            box.gestureStarted.connect(partial(self.gestureStarted.emit, box.parameter.label))
            box.gestureEnded.connect(self.gestureEnded)

    def _make_choices(self) -> None:
        self.change_at = ChoiceBox(4, self)
        self.change_at.show_choices([(at.value, at) for at in ChangeAt], ChangeAt.STEP)
        self.change_at.setToolTip("What a change of the pattern waits for")
        self.change_at.activated.connect(lambda _: self.changeAtChosen.emit(self.change_at.chosen()))
        self.input = ChoiceBox(6, self)
        self.input.setAccessibleName("MIDI input")
        self.input.activated.connect(lambda _: self.inputChosen.emit(self.input.chosen()))
        self.port = ChoiceBox(7, self)
        self.port.setAccessibleName("MIDI output")
        self.port.activated.connect(self._on_port_activated)
        self.volume = ParameterSlider(_ROWS["volume"], parent=self)
        self.volume.parameterTurned.connect(self.parameterTurned)
        self.volume.gestureStarted.connect(self.gestureStarted)
        self.volume.gestureEnded.connect(self.gestureEnded)

    def _lay_out(self) -> None:
        flow = FlowLayout(self, 10, (8, 6, 8, 6))
        flow.addWidget(self.menu_button)
        flow.addWidget(self.play_button)
        self.metronome_button = action_button(self._actions["metronome"], self._look, self)
        self.count_in_button = action_button(self._actions["count_in"], self._look, self)
        flow.addWidget(self.metronome_button)
        flow.addWidget(self.count_in_button)
        self.tap_button = action_button(self._actions["tap"], self._look, self, text=True)
        self.tap_button.setAccessibleName("Tap the tempo")
        flow.addWidget(self.boxes[_TEMPO])
        flow.addWidget(self.tap_button)
        for name, box in self.boxes.items():
            if name != _TEMPO:
                flow.addWidget(captioned(box.parameter.label.lower(), box, self._look, self))
        flow.addWidget(captioned("change at", self.change_at, self._look, self))
        self.undo_button = action_button(self._actions["undo"], self._look, self)
        self.redo_button = action_button(self._actions["redo"], self._look, self)
        flow.add_stretch()
        flow.addWidget(self.undo_button)
        flow.addWidget(self.redo_button)
        flow.addWidget(captioned("in", self.input, self._look, self))
        flow.addWidget(captioned("out", self.port, self._look, self))
        flow.addWidget(captioned("vol", self.volume, self._look, self))

    # -- values -------------------------------------------------------------------------------------

    def show_session(self, session: Session) -> None:
        """Show the numbers and choices of `session`."""
        controls: tuple[ParameterControl, ...] = (*self.boxes.values(), self.volume)
        for control in controls:
            control.show_parameter(getattr(session, control.parameter.name))
        self.change_at.show_current(session.change_at)

    def show_ports(self, names: tuple[str, ...], midi: MidiSettings) -> None:
        """Show the MIDI ports `names`; that of `midi`, which is chosen, even while it is away."""
        choices: list[tuple[str, object]] = [("no port", None), *((name, name) for name in names)]
        if midi.port is not None and not midi.virtual and midi.port not in names:
            choices.append((f"{midi.port} (away)", midi.port))
        choices.append((f"own port: {midi.port}" if midi.virtual else "open own port", OWN_PORT))
        self.port.show_choices(choices, OWN_PORT if midi.virtual else midi.port)

    def show_inputs(self, names: tuple[str, ...], chosen: str | None) -> None:
        """Show the MIDI inputs `names`; the `chosen` one even while it is away."""
        choices: list[tuple[str, object]] = [("no input", None), *((name, name) for name in names)]
        if chosen is not None and chosen not in names:
            choices.append((f"{chosen} (away)", chosen))
        self.input.show_choices(choices, chosen)

    def show_playing(self, playing: bool) -> None:
        """Show what the play button does now, while `playing` or not."""
        theme = self._look.theme
        action = self._actions["play"]
        action.setText("Stop" if playing else "Play")
        action.setIcon(icon("stop" if playing else "play", theme.color("accent" if playing else "text")))

    @Slot(int)
    def _on_port_activated(self, _index: int) -> None:
        if self.port.chosen() == OWN_PORT:
            self.ownPortAsked.emit()
        else:
            self.portChosen.emit(self.port.chosen())

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(
            f"TransportBar {{ border-bottom: 1px solid {theme.line}; background: {theme.panel}; }}"
        )
        self.volume.setFixedWidth(round(74 * self._look.text_scale))
        self.play_button.setMinimumWidth(round(self._look.line_height() * 2.6))
        self.updateGeometry()
