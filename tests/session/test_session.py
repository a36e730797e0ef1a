"""What sessions and tracks refuse."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_app.core.checks import clamp_point, replace_at
from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.engine.messages import VoiceMix
from blender_app.session.session import (
    Clip,
    DrawnPath,
    MidiSettings,
    Morph,
    PathMode,
    Session,
    Source,
    TrackKind,
    new_track,
)

DRUMS, BASS, MELODY = Session().tracks
ENDS = Morph((MelodyLoop.empty(), MelodyLoop.empty()), ("A", "B"))
HITS = Morph((DrumLoop.empty(), DrumLoop.empty()), ("A", "B"))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("tempo_bpm", 301.0, "tempo"),
        ("tempo_bpm", math.nan, "tempo"),
        ("tempo_bpm", True, "tempo"),
        ("swing", 0.4, "swing"),
        ("groove_amount", 1.1, "groove amount"),
        ("volume", -0.1, "volume"),
        ("tracks", (), "at least one track"),
        ("tracks", (DRUMS, DRUMS), "one name"),
        ("front", "bass 2", "does not exist"),
        ("clips", (Clip("A", TrackKind.DRUMS, DrumLoop.empty()),) * 300, "clips"),
        ("models", (("a",),), "model"),
        ("font", 3, "font"),
        ("audio_enabled", "no", "synthesizer"),
    ],
)
def test_values_out_of_range_are_refused_by_name(field: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(Session(), **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "bass", "cannot be called"),
        ("name", "drums 3", "cannot be called"),
        ("rows", 2, "rows"),
        ("cols", 34, "columns"),
        ("cols", 5.0, "columns"),
        ("puck", (0.5, 1.5), "puck"),
        ("sound", (0, 128), "program"),
        ("sound", (0,), "sound"),
        ("channel", 16, "channel"),
        ("port", 7, "port"),
        ("note_map", (1,) * 8, "note map"),
        ("note_map", (128,) * 9, "note map"),
        ("note_map", None, "note map"),
        ("mix", (VoiceMix(),), "mix"),
        ("mix", (VoiceMix(volume=2.0),) * 9, "volume"),
        ("octave", 4, "octave"),
        ("volume", 1.5, "volume"),
        ("pan", -2, "pan"),
        ("reverb", math.nan, "reverb"),
        ("gate", 0.0, "gate"),
        ("legato", 2, "legato"),
        ("mute", 1, "mute"),
        ("scale_lock", None, "scale lock"),
        ("user_edited", (True,), "edited by hand"),
        ("user_edited", (1, 0, 0, 0), "edited by hand"),
        ("corner_names", ("x" * 500, "", "", ""), "name"),
        ("corners", (), "corners are 4"),
        ("corners", (MelodyLoop.empty(),) * 4, "no drum loop"),
        ("source", Source.MORPH, "has none"),
        ("morph", ENDS, "no drum loop"),
    ],
)
def test_what_a_drum_track_cannot_be_is_refused_by_name(field: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(DRUMS, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("corners", DRUMS.corners, "no melody loop"),
        ("mix", DRUMS.mix, "only drums"),
        ("note_map", DRUMS.note_map, "only drums"),
        ("morph", HITS, "no melody loop"),
    ],
)
def test_a_melodic_track_plays_no_drums(field: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(MELODY, **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("ends", (MelodyLoop.empty(),), "ends"),
        ("names", ("A", 3), "name"),
        ("steps", 2, "steps"),
        ("steps", 34, "steps"),
        ("position", 1.1, "position"),
        ("sweep_bars", 0, "sweep"),
        ("sweep_bars", 65, "sweep"),
        ("sweeping", "yes", "sweeps"),
        ("user_edited", (True, 0), "edited by hand"),
    ],
)
def test_what_a_morph_cannot_be_is_refused_by_name(field: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(ENDS, **{field: value})  # type: ignore[arg-type]


def test_a_clip_is_a_loop_of_its_kind() -> None:
    with pytest.raises(ValueError, match="no drum loop"):
        Clip("A", TrackKind.DRUMS, MelodyLoop.empty())


def test_there_are_two_tracks_of_a_kind_at_most_and_none_shares_a_melodic_channel() -> None:
    tracks = Session().tracks
    for kind in TrackKind:
        tracks = (*tracks, new_track(kind, tracks))
    assert [track.name for track in tracks[3:]] == ["drums 2", "bass 2", "melody 2"]
    channels = [track.channel for track in tracks if track.kind.is_melodic]
    assert len(set(channels)) == 4
    assert 9 not in channels
    for kind in TrackKind:
        with pytest.raises(ValueError, match="2"):
            new_track(kind, tracks)


def test_what_plays_is_the_puck_the_path_the_slider_or_the_sweep() -> None:
    path = DrawnPath(((0.0, 0.0), (1.0, 1.0)), playing=True)
    track = replace(BASS, puck=(0.2, 0.3), morph=replace(ENDS, position=0.25, sweep_bars=3))
    assert (track.place, track.playing_path) == ((0.2, 0.3), None)
    assert replace(track, path=path).playing_path == path
    mixed = replace(track, source=Source.MORPH, path=path)
    assert (mixed.place, mixed.playing_path) == ((0.25, 0.0), None)
    sweep = replace(mixed, morph=replace(ENDS, sweep_bars=3, sweeping=True)).playing_path
    assert sweep is not None
    assert (sweep.bars, sweep.mode, sweep.closed) == (6, PathMode.PING_PONG, False)


@pytest.mark.parametrize(
    "values",
    [{"nodes": ()}, {"nodes": ((2.0, 0.0),)}, {"bars": 0}, {"bars": 129}, {"mode": "loop"}],
)
def test_paths_out_of_range_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="path"):
        DrawnPath(**{"nodes": ((0.5, 0.5),), **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [{"port": 3}, {"virtual": 1}, {"latency_s": 0.6}])
def test_devices_out_of_range_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="MIDI"):
        MidiSettings(**values)  # type: ignore[arg-type]


@given(st.floats(), st.floats())
def test_any_place_is_brought_onto_the_palette(x: float, y: float) -> None:
    assert all(0.0 <= value <= 1.0 for value in clamp_point(x, y))


@given(st.lists(st.integers(), min_size=1), st.data())
def test_replace_at_changes_one_item(items: list[int], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(items) - 1))
    assert replace_at(tuple(items), index, 7) == (*items[:index], 7, *items[index + 1 :])
