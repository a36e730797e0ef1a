"""What engine and worker are told, as values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blender_app.core.scales import Key
from blender_app.engine import messages as m
from blender_app.session import commands
from blender_app.session.morphing import default_morph
from blender_app.session.requests import DecodeTarget, PaletteRequest, Space
from blender_app.session.session import MidiSettings, Session, Source

SESSION = Session(font="a.sf2", midi=MidiSettings("Synth", latency_s=0.1))
DRUMS, BASS = SESSION.track("drums"), SESSION.track("bass")


def test_a_new_engine_is_told_everything() -> None:
    told = commands.engine_commands(None, SESSION)
    assert [command.name for command in told[:4]] == ["tempo_bpm", "swing", "groove_amount", "volume"]
    assert told[4:7] == [m.LoadFont(Path("a.sf2")), m.SetAudio(True), m.SetLatency(0.1)]
    assert [type(command) for command in told[7:]] == [m.SetTrack, m.SetMix, m.SetTrack, m.SetTrack]
    assert commands.engine_commands(SESSION, SESSION) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"swing": 0.6}, [m.SetParameter("swing", 0.6)]),
        ({"font": None}, [m.LoadFont(None)]),
        ({"audio_enabled": False}, [m.SetAudio(False)]),
        ({"midi": MidiSettings("Synth", latency_s=0.2)}, [m.SetLatency(0.2)]),
        ({"midi": MidiSettings("Another", latency_s=0.1)}, []),
        ({"front": "bass", "scale": Key(2)}, []),
    ],
)
def test_only_what_has_changed_is_told(changes: dict[str, object], told: list[m.Command]) -> None:
    assert commands.engine_commands(SESSION, replace(SESSION, **changes)) == told


def test_of_a_track_its_sound_and_its_mix_are_told_when_they_change() -> None:
    assert commands.track_commands(DRUMS, replace(DRUMS, puck=(0.0, 0.0))) == []
    assert commands.track_commands(BASS, replace(BASS, puck=(0.0, 0.0))) == []
    louder = replace(DRUMS, volume=0.25)
    assert commands.track_commands(DRUMS, louder) == [m.SetTrack(commands.settings_of(louder))]
    muted = replace(DRUMS, mix=(m.VoiceMix(mute=True), *DRUMS.mix[1:]))
    assert commands.track_commands(DRUMS, muted) == [m.SetMix("drums", muted.mix)]
    assert commands.track_commands(None, BASS) == [m.SetTrack(commands.settings_of(BASS))]
    assert commands.track_commands(None, DRUMS) == [
        m.SetTrack(commands.settings_of(DRUMS)),
        m.SetMix("drums", DRUMS.mix),
    ]


def test_octaves_are_told_in_semitones_and_of_melodies_only() -> None:
    settings = commands.settings_of(replace(BASS, octave=-2, gate=0.5, port="Pads"))
    assert (settings.semitones, settings.drums, settings.gate, settings.port) == (-24, False, 0.5, "Pads")
    assert (settings.bank, settings.program, settings.note_map) == (*BASS.sound, None)
    settings = commands.settings_of(replace(DRUMS, octave=1))
    assert (settings.semitones, settings.drums, settings.note_map) == (0, True, DRUMS.note_map)
    assert (settings.track, settings.channel) == ("drums", 9)


@pytest.mark.parametrize(
    ("midi", "ports", "opened", "told"),
    [
        (MidiSettings("Mine", virtual=True), [], None, [m.OpenVirtualPort("Mine")]),
        (MidiSettings("Synth"), ["Synth"], None, [m.OpenPort("Synth")]),
        (MidiSettings("Synth"), [], None, []),
        (MidiSettings("Synth"), [], "Another", [m.OpenPort(None)]),
        (MidiSettings(None), [], None, [m.OpenPort(None)]),
        (MidiSettings(None, virtual=True), ["Synth"], "Synth", [m.OpenPort(None)]),
    ],
)
def test_a_port_is_opened_if_it_is_there(midi, ports: list[str], opened, told: list[m.Command]) -> None:
    assert commands.port_commands(midi, ports, opened) == told


def test_what_is_heard_by_itself_is_brought_into_range() -> None:
    hits = [commands.hit(8, velocity) for velocity in (-3, 0, 1, 64, 127, 128)]
    assert [hit.velocity for hit in hits] == [1, 1, 1, 64, 127, 127]
    assert {(hit.step, hit.voice, hit.pitch) for hit in hits} == {(0, 8, DRUMS.note_map[8])}
    notes = [commands.note(*each, 3.0) for each in ((-1, 0), (0, 1), (127, 127), (128, 128))]
    assert [(note.pitch, note.velocity) for note in notes] == [(0, 1), (0, 1), (127, 127), (127, 127)]
    assert {(note.step, note.length_steps) for note in notes} == {(0, 3.0)}
    assert commands.PREVIEW_STEPS == 2.0  # an eighth


def test_a_palette_is_of_four_corners_and_a_morph_a_row_of_two_ends() -> None:
    key, marks = Key(2), (True, False, False, True)
    bass = replace(BASS, rows=4, cols=6, user_edited=marks)
    session = replace(SESSION.with_track(bass), scale=key)
    assert commands.palette_request(session, bass, Source.PALETTE) == PaletteRequest(
        DecodeTarget("bass", Source.PALETTE),
        Space(bass.kind, bass.model, bass.corners, key, marks),
        4,
        6,
    )
    assert commands.palette_request(session, bass, Source.MORPH) is None
    free = commands.palette_request(SESSION, bass, Source.PALETTE)
    assert (free.space.key, free.space.user_edited) == (None, ())
    bass = replace(bass, morph=replace(default_morph(bass), steps=7))
    assert commands.palette_request(session, bass, Source.MORPH) == PaletteRequest(
        DecodeTarget("bass", Source.MORPH),
        Space(bass.kind, bass.model, bass.morph.ends, key, (True, False)),
        1,
        7,
    )
    free = commands.palette_request(SESSION, bass, Source.MORPH)
    assert (free.space.key, free.space.user_edited) == (None, ())
