"""The transport: whether it plays, where it stands, how fast and with how much swing."""

from __future__ import annotations

from dataclasses import replace

from blender_app.core.time import STEPS_PER_BAR, Timeline, steps_to_seconds

START_DELAY_S = 0.05
"""From "play" to the first step: a look-ahead, and room for a first hit that comes early."""
DEFAULT_TEMPO_BPM = 120.0


class Transport:
    """Start, stop, locate and change of tempo on one `Timeline`.

    While it stands, the timeline's `anchor_step` is where it stands.

    It begins at `now_s` with `tempo_bpm`, standing on step 0.
    """

    def __init__(self, now_s: float, tempo_bpm: float = DEFAULT_TEMPO_BPM) -> None:
        self.playing = False
        self.timeline = Timeline(now_s, 0.0, tempo_bpm)

    def play(self, now_s: float, count_in_bars: int = 0) -> None:
        """Start from where the transport stands, in `count_in_bars` bars and `START_DELAY_S` from `now_s`."""
        self.playing = True
        count_in_s = steps_to_seconds(count_in_bars * STEPS_PER_BAR, self.timeline.tempo_bpm)
        self._anchor(now_s + START_DELAY_S + count_in_s, self.timeline.anchor_step)

    def stop(self, now_s: float) -> None:
        """Stop at `now_s` and go back to step 0."""
        self.playing = False
        self._anchor(now_s, 0.0)

    def locate(self, now_s: float, step: float) -> None:
        """Go to `step` at `now_s`; while playing it sounds `START_DELAY_S` later."""
        self._anchor(now_s + START_DELAY_S if self.playing else now_s, step)

    def retime(self, now_s: float, tempo_bpm: float | None = None, swing: float | None = None) -> None:
        """Set the tempo (quarters a minute) or the swing (0.5 to 0.75), without a jump in position.

        Parameters
        ----------
        now_s
            The present moment.
        tempo_bpm, swing
            The new values; None leaves one as it is.
        """
        tempo_bpm = self.timeline.tempo_bpm if tempo_bpm is None else tempo_bpm
        swing = self.timeline.swing if swing is None else swing
        # It stands or is about to start; a count-in goes on at the new tempo instead.
        waits = not self.playing or now_s < self.timeline.anchor_s <= now_s + START_DELAY_S
        if waits:
            self.timeline = replace(self.timeline, tempo_bpm=tempo_bpm, swing=swing)
        else:
            self.timeline = self.timeline.retimed(now_s, tempo_bpm, swing)

    def _anchor(self, moment_s: float, step: float) -> None:
        self.timeline = replace(self.timeline, anchor_s=moment_s, anchor_step=step)
