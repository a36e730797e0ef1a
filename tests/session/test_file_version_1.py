"""Files of version 1, from when there were drums only: they open unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import VOICES
from blender_app.core.errors import SessionError
from blender_app.core.presets import PRESETS, preset_named
from blender_app.engine import messages as m
from blender_app.session import export
from blender_app.session.files import decode, encode, load_session
from blender_app.session.session import (
    DrawnPath,
    MidiSettings,
    PuckCoupling,
    Session,
    Source,
    TrackKind,
    default_corners,
)

SAVED = Path(__file__).parent / "data" / "version_1.blend.json"
"""Saved by the last version that played drums only."""


def without(*names: str) -> str:
    """Return the saved text without some of its entries, as earlier versions left them out."""
    document = json.loads(SAVED.read_text())
    return json.dumps({name: value for name, value in document.items() if name not in names})


def test_a_session_of_drums_only_is_a_band_of_one_track() -> None:
    session = load_session(SAVED)
    (drums,) = session.tracks
    assert (drums.name, drums.kind, session.front) == ("drums", TrackKind.DRUMS, "drums")
    assert drums.corner_names == ("Boom Bap", "House", PRESETS[9].name, "Empty")
    painted = preset_named("Boom Bap").loop.with_hit(5, 6, 101)
    assert drums.corners[:3] == (painted, preset_named("House").loop, PRESETS[9].loop)
    assert drums.corners[3].hit_count == 0
    assert (drums.puck, drums.rows, drums.cols) == ((0.25, 0.875), 5, 7)
    assert drums.path == DrawnPath(((0.0, 0.0), (0.5, 1.0), (1.0, 0.25)), bars=8)
    assert (session.tempo_bpm, session.swing, session.groove_amount) == (96.5, 0.58, 0.75)
    assert (session.change_at, session.volume, session.font) == (m.ChangeAt.BAR, 0.65, None)
    assert session.midi == MidiSettings("Synth", latency_s=0.012)
    assert session.models == (("drums-2bar", "0f1e2d3c"),)
    assert (session.coupling, session.scale, session.clips) == (PuckCoupling.FREE, None, ())
    assert (drums.source, drums.morph) == (Source.PALETTE, None)


def test_it_sounds_as_it_did(make_controller, engine, qtbot: QtBot) -> None:
    controller = make_controller()
    assert controller.files.open(SAVED)
    controller.start()
    assert engine.sent(m.SetTrack) == [
        m.SetTrack(
            m.TrackSettings(
                "drums", True, 128, 25, 3, note_map=(35, 40, 42, 46, 41, 47, 50, 57, 59), reverb=0.0
            )
        )
    ]
    sent = [command for command in engine.sent(m.SetParameter) if command.name in ("volume", "tempo_bpm")]
    assert sent == [m.SetParameter("tempo_bpm", 96.5), m.SetParameter("volume", 0.65)]
    (mix,) = engine.sent(m.SetMix)
    assert mix.voices[VOICES.index("open hat")] == m.VoiceMix(mute=True)
    assert mix.voices[VOICES.index("snare")] == m.VoiceMix(solo=True, volume=0.5)
    controller.place.move_puck(0.0, 0.0)
    corner = controller.document.session.front_track.corners[0]
    qtbot.waitUntil(lambda: controller.playback.sounding == corner)
    assert engine.sent(m.SetPattern)[-1].pattern.notes == corner.to_notes()
    assert {command.track for command in engine.sent(m.SetPattern)} == {"drums"}


def test_it_is_written_as_it_was(tmp_path: Path) -> None:
    session = load_session(SAVED)
    drums = session.front_track
    music = export.loop_music(drums.corners[0], "x", drums)
    export.export_music(tmp_path / "corner.mid", music, session)
    assert (tmp_path / "corner.mid").read_bytes() == (SAVED.parent / "version_1_corner.mid").read_bytes()


def test_it_is_saved_as_the_present_version() -> None:
    session = load_session(SAVED)
    text = encode(session)
    assert '"version": 3' in text
    assert decode(text, "x") == session


def test_what_early_files_left_out_is_as_it_was_by_default() -> None:
    session = decode(without("mix", "midi", "kit", "swing", "path", "model", "puck", "rows"), "x")
    drums = session.front_track
    fresh = Session().track("drums")
    assert (drums.mix, drums.sound, drums.channel, drums.note_map) == (
        fresh.mix,
        fresh.sound,
        fresh.channel,
        fresh.note_map,
    )
    assert (session.midi, session.swing, session.models) == (MidiSettings(), 0.5, ())
    assert (drums.path, drums.puck, drums.rows) == (None, (0.5, 0.5), 11)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("corners", [], "corners are 4"),
        ("corners", [{"name": "a", "hits": {"kick": [[0, 200, 0]]}}] * 4, "velocity"),
        ("kit", {"bank": 128, "program": 200}, "program"),
        ("midi", {"channel": 16}, "channel"),
        ("midi", 3, "damaged"),
        ("midi", {"note_map": {"kick": 36}}, "snare"),
        ("model", 3, "damaged"),
        ("model", {"name": 3, "hash": "x"}, "name"),
        ("tempo_bpm", 1000, "tempo"),
    ],
)
def test_what_is_wrong_with_one_is_said(name: str, value: object, words: str) -> None:
    document = {**json.loads(SAVED.read_text()), name: value}
    with pytest.raises(SessionError, match=words):
        decode(json.dumps(document), "x")


def test_corners_are_those_of_the_defaults_where_nothing_was_changed() -> None:
    drums = load_session(SAVED).front_track
    assert drums.corners[1] == default_corners()[1]
