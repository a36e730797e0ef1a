"""What a track plays: a loop that repeats, or a path; what was sent of it, and what of that sounds."""

from __future__ import annotations

from dataclasses import dataclass

from blender_app.core.notes import Pattern
from blender_app.session.path import PathPlan, loop_pattern
from blender_app.session.session import Loop, Source


@dataclass(frozen=True, slots=True)
class PlayedLoop:
    """A `loop` that repeats."""

    loop: Loop

    def pattern(self, serial: int) -> Pattern:
        """Return the pattern for the engine, numbered `serial`."""
        return loop_pattern(serial, self.loop)

    def rounds(self) -> Pattern:
        """Return the pattern without its notes."""
        return Pattern(0, (), self.loop.steps)

    def loop_at(self, transport_step: float) -> Loop:
        """Return the loop whose rows sound at `transport_step`: always the same."""
        del transport_step
        return self.loop


@dataclass(frozen=True, slots=True)
class PlayedPath:
    """A path over a palette, or a morph's sweep (by `source`): its `plan`, and `loops` at its points."""

    plan: PathPlan
    loops: tuple[Loop, ...]
    source: Source = Source.PALETTE

    def pattern(self, serial: int) -> Pattern:
        """Return the pattern for the engine, numbered `serial`."""
        return self.plan.pattern(serial, self.loops)

    def rounds(self) -> Pattern:
        """Return the pattern without its notes."""
        return self.plan.rounds(max(loop.steps for loop in self.loops))

    def loop_at(self, transport_step: float) -> Loop:
        """Return the loop whose rows sound at `transport_step`."""
        step = max(int(transport_step) - self.plan.anchor_step, 0)
        return self.loops[self.plan.loop_index(step)]


Played = PlayedLoop | PlayedPath


class PlayedTrack:
    """What was sent for a track: by number what may still come, what sounds, what comes next."""

    def __init__(self) -> None:
        self._sent: dict[int, Played] = {}
        self._newest = 0
        self._sounding: Played | None = None
        self._waiting: Played | None = None
        self._loop: Loop | None = None

    @property
    def sounding(self) -> Played | None:
        """What sounds, or would if the transport ran."""
        return self._sounding

    @property
    def waiting(self) -> Played | None:
        """What comes next, or None."""
        return self._waiting

    @property
    def loop(self) -> Loop | None:
        """The loop that sounded when `follow` looked."""
        return self._loop

    def needs(self, played: Played) -> bool:
        """Say whether `played` must be sent: it was not what was sent last."""
        return not self._sent or played != (self._waiting or self._sounding)

    def send(self, serial: int, played: Played, waits: bool) -> None:
        """Remember what is sent.

        Parameters
        ----------
        serial
            Its number, greater than those before.
        played
            What it is.
        waits
            Whether it waits for its turn; else it counts as sounding at once.
        """
        self._newest = serial
        self._sent[serial] = played
        if waits:
            self._waiting = played
        else:
            self._sounding, self._waiting = played, None

    def start(self, serial: int) -> bool:
        """Take note that what was numbered `serial` sounds now; return whether it is known."""
        played = self._sent.get(serial)
        if played is None:
            return False
        self._sounding = played
        self._sent = {number: item for number, item in self._sent.items() if number >= serial}
        if serial == self._newest:
            self._waiting = None
        return True

    def follow(self, step: float) -> bool:
        """Bring the sounding loop up to date at transport `step`; return whether it is another."""
        if self._sounding is None:
            return False
        before, loop = self._loop, self._sounding.loop_at(step)
        self._loop = loop
        return loop is not before and loop != before

    def forget(self) -> None:
        """Forget what an engine that has ended was sent."""
        self._sent.clear()
        self._sounding = self._waiting = None
