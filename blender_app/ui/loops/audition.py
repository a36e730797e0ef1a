"""A loop heard once while the transport stands, note by note at the session's tempo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from blender_app.core.drums import DrumLoop
from blender_app.core.notes import Note
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.session.session import Loop

Sound = Callable[[Note], object]


class Audition(QObject):
    """Plays one loop at a time.

    Parameters
    ----------
    sound
        Lets a note be heard at once.
    parent
        Qt parent.
    """

    def __init__(self, sound: Sound, parent: QObject) -> None:
        super().__init__(parent)
        self._sound = sound
        self._notes: list[Note] = []
        self._step = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def sounds(self) -> bool:
        """Whether a loop is being heard."""
        return self._timer.isActive()

    def hear(self, loop: Loop, tempo_bpm: float) -> None:
        """Play `loop` once from its first step at `tempo_bpm`, in place of the one being heard."""
        self.stop()
        self._notes = list(notes_of(loop))
        self._step = 0
        if self._notes:
            self._timer.start(round(60_000 / tempo_bpm / STEPS_PER_BEAT))
            self._on_timer_timeout()

    @Slot()
    def stop(self) -> None:
        """Play no further note."""
        self._timer.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        for note in self._notes:
            if note.step == self._step:
                self._sound(note)
        self._step += 1
        if self._step > self._notes[-1].step:
            self._timer.stop()


def notes_of(loop: Loop) -> tuple[Note, ...]:
    """Return the notes of `loop` of either kind, in order of step."""
    if not isinstance(loop, DrumLoop):
        return loop.to_notes()
    return tuple(
        Note(int(step), 0, int(loop.velocity[step, voice]), voice=int(voice))
        for step, voice in zip(*loop.hits.nonzero(), strict=True)
    )
