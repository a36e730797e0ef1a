"""The state of the devices and the model, as the status line shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from blender_app.session.engine_link import EngineLink
from blender_app.session.session import Session


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
    model
        Names of the models that are in this state.
    model_state
        The worst state of a model: failed, else loading, else ready.
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
    model: str = ""
    model_state: ModelState = ModelState.LOADING
    late_events: int = 0
    cpu: float = 0.0
    message: str | None = None
    midi_message: str | None = None


def needed_models(session: Session, known: Mapping[str, ModelState]) -> dict[str, ModelState]:
    """Return the states of the models that a session's tracks need, and of no others.

    Parameters
    ----------
    session
        The session.
    known
        The states of models that were loaded, or could not be; all others are loading.
    """
    names = dict.fromkeys(track.model for track in session.tracks)
    return {name: known.get(name, ModelState.LOADING) for name in names}


def status_of(link: EngineLink, audio_enabled: bool, models: Mapping[str, ModelState]) -> Status:
    """Return the status that the engine's last words make, and the states of the models.

    Parameters
    ----------
    link
        What the engine told.
    audio_enabled
        Whether the synthesizer is wanted.
    models
        The models that are needed (`needed_models`), and their states.
    """
    audio = link.audio
    if not link.started:
        sound = "stopped"
    elif not link.audio_known:
        sound = "starting"
    elif not audio_enabled:
        sound = "off"
    else:
        sound = audio.driver or "no sound"
    port = link.open_port
    states = set(models.values())
    order = (ModelState.FAILED, ModelState.LOADING)
    worst = next((state for state in order if state in states), ModelState.READY)
    return Status(
        audio=sound,
        audio_ok=audio.driver is not None and audio_enabled and link.started,
        midi="no port" if port is None else f"{port} (own port)" if link.port_is_virtual else port,
        model=", ".join(name for name, state in models.items() if state is worst),
        model_state=worst,
        late_events=link.stats.late_events,
        cpu=round(link.stats.cpu_share, 2),
        message=audio.message if audio_enabled else None,
        midi_message=link.ports_message,
    )
