"""The readers of each set, and which files belong together."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_app.core.errors import FileError, LoopweaveError, MidiFileError
from blender_app.corpus.melody_readers import read_abc_song, read_lead_sheet, read_made_bass, read_pop_song
from blender_app.corpus.melody_sources import find_songs
from blender_app.corpus.melody_tracks import read_game_song
from blender_app.corpus.melody_windows import Song, cut_melody_windows

SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def scale(
    pitch: int = 0, *, start: float = 0.0, velocity: int | None = None, every: float = 2.0
) -> list[Any]:
    """Return sixteen notes up and down, two bars of eighths."""
    pitches = SCALE + SCALE[::-1]
    return [
        (start + every * i, p + pitch, velocity or 60 + 2 * i, every * 0.9) for i, p in enumerate(pitches)
    ]


def onset_steps(song: Song, line: int = 0) -> list[float]:
    return np.sort(song.lines[line].start_steps).round(2).tolist()


# -- POP909 ----------------------------------------------------------------------------------------


def write_beats(folder: Path, first_s: float, beat_s: float, bars: list[int]) -> None:
    """Write a beat file with bars of so many beats."""
    rows, now = [], first_s
    for beats in bars:
        for beat in range(beats):
            rows.append(f"{now:.6f} {float(beat % 2 == 0)} {float(beat == 0)}")
            now += beat_s
    (folder / "beat_midi.txt").write_text("\n".join(rows) + "\n")


@pytest.fixture
def pop_song(tmp_path: Path, write_song: Any, part: Any) -> Path:
    """A song at 90 a minute in a file that says 2/4 at 120, and starts 0.3 s after its first tick."""
    ticks = (60 / 90) / (60 / 120)  # a step of the song in steps of the file
    offset = 0.3 / 0.125
    notes = [(offset + step * ticks, p, v, n * ticks) for step, p, v, n in scale(start=8)]
    low = [(offset + step * ticks, p, v, n * ticks) for step, p, v, n in scale(-24, start=0)]
    path = write_song(
        tmp_path / "007" / "007.mid",
        part(notes, "MELODY"),
        part(low, "BRIDGE"),
        part(low, "PIANO"),
        signature=(2, 4),
    )
    write_beats(path.parent, 0.3, 60 / 90, [4] * 6)
    return path


def test_pop_songs_lie_on_the_beats_of_their_file(pop_song: Path) -> None:
    song = read_pop_song(pop_song)
    assert onset_steps(song) == [8 + 2 * i for i in range(16)]
    assert len(song.lines) == 2, "melody and bridge, and not the piano"
    assert not any(line.bass for line in song.lines)
    assert song.spans == ((0, 80),)
    events = cut_melody_windows(song.lines[0], song.spans).events
    assert np.flatnonzero(events[0] >= 0).tolist() == list(range(8, 32, 2))
    assert cut_melody_windows(song.lines[0], song.spans).velocity[0, 8] == 60


def test_a_pop_track_of_one_velocity_has_none(pop_song: Path, write_song: Any, part: Any) -> None:
    write_song(pop_song, part(scale(velocity=100), "MELODY"), part(scale(), "BRIDGE"))
    flat, played = read_pop_song(pop_song).lines
    assert not flat.velocity.any()
    assert played.velocity.all()


def test_bars_of_other_lengths_part_the_spans(pop_song: Path) -> None:
    write_beats(pop_song.parent, 0.3, 60 / 90, [2, 4, 4, 4, 3, 4, 4, 4])
    assert read_pop_song(pop_song).spans == ((8, 56), (68, 100))


@pytest.mark.parametrize("text", ["", "what is this", "1.0 1.0\n2.0 0.0\n", "2 1 1\n1 0 0\n"])
@pytest.mark.filterwarnings("ignore:loadtxt")
def test_a_broken_beat_file_is_named(pop_song: Path, text: str) -> None:
    (pop_song.parent / "beat_midi.txt").write_text(text)
    with pytest.raises(FileError, match=r"007/beat_midi\.txt"):
        read_pop_song(pop_song)


def test_a_pop_song_without_melody_says_so(pop_song: Path, write_song: Any, part: Any) -> None:
    write_song(pop_song, part(scale(), "PIANO"))
    with pytest.raises(MidiFileError, match="no track named MELODY or BRIDGE"):
        read_pop_song(pop_song)


# -- Tunes made from ABC ---------------------------------------------------------------------------


def test_tunes_are_shifted_to_bar_lines(tmp_path: Path, write_song: Any, part: Any) -> None:
    accented = [(step, p, 105 if step % 16 == 4 else 95, n) for step, p, _, n in scale()]
    path = write_song(tmp_path / "a.mid", part(accented), part(scale(-12, start=1)), signature=(2, 2))
    song = read_abc_song(path, 3.0)
    assert len(song.lines) == 1, "the first track only"
    assert onset_steps(song)[0] == 12
    assert song.spans == ((0, 48),), "to the end of the bar in which the last note ends"
    windows = cut_melody_windows(song.lines[0], song.spans)
    assert windows.events[0, 12] == 60
    assert not windows.velocity.any(), "abc2midi's accents are nobody's velocity"


def test_jigs_have_no_four_four(tmp_path: Path, write_song: Any, part: Any) -> None:
    path = write_song(tmp_path / "jig.mid", part(scale()), signature=(6, 8))
    assert read_abc_song(path, 0.0).spans == ()


# -- Made trios ------------------------------------------------------------------------------------


def test_of_made_trios_only_the_bass_is_read(tmp_path: Path, write_song: Any, part: Any) -> None:
    path = write_song(tmp_path / "a.mid", part(scale(), "Melody"), part(scale(-24), "Bass"))
    song = read_made_bass(path)
    assert [line.bass for line in song.lines] == [True]
    assert song.lines[0].pitch.max() == 48
    write_song(path, part(scale(), "Melody"))
    with pytest.raises(MidiFileError, match="no track named Bass"):
        read_made_bass(path)


# -- General MIDI songs ----------------------------------------------------------------------------


def chords() -> list[Any]:
    return [(step, p + up, 80, 3.5) for step, p, _, _ in scale(every=4.0) for up in (0, 4, 7)]


def test_leads_and_basses_are_found_by_program_name_and_register(
    tmp_path: Path, write_song: Any, part: Any
) -> None:
    path = write_song(
        tmp_path / "game.mid",
        part(scale(12), "lead", program=80, channel=0),
        part(scale(-7), "fingered", program=33, channel=1),
        part(scale(-10, every=4.0), "Bass", program=50, channel=2),
        part(scale(-9), "Bassoon", program=70, channel=3),
        part(scale(-30, every=3.0), "low", program=30, channel=4),
        part(chords(), "pad", program=90, channel=5),
        part(scale(-20, every=1.0), "drums", channel=9),
        part(scale(-21), "boom", program=47, channel=6),
        part(scale(3), "bang", program=127, channel=7),
        part(scale(24, every=1.0), "slap solo", program=36, channel=8),
    )
    kinds = {int(line.pitch.min()) - 60: line.bass for line in read_game_song(path).lines}
    assert kinds == {12: False, -7: True, -10: True, -9: False, -30: True, 24: False}


def test_notes_that_ring_on_are_no_line(tmp_path: Path, write_song: Any, part: Any) -> None:
    harp = [(step, p, v, 8.0) for step, p, v, _ in scale()]
    path = write_song(tmp_path / "harp.mid", part(harp), part(scale(5, every=1.0), channel=1))
    assert [int(line.pitch.min()) for line in read_game_song(path).lines] == [65]


@pytest.mark.parametrize("later", [0, 1, 3])
def test_echoes_and_doubles_of_a_line_are_left_out(
    tmp_path: Path, write_song: Any, part: Any, later: int
) -> None:
    path = write_song(
        tmp_path / "echo.mid",
        part(scale(0, start=16 + later, velocity=40), "echo", channel=0),
        part(scale(0, start=16), "lead", channel=1),
        part(scale(5, start=16), "other", channel=2),
    )
    lines = read_game_song(path).lines
    assert sorted(int(line.pitch.min()) for line in lines) == [60, 65]
    assert all(line.start_steps.min() == 16 for line in lines)


def test_a_velocity_that_never_changes_is_unknown(tmp_path: Path, write_song: Any, part: Any) -> None:
    path = write_song(tmp_path / "flat.mid", part(scale(velocity=100)), part(scale(9, every=1.0), channel=1))
    flat, played = read_game_song(path).lines
    assert not flat.velocity.any()
    assert played.velocity.min() == 60


def test_a_song_of_drums_only_says_so(tmp_path: Path, write_song: Any, part: Any) -> None:
    path = write_song(tmp_path / "drums.mid", part(scale(), channel=9))
    with pytest.raises(MidiFileError, match="no notes but drums"):
        read_game_song(path)


# -- Lead sheets -----------------------------------------------------------------------------------

NOTE = (
    "<note>{extra}<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
    "<duration>{duration}</duration>{tie}<voice>1</voice></note>"
)


def xml_note(step: str, octave: int, duration: int, tie: str = "", extra: str = "") -> str:
    return NOTE.format(step=step, octave=octave, duration=duration, tie=tie, extra=extra)


def write_lead_sheet(path: Path, measures: list[str], time: str = "4") -> Path:
    """Write an .mxl with four divisions a quarter."""
    first = (
        "<attributes><divisions>4</divisions><key><fifths>0</fifths></key>"
        f"<time><beats>{time}</beats><beat-type>4</beat-type></time></attributes>"
    )
    body = "".join(
        f'<measure number="{i}">{first if i == 0 else ""}{content}</measure>'
        for i, content in enumerate(measures)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="3.1"><part-list>'
        '<score-part id="P1"><part-name>Lead</part-name></score-part></part-list>'
        f'<part id="P1">{body}</part></score-partwise>'
    )
    container = (
        '<?xml version="1.0"?><container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("a.xml", text)
    return path


HARMONY = "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>"


def test_lead_sheets_with_pick_up_ties_grace_notes_and_chords(tmp_path: Path) -> None:
    measures = [
        xml_note("G", 4, 4),  # a pick-up of one beat
        HARMONY
        + xml_note("C", 5, 8)
        + "<note><grace/><pitch><step>F</step><octave>6</octave></pitch><voice>1</voice></note>"
        + xml_note("E", 5, 4)
        + xml_note("G", 5, 4, '<tie type="start"/>'),
        xml_note("G", 5, 4, '<tie type="stop"/><tie type="start"/>')
        + xml_note("G", 5, 2, '<tie type="stop"/>')
        + xml_note("G", 5, 2)
        + "<note><rest/><duration>4</duration><voice>1</voice></note>"
        + xml_note("A", 5, 4),
        xml_note("C", 5, 8) + xml_note("E", 5, 8) + xml_note("G", 5, 8, extra="<chord/>"),
    ]
    song = read_lead_sheet(write_lead_sheet(tmp_path / "song.mxl", measures))
    (line,) = song.lines
    table = sorted(zip(line.start_steps, line.end_steps, line.pitch, strict=True))
    assert table == [
        (0, 4, 67),
        (4, 12, 72),
        (12, 16, 76),
        (16, 26, 79),
        (26, 28, 79),
        (32, 36, 81),
        (36, 44, 72),
        (44, 52, 76),
        (44, 52, 79),
    ]
    assert song.spans == ((4, 52),), "bars start after the pick-up"
    events = cut_melody_windows(line, song.spans).events
    assert events[0, [0, 8, 12, 22, 24, 28]].tolist() == [72, 76, 79, 79, -1, 81]
    assert events[1, 24] == 79


def test_lead_sheets_in_three_four_have_no_spans(tmp_path: Path) -> None:
    waltz = [xml_note("C", 5, 4) * 3] * 3
    assert read_lead_sheet(write_lead_sheet(tmp_path / "waltz.mxl", waltz, time="3")).spans == ()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"<score-partwise>"])
def test_a_broken_lead_sheet_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mxl"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"broken\.mxl"):
        read_lead_sheet(path)


def test_what_reads_lead_sheets_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "music21", None)
    with pytest.raises(LoopweaveError, match="pip install music21"):
        read_lead_sheet(write_lead_sheet(tmp_path / "song.mxl", [xml_note("C", 5, 16)]))


# -- Which files there are -------------------------------------------------------------------------


def test_each_set_is_known_by_what_lies_in_it(
    tmp_path: Path, pop_song: Path, write_song: Any, part: Any
) -> None:
    root = tmp_path / "all"
    shutil.copytree(pop_song.parent, root / "pop" / "007")
    (root / "sheets").mkdir()
    write_lead_sheet(
        root / "sheets" / "A_Very_Long_Title,_for_a_song_that's_sung.mxl", [xml_note("C", 5, 16)]
    )
    for name in ("tune", "unlisted"):
        write_song(root / "abc" / f"{name}.mid", part(scale()))
    (root / "abc" / "barline_shift.csv").write_text("file,shift_beats_to_barline\ntune.mid,1.0\ngone.mid,0\n")
    for name in (
        "pop909_0123_007__2_rock_100_beat_4-4__kick8_0",
        "openewld_0005_A_Very_Long_Title__for_a_song_that_s_su__13_rock_115_beat_4-4__kick8_0",
    ):
        write_song(root / "made" / f"{name}.mid", part(scale(-24), "Bass"))
    for name in ("d_song", "song-0123abcd"):
        write_song(root / "games" / f"{name}.mid", part(scale(), "lead"))
    songs = {file.path.name: file for file in find_songs(root)}
    assert "unlisted.mid" not in songs, "a tune whose bar lines nobody knows"
    assert len(songs) == 7
    assert onset_steps(songs["007.mid"].read())[0] == 8
    assert onset_steps(songs["tune.mid"].read())[0] == 4
    together = [
        ("007.mid", "pop909_0123_007__2_rock_100_beat_4-4__kick8_0.mid"),
        (
            "A_Very_Long_Title,_for_a_song_that's_sung.mxl",
            "openewld_0005_A_Very_Long_Title__for_a_song_that_s_su__13_rock_115_beat_4-4__kick8_0.mid",
        ),
        ("d_song.mid", "song-0123abcd.mid"),
    ]
    for one, other in together:
        assert songs[one].song == songs[other].song
        assert songs[one].validation == songs[other].validation
    assert len({file.song for file in songs.values()}) == 4


def test_a_broken_table_of_shifts_is_named(tmp_path: Path) -> None:
    (tmp_path / "barline_shift.csv").write_text("file,shift\na.mid,1\n")
    with pytest.raises(FileError, match="table of shifts"):
        find_songs(tmp_path)
