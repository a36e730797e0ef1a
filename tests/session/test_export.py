"""What is written of tracks and of the band, read again from the files."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError, MidiFileError
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note, Pattern
from blender_app.core.smf import read_drum_loop, read_melody_loop, read_midi, write_midi
from blender_app.engine.messages import VoiceMix
from blender_app.session import export
from blender_app.session.path import loop_pattern
from blender_app.session.session import Session, Track, TrackKind

from .conftest import transposed  # noqa: TID252

KICK_SNARE = DrumLoop.empty().with_hit(0, 0, 100).with_hit(4, 1, 80)
RIFF = MelodyLoop.from_notes([Note(0, 33, 100, 4.0), Note(8, 36, 90, 8.0)])
TUNE = MelodyLoop.from_notes([Note(4, 69, 100, 12.0), Note(24, 72, 90, 4.0)])


@pytest.fixture
def session() -> Session:
    return Session(tempo_bpm=90.0, swing=0.6)


def band(session: Session) -> list[tuple[Track, Pattern]]:
    loops: list[DrumLoop | MelodyLoop] = [KICK_SNARE, RIFF, TUNE]
    return [(track, loop_pattern(1, loop)) for track, loop in zip(session.tracks, loops, strict=True)]


def changed(session: Session, track: str, **fields: object) -> Session:
    return session.with_track(replace(session.track(track), **fields))  # type: ignore[arg-type]


def write_band(path: Path, session: Session, length_steps: int = 64) -> Path:
    export.export_music(path, export.band_music(band(session), length_steps), session)
    return path


def test_the_band_is_one_file_with_a_track_each(session: Session, tmp_path: Path) -> None:
    session = changed(session, "bass", volume=0.5, pan=-1.0, reverb=1.0, octave=1, sound=(8, 39))
    contents = read_midi(write_band(tmp_path / "band.mid", session))
    assert contents.track_names == ("Loopweave", "drums", "bass", "melody")
    assert contents.end_tick == 4 * 1920
    assert contents.tempo_at(0) == pytest.approx(90, rel=1e-5)
    sound = [(m.status, m.data1, m.data2) for m in contents.messages if m.status in (0xB0, 0xC0)]
    assert sound == [(0xB0, 0, 8), (0xC0, 39, 0), (0xB0, 7, 50), (0xB0, 10, 0), (0xB0, 91, 127)]
    assert [(m.data1, m.data2) for m in contents.messages if m.status == 0xC1] == [(4, 0)]
    assert read_drum_loop(tmp_path / "band.mid", 3).hits.tolist() == KICK_SNARE.hits.tolist()
    assert read_melody_loop(tmp_path / "band.mid", 3, "bass") == transposed(RIFF, 12)
    assert read_melody_loop(tmp_path / "band.mid", 1, "melody") == TUNE


def test_what_is_mute_is_left_out(session: Session, tmp_path: Path) -> None:
    quiet = changed(session, "bass", mute=True)
    assert read_midi(write_band(tmp_path / "a.mid", quiet)).track_names[1:] == ("drums", "melody")
    alone = changed(quiet, "melody", solo=True)
    assert read_midi(write_band(tmp_path / "a.mid", alone)).track_names[1:] == ("melody",)
    with pytest.raises(FileError, match="nothing to export"):
        write_band(tmp_path / "b.mid", changed(quiet, "bass", solo=True))
    assert not (tmp_path / "b.mid").exists()


def test_the_mix_of_the_voices_belongs_to_the_band(session: Session, tmp_path: Path) -> None:
    mix = (VoiceMix(volume=0.5), VoiceMix(mute=True), *(VoiceMix(),) * 7)
    session = changed(session, "drums", mix=mix)
    loop = read_drum_loop(write_band(tmp_path / "a.mid", session))
    assert [(note.step, note.velocity) for note in loop.to_notes()] == [(0, 50)]
    export.export_music(
        tmp_path / "loop.mid", export.loop_music(KICK_SNARE, "a", session.track("drums")), session
    )
    assert read_drum_loop(tmp_path / "loop.mid") == KICK_SNARE


def test_a_pattern_that_began_later_is_written_as_it_goes_on(session: Session) -> None:
    notes = tuple(Note(step, 60 + step % 48, 90) for step in range(0, 48, 4))
    pattern = Pattern(1, notes, 48, 16, 32)
    ((_, (section,)),) = export.band_music([(session.track("melody"), pattern)], 128).tracks
    assert [note.pitch - 60 for note in section.notes[8:]] == [
        *range(0, 48, 4),
        *range(16, 48, 4),
        *range(16, 32, 4),
    ]
    assert [note.step for note in section.notes] == list(range(0, 128, 4))


def test_gate_and_legato_are_in_the_files_of_a_track(session: Session, tmp_path: Path) -> None:
    track = replace(session.track("melody"), gate=0.5, channel=5)
    export.export_music(tmp_path / "a.mid", export.loop_music(TUNE, "tune", track), session)
    contents = read_midi(tmp_path / "a.mid")
    assert contents.track_names[1] == "Loopweave melody"
    assert [text for _, text in contents.markers] == ["tune"]
    assert {m.channel for m in contents.messages} == {5}
    offs = [m.tick for m in contents.messages if m.status >> 4 == 8]
    assert offs == [(4 + 6) * 120, (24 + 2) * 120]


def test_a_melody_on_the_drum_channel_chooses_no_kit(session: Session, tmp_path: Path) -> None:
    track = replace(session.track("melody"), channel=9)
    export.export_music(tmp_path / "a.mid", export.loop_music(TUNE, "tune", track), session)
    assert not [m for m in read_midi(tmp_path / "a.mid").messages if m.status >> 4 == 0xC]


@pytest.mark.parametrize(("bank", "programs"), [(0, [33]), (127, [33]), (128, [])])
def test_only_a_bank_that_files_can_name_is_chosen(session, tmp_path: Path, bank: int, programs) -> None:
    track = replace(session.track("melody"), sound=(bank, 33))
    export.export_music(tmp_path / "a.mid", export.loop_music(TUNE, "tune", track), session)
    messages = read_midi(tmp_path / "a.mid").messages
    assert [m.data1 for m in messages if m.status >> 4 == 0xC] == programs


def test_grids_of_melodies(session: Session, tmp_path: Path) -> None:
    cells = [[TUNE, RIFF], [RIFF, TUNE]]
    export.export_music(tmp_path / "a.mid", export.grid_music(cells, session.track("bass")), session)
    assert [text for _, text in read_midi(tmp_path / "a.mid").markers][3] == "row 2, column 2"
    assert read_melody_loop(tmp_path / "a.mid", 7) == TUNE


def test_the_band_as_sound(session: Session, tmp_path: Path) -> None:
    write_band(tmp_path / "band.wav", session, 32)
    with wave.open(str(tmp_path / "band.wav")) as file:
        assert file.getnframes() == round(8 * 60 / 90 * 44100)
        assert np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2")).max() > 1000


def test_import_by_kind(session: Session, tmp_path: Path) -> None:
    path = write_band(tmp_path / "band.mid", session)
    assert export.import_loop(path, TrackKind.DRUMS) == KICK_SNARE
    assert export.import_loop(path, TrackKind.BASS) == RIFF
    assert export.import_loop(path, TrackKind.MELODY) == TUNE
    write_midi(tmp_path / "drums.mid", KICK_SNARE)
    with pytest.raises(MidiFileError, match="drums only"):
        export.import_loop(tmp_path / "drums.mid", TrackKind.BASS)


@pytest.mark.parametrize("steps", [16, 64, 256])
def test_a_loop_of_any_length_is_written_and_read_again(session: Session, tmp_path: Path, steps: int) -> None:
    beat = DrumLoop.from_notes([Note(steps - 3, 38, 90, 0.5, 0.25), Note(0, 36, 80, 0.5)], steps)
    tune = MelodyLoop.from_notes([Note(1, 69, 100, steps - 6.0), Note(steps - 2, 60, 50, 2.0)], steps)
    for loop, kind, name in ((beat, TrackKind.DRUMS, "drums"), (tune, TrackKind.MELODY, "melody")):
        path = tmp_path / f"{name}.mid"
        export.export_music(path, export.loop_music(loop, "a", session.track(name)), session)
        assert read_midi(path).end_tick == steps * 120
        read = export.import_loop(path, kind, steps)
        assert np.abs(read.microtiming - loop.microtiming).max() < 0.01
        assert [(note.step, note.pitch, note.velocity, note.length_steps) for note in read.to_notes()] == [
            (note.step, note.pitch, note.velocity, note.length_steps) for note in loop.to_notes()
        ]


def test_as_much_of_a_file_is_read_as_is_asked_for(tmp_path: Path) -> None:
    tune = MelodyLoop.from_notes([Note(8 * bar, 60 + bar, 90, 4.0) for bar in range(8)], 64)
    write_midi(tmp_path / "a.mid", tune)
    for steps, count in ((16, 2), (32, 4), (64, 8)):
        read = export.import_loop(tmp_path / "a.mid", TrackKind.MELODY, steps)
        assert (read.steps, len(read.to_notes())) == (steps, count)
    # Four bars fill eight when they are said twice.
    longer = export.import_loop(tmp_path / "a.mid", TrackKind.MELODY, 128)
    assert [note.pitch for note in longer.to_notes()] == [*range(60, 68)] * 2


def test_bars_that_do_not_fill_a_loop_leave_it_silent(tmp_path: Path) -> None:
    bar = DrumLoop.empty(16).with_hit(0, 0, 90)
    write_midi(tmp_path / "a.mid", [bar, bar, bar])
    loop = export.import_loop(tmp_path / "a.mid", TrackKind.DRUMS, 64)
    assert [note.step for note in loop.to_notes()] == [0, 16, 32]


def test_tracks_of_several_lengths_repeat_beside_each_other(session: Session, tmp_path: Path) -> None:
    loops = (
        DrumLoop.empty(16).with_hit(0, 0, 100),
        MelodyLoop.from_notes([Note(60, 33, 100, 4.0)], 64),
        MelodyLoop.from_notes([Note(4, 69, 100, 8.0)], 32),
    )
    parts = [(track, loop_pattern(1, loop)) for track, loop in zip(session.tracks, loops, strict=True)]
    export.export_music(tmp_path / "band.mid", export.band_music(parts, 128), session)
    contents = read_midi(tmp_path / "band.mid")
    starts = {
        channel: [one.tick // 120 for one in contents.messages if one.is_note_on and one.channel == channel]
        for channel in (9, 0, 1)
    }
    assert starts == {9: list(range(0, 128, 16)), 0: [60, 124], 1: [4, 36, 68, 100]}
