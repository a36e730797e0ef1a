"""The morph: two loops at the ends of a row of steps, which can be pulled apart, swept and kept.

It takes the place of the palette with its cards.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.session import morphing
from blender_app.session.clips import fits
from blender_app.session.session import (
    MAX_MORPH_STEPS,
    MIN_MORPH_STEPS,
    Clip,
    Loop,
    Morph,
    Track,
    TrackKind,
)
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.drag import LoopDrag, WriteMidi
from blender_app.ui.loops.heard import heard_end
from blender_app.ui.morph.bar import MorphBar, StepsLine, SwapButton
from blender_app.ui.morph.end_card import EndCard
from blender_app.ui.morph.keys import action_of
from blender_app.ui.morph.menus import StepMenu, fill_end_menu
from blender_app.ui.morph.panel_layout import PanelLayout
from blender_app.ui.morph.view import MorphView

HELP_ROWS = (
    ("In the morph", "Click a step, Enter", "hear it"),
    ("In the morph", "Drag, Left, Right", "glide from step to step; with Shift in between"),
    ("In the morph", "Home, End", "to A, to B"),
    ("In the morph", "Pull A or B, + and -", "more steps, or fewer"),
    ("In the morph", "P", "sweep from end to end and back"),
    ("In the morph", "R", "swap A and B"),
    ("In the morph", "Alt+1 to Alt+4", "the step into a corner"),
    ("In the morph", "Ctrl+K", "keep the step as a clip"),
    ("In the morph", "E, drag its dots or Ctrl+drag", "the step as a .mid"),
    ("On A or B", "Enter, D, V", "draw, dice, vary"),
    ("On A or B", "Drop a .mid or a clip", "puts it there"),
)
_LEAST_PULL_PX = 3.0


class MorphPanel(QWidget):
    """Shows a morph and its loops; tells what is done to them by hand.

    Colours and fonts come from `look`.

    Notes
    -----
    `morphEdited` carries the morph as it is to be, what was done for the undo menu, and a key by
    which quick repetitions become one step of the history ("" for none).
    """

    morphEdited = Signal(object, str, str)
    stepClicked = Signal(int)
    endEditAsked = Signal(int)
    endDiced = Signal(int)
    endVaried = Signal(int)
    endImportAsked = Signal(int)
    endFileDropped = Signal(int, str)
    endLengthChosen = Signal(int, object)
    """End, and `LengthEdit`."""
    stepToCorner = Signal(int, int)
    stepToClip = Signal(int)
    stepExportAsked = Signal(int)
    parameterTurned = Signal(str, object)
    """Name of the row of the table of parameters, and the value as it is kept."""
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._morph: Morph | None = None
        self._kind = TrackKind.MELODY
        self._track: Track | None = None
        self._loops: tuple[Loop, ...] = ()
        self._steps_before_pull = 0
        self._in_key = False
        self.view = MorphView(look, self)
        self.cards = [EndCard(look, end, self) for end in range(morphing.END_COUNT)]
        self.line = StepsLine(look, self)
        self.swap_button = SwapButton(look, self)
        self.bar = MorphBar(look, self)
        self.bar.steps.setParent(self)
        self._layout = PanelLayout(self.cards, self.line, self.swap_button, self.view, self.bar)
        self.step_menu = StepMenu(self)
        self.drag = LoopDrag(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._connect()
        order = [self.view, self.cards[0], self.swap_button, self.bar.steps, self.cards[1], self.bar]
        for first, second in itertools.pairwise(order):
            QWidget.setTabOrder(first, second)
        self.setFocusProxy(self.view)
        look.changed.connect(self._on_look_changed)

    def _connect(self) -> None:
        view, bar, menu = self.view, self.bar, self.step_menu
        view.positionMoved.connect(self._on_view_positionMoved)
        view.stepTapped.connect(self.stepClicked)
        view.menuAsked.connect(self._show_step_menu)
        view.dragStarted.connect(self._drag_step)
        for source in (view, bar):
            source.gestureStarted.connect(self.gestureStarted)
            source.gestureEnded.connect(self.gestureEnded)
        bar.stepsChosen.connect(self._set_steps)
        bar.sweepToggled.connect(self._set_sweeping)
        bar.sweepBarsChosen.connect(self._set_sweep_bars)
        bar.parameterTurned.connect(self.parameterTurned)
        bar.keepAsked.connect(lambda: self.stepToClip.emit(self.view.step))
        bar.exportAsked.connect(lambda: self.stepExportAsked.emit(self.view.step))
        self.swap_button.clicked.connect(self.swap)
        menu.heard.connect(self._hear)
        menu.cornerChosen.connect(self.stepToCorner)
        menu.keepAsked.connect(self.stepToClip)
        menu.exportAsked.connect(self.stepExportAsked)
        menu.endChosen.connect(self._step_to_end)
        for end, card in enumerate(self.cards):
            card.menu.aboutToShow.connect(partial(self._fill_end_menu, end))
            card.edited.connect(self.endEditAsked)
            card.diceRolled.connect(self.endDiced)
            card.varied.connect(self.endVaried)
            card.importAsked.connect(self.endImportAsked)
            card.fileDropped.connect(self.endFileDropped)
            card.lengthChosen.connect(self.endLengthChosen)
            card.clipDropped.connect(self.put_clip)
            card.userEditedToggled.connect(self._set_user_edited)
            card.pullStarted.connect(self._on_card_pullStarted)
            card.pulled.connect(self._on_card_pulled)
            card.pullEnded.connect(self.gestureEnded)

    # -- values -------------------------------------------------------------------------------------

    def set_track(self, track: Track) -> None:
        """Show the morph of `track` and how far it wanders, and offer its corners to mix."""
        self.bar.show_wander(track.wander)
        self._kind, self._track = track.kind, track
        self.set_morph(track.morph or morphing.default_morph(track))

    def set_morph(self, morph: Morph) -> None:
        """Show `morph`; its steps' loops follow by `set_loops`."""
        if morph == self._morph:
            return
        before, self._morph = self._morph, morph
        if before is None or before.ends != morph.ends:
            self._loops = ()  # those shown are of other ends
        self._show_ends()
        self.line.set_steps(morph.steps)
        self.view.set_steps(morph.steps)
        self.view.set_position(morph.position)
        self.bar.show_morph(morph)
        if before is None or before.steps != morph.steps:
            self._arrange()

    def set_in_key(self, in_key: bool) -> None:
        """Say whether what is decoded is `in_key`, which ends that were drawn can be left out of."""
        self._in_key = in_key
        self._show_ends()

    def _show_ends(self) -> None:
        """Show what sounds at both ends: what was put there, or what the key makes of it."""
        morph = self._morph
        if morph is None:
            return
        for end, card in enumerate(self.cards):
            card.set_loop(heard_end(morph, end, self._in_key, self._loops), morph.names[end])
            card.set_user_edited(self._in_key, morph.user_edited[end])

    def set_loops(self, loops: Sequence[Loop]) -> None:
        """Show the `loops` of the steps, ends included; none before they are decoded."""
        self._loops = tuple(loops)
        self.view.set_loops(loops)
        self._show_ends()

    def set_sweep_playhead(self, position: float | None) -> None:
        """Show that the sweep is at `position`, 0-1, or nothing."""
        self.view.set_sweep_playhead(position)

    def set_playing(self, playing: bool) -> None:
        """Mark what sounds if `playing`, or nothing while the transport stands."""
        self.view.set_playing(playing)

    def set_playhead(self, step: float | None) -> None:
        """Show that the transport is at `step`, in sixteenths from 0 on, or nothing."""
        self.view.set_playhead(step)

    def set_selected_end(self, end: int | None) -> None:
        """Mark the `end` that is in the editor, 0 or 1, if any."""
        for card in self.cards:
            card.set_selected(self.cards.index(card) == end)

    def set_midi_writer(self, write: WriteMidi | None) -> None:
        """Say by `write` how a clip becomes a MIDI file, for what is dragged out of the window."""
        self.drag.write = write

    def step_clip(self, step: int) -> Clip | None:
        """Return the loop of `step` as a clip; None while it is not decoded."""
        if self._morph is None or len(self._loops) != self._morph.steps:
            return None
        return Clip(morphing.step_name(self._morph, step), self._kind, self._loops[step])

    # -- edits --------------------------------------------------------------------------------------

    def _edit(self, morph: Morph, text: str, merge_key: str = "") -> None:
        if morph != self._morph:
            self.set_morph(morph)
            self.morphEdited.emit(morph, text, merge_key)

    @Slot(float)
    def _on_view_positionMoved(self, position: float) -> None:
        if self._morph is not None:
            self._edit(morphing.moved(self._morph, position), "Glide", "morph position")

    @Slot(int)
    def _set_steps(self, steps: int) -> None:
        if self._morph is not None:
            self._edit(morphing.with_steps(self._morph, steps), "Number of steps", "morph steps")

    @Slot(bool)
    def _set_sweeping(self, sweeping: bool) -> None:
        if self._morph is not None:
            self._edit(replace(self._morph, sweeping=sweeping), "Sweep" if sweeping else "Stop sweep")

    @Slot(int)
    def _set_sweep_bars(self, bars: int) -> None:
        if self._morph is not None:
            self._edit(replace(self._morph, sweep_bars=bars), "Bars a sweep", "morph sweep bars")

    @Slot()
    def swap(self) -> None:
        """Swap the ends; what sounds stays."""
        if self._morph is not None:
            back = self._loops[::-1]
            self._edit(morphing.swapped(self._morph), "Swap ends")
            if back and not self._loops:
                self.set_loops(back)  # they only change places

    @Slot(int, object)
    def put_clip(self, end: int, clip: Clip) -> None:
        """Put `clip` at an `end`, 0 or 1, if this track can play it."""
        if fits(clip, self._kind):
            self._put(end, clip.loop, clip.name)

    def _put(self, end: int, loop: Loop, name: str, user_edited: bool = False) -> None:
        if self._morph is not None:
            letter = morphing.END_LETTERS[end]
            self._edit(
                morphing.with_end(self._morph, end, loop, name, user_edited), f"{name} as end {letter}"
            )

    @Slot(int, bool)
    def _set_user_edited(self, end: int, user_edited: bool) -> None:
        if self._morph is not None:
            morph, text = self._morph, "Leave end out of key" if user_edited else "Bring end into key"
            self._edit(morphing.with_end(morph, end, morph.ends[end], morph.names[end], user_edited), text)

    def _step_to_end(self, step: int, end: int) -> None:
        clip = self.step_clip(step)
        if clip is not None:
            self._put(end, clip.loop, clip.name)

    def _hear(self, step: int) -> None:
        if self._morph is not None:
            self._on_view_positionMoved(step / (self._morph.steps - 1))
            self.stepClicked.emit(step)

    def _drag_step(self, step: int) -> None:
        clip = self.step_clip(step)
        if clip is not None:
            self.drag.start(clip, self.view.step_picture(step))

    def _fill_end_menu(self, end: int) -> None:
        if self._track is not None:
            fill_end_menu(self.cards[end], self._track, partial(self._put, end))

    @Slot(int, QPoint)
    def _show_step_menu(self, step: int, where: QPoint) -> None:
        if self._track is not None:
            decoded = self.step_clip(step) is not None
            self.step_menu.open_for(step, where, decoded, self._track.corner_names)

    # -- pulling ------------------------------------------------------------------------------------

    @Slot()
    def _on_card_pullStarted(self) -> None:
        if self._morph is not None:
            self._steps_before_pull = self._morph.steps
        self.gestureStarted.emit("Number of steps")

    @Slot(float)
    def _on_card_pulled(self, outward_px: float) -> None:
        per_step = max(
            _LEAST_PULL_PX, self._layout.travel_px(self.width()) / (MAX_MORPH_STEPS - MIN_MORPH_STEPS)
        )
        self._set_steps(self._steps_before_pull + round(outward_px / per_step))

    # -- keys ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and action_of(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = action_of(event)
        if action is None or self._morph is None:
            super().keyPressEvent(event)
            return
        name, number = action
        step = self.view.step
        if name == "steps":
            self._set_steps(self._morph.steps + number)
        elif name == "swap":
            self.swap()
        elif name == "sweep":
            self._set_sweeping(not self._morph.sweeping)
        elif name == "export":
            self.stepExportAsked.emit(step)
        elif name == "keep":
            self.stepToClip.emit(step)
        else:
            self.stepToCorner.emit(step, number)

    # -- places -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        steps = MIN_MORPH_STEPS if self._morph is None else self._morph.steps
        self._layout.arrange(self.size(), steps)

    @Slot()
    def _on_look_changed(self) -> None:
        self._arrange()
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(780, 620)

    def minimumSizeHint(self) -> QSize:
        return self._layout.minimum_size()
