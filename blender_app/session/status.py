"""The state of the devices and the model, as the status line shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from blender_app.session.playback import Playback


class ModelState(Enum):
    """Where the model is."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """One look at everything outside the music.

    Parameters
    ----------
    audio
        What plays the sound, or why nothing does, in a few words.
    audio_ok
        Whether the synthesizer can be heard.
    midi
        The MIDI port that notes go to, or that there is none.
    midi_ok
        Whether notes go to a port.
    model
        The model that answers, or what answers in its place.
    model_state
        Where the model is.
    late_events
        How many notes left late since the start.
    cpu
        Share of one core that the engine uses, 0-1.
    message
        Why there is no sound and what to do about it, or None.
    midi_message
        Why there are no MIDI ports and what to do about it, or None.
    """

    audio: str = "starting"
    audio_ok: bool = False
    midi: str = "no port"
    midi_ok: bool = False
    model: str = ""
    model_state: ModelState = ModelState.LOADING
    late_events: int = 0
    cpu: float = 0.0
    message: str | None = None
    midi_message: str | None = None


def status_of(playback: Playback, audio_enabled: bool, model: str, model_state: ModelState) -> Status:
    """Return the status that the engine's last words make."""
    audio = playback.audio
    if not playback.started:
        sound = "stopped"
    elif not playback.audio_known:
        sound = "starting"
    elif not audio_enabled:
        sound = "off"
    else:
        sound = audio.driver or "no sound"
    port = playback.open_port
    return Status(
        audio=sound,
        audio_ok=audio.driver is not None and audio_enabled and playback.started,
        midi="no port" if port is None else f"{port} (own port)" if playback.port_is_virtual else port,
        midi_ok=port is not None,
        model=model,
        model_state=model_state,
        late_events=playback.stats.late_events,
        cpu=round(playback.stats.cpu_share, 2),
        message=audio.message if audio_enabled else None,
        midi_message=playback.ports_message,
    )
