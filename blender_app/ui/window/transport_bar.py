"""The bar on top: play, metronome, tempo, swing, feel, when changes come, undo, MIDI in and out, volume."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QSlider, QWidget

from blender_app.core.time import MAX_SWING, MAX_TEMPO_BPM, MIN_TEMPO_BPM, STRAIGHT_SWING
from blender_app.engine.messages import ChangeAt
from blender_app.session.document import MidiSettings, Session
from blender_app.ui.controls.actions import GROUPS, Actions
from blender_app.ui.controls.bars import ChoiceBox, action_button, captioned
from blender_app.ui.controls.flow_layout import FlowLayout
from blender_app.ui.controls.number_box import NumberBox
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import Look

OWN_PORT = "\0own"
"""Value of the choice that opens a port of our own."""
_DEFAULT_TEMPO = 110.0


class TransportBar(QFrame):
    """Shows the session's tempo, feel and devices, and tells what is set by hand."""

    tempoChanged = Signal(float)
    swingChanged = Signal(float)
    grooveChanged = Signal(float)
    changeAtChosen = Signal(object)
    portChosen = Signal(object)
    ownPortAsked = Signal()
    inputChosen = Signal(object)
    volumeChanged = Signal(float)
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
        self.tempo = NumberBox(MIN_TEMPO_BPM, MAX_TEMPO_BPM, _DEFAULT_TEMPO, 1.0, 1, " bpm", self)
        self.swing = NumberBox(
            STRAIGHT_SWING * 100, MAX_SWING * 100, STRAIGHT_SWING * 100, 1.0, 0, " %", self
        )
        self.groove_amount = NumberBox(0, 100, 100, 5.0, 0, " %", self)
        self.tempo.valueChanged.connect(self.tempoChanged)
        self.swing.valueChanged.connect(lambda value: self.swingChanged.emit(value / 100))
        self.groove_amount.valueChanged.connect(lambda value: self.grooveChanged.emit(value / 100))
        for box, name, tip in (
            (self.tempo, "Tempo", "Tempo in beats a minute"),
            (self.swing, "Swing", "Swing: 50 % is straight, 66 % is triplets"),
            (self.groove_amount, "Feel", "Feel: how much of the pattern's timing and dynamics is played"),
        ):
            box.set_name(name, tip)
            box.gestureStarted.connect(lambda text=name: self.gestureStarted.emit(text))
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
        self.volume = QSlider(Qt.Orientation.Horizontal, self)
        self.volume.setRange(0, 100)
        self.volume.setAccessibleName("Volume")
        self.volume.setToolTip("Volume")
        self.volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.volume.valueChanged.connect(lambda value: self.volumeChanged.emit(value / 100))
        self.volume.sliderPressed.connect(lambda: self.gestureStarted.emit("Volume"))
        self.volume.sliderReleased.connect(self.gestureEnded)

    def _lay_out(self) -> None:
        flow = FlowLayout(self, 10, (8, 6, 8, 6))
        flow.addWidget(self.menu_button)
        flow.addWidget(self.play_button)
        self.metronome_button = action_button(self._actions["metronome"], self._look, self)
        self.count_in_button = action_button(self._actions["count_in"], self._look, self)
        flow.addWidget(self.metronome_button)
        flow.addWidget(self.count_in_button)
        flow.addWidget(self.tempo)
        self.tap_button = action_button(self._actions["tap"], self._look, self, text=True)
        self.tap_button.setAccessibleName("Tap the tempo")
        flow.addWidget(self.tap_button)
        flow.addWidget(captioned("swing", self.swing, self._look, self))
        flow.addWidget(captioned("groove_amount", self.groove_amount, self._look, self))
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
        """Show the session's numbers and choices."""
        self.tempo.show_value(session.tempo_bpm)
        self.swing.show_value(session.swing * 100)
        self.groove_amount.show_value(session.groove_amount * 100)
        self.change_at.show_current(session.change_at)
        blocked = self.volume.blockSignals(True)
        if not self.volume.isSliderDown():
            self.volume.setValue(round(session.volume * 100))
        self.volume.blockSignals(blocked)

    def show_ports(self, names: tuple[str, ...], midi: MidiSettings) -> None:
        """Show the MIDI ports; the chosen one even while it is away."""
        choices: list[tuple[str, object]] = [("no port", None), *((name, name) for name in names)]
        if midi.port is not None and not midi.virtual and midi.port not in names:
            choices.append((f"{midi.port} (away)", midi.port))
        choices.append((f"own port: {midi.port}" if midi.virtual else "open own port", OWN_PORT))
        self.port.show_choices(choices, OWN_PORT if midi.virtual else midi.port)

    def show_inputs(self, names: tuple[str, ...], chosen: str | None) -> None:
        """Show the MIDI inputs; the chosen one even while it is away."""
        choices: list[tuple[str, object]] = [("no input", None), *((name, name) for name in names)]
        if chosen is not None and chosen not in names:
            choices.append((f"{chosen} (away)", chosen))
        self.input.show_choices(choices, chosen)

    def show_playing(self, playing: bool) -> None:
        """Show what the play button does now."""
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
