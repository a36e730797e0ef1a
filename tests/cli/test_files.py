"""palette, morph, sample and render, called as main() does, with a small fake of the model."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_app.cli import main
from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.paths import default_font
from blender_app.core.scales import Chord, Key, Mode
from blender_app.core.smf import (
    MidiStyle,
    Part,
    as_sections,
    read_drum_loop,
    read_melody_loop,
    read_midi,
    write_band,
    write_midi,
)
from blender_app.session.files import save_session
from blender_app.session.session import DrawnPath, Session


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def loop_in(path: Path, bar: int = 0) -> DrumLoop:
    return read_drum_loop(path, bar)


def test_palette_writes_each_cell_and_the_grid(model: Any, corners: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "deep" / "palette"
    assert run("palette", *corners, "--rows", 3, "--cols", 4, "--out", out) == 0
    cells = [f"row-{row:02}-column-{column:02}.mid" for row in (1, 2, 3) for column in (1, 2, 3, 4)]
    assert sorted(file.name for file in out.iterdir()) == sorted([*cells, "grid.mid"])
    assert model.asked["corners"] == [loop_in(path) for path in corners]
    assert model.asked["plain"] is False
    grid = read_midi(out / "grid.mid")
    assert [name for _, name in grid.markers] == [
        f"row {row}, column {column}" for row in (1, 2, 3) for column in (1, 2, 3, 4)
    ]
    assert grid.end_tick == 12 * 3840
    for number, name in enumerate(cells):
        assert loop_in(out / name) == loop_in(out / "grid.mid", bar=2 * number + 1)
    for path, cell in zip(corners, (0, 3, 8, 11), strict=True):
        assert loop_in(path) == loop_in(out / cells[cell])


def test_tempo_is_that_of_the_first_file_unless_told(model: Any, corners: list[Path], tmp_path: Path) -> None:
    for options, tempo in (([], 93), (["--tempo", 140.5], 140.5)):
        assert run("palette", *corners, "--rows", 2, "--cols", 2, "--out", tmp_path / "p", *options) == 0
        assert read_midi(tmp_path / "p" / "grid.mid").tempo_at(0) == pytest.approx(tempo, rel=1e-5)
    assert run("sample", "--out", tmp_path / "s") == 0
    assert read_midi(tmp_path / "s" / "sample-01.mid").tempo_at(0) == 120
    assert model.asked["temperature"] is None


def test_morph_keeps_both_ends(model: Any, corners: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "way.mid"
    assert run("morph", corners[0], corners[3], "--steps", 5, "--plain", "--out", out) == 0
    assert model.asked == {"plain": True, "wander": 0.5}
    assert [name for _, name in read_midi(out).markers] == [f"{number} of 5" for number in range(1, 6)]
    assert loop_in(out, 1) == loop_in(corners[0])
    assert [loop_in(out, bar).velocity.max() for bar in (3, 5, 7)] == [2, 3, 4]
    assert loop_in(out, 9) == loop_in(corners[3])


def test_sample_is_reproducible_and_tells_its_seed(
    model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sample", "-n", 3, "--seed", 7, "--temperature", 0.5, "--out", tmp_path / "a") == 0
    assert model.asked == {"temperature": 0.5, "seed": 7}
    assert [file.name for file in sorted((tmp_path / "a").iterdir())] == [
        "sample-01.mid",
        "sample-02.mid",
        "sample-03.mid",
    ]
    assert loop_in(tmp_path / "a" / "sample-02.mid").velocity.max() == 9
    assert "--seed" not in capsys.readouterr().out
    run("sample", "-n", 1, "--out", tmp_path / "b")
    assert f"--seed {model.asked['seed']})" in capsys.readouterr().out


def test_how_files_are_written(model: Any, tmp_path: Path) -> None:
    def onset(*options: object) -> int:
        assert run("sample", "-n", 1, "--seed", 49, "--out", tmp_path, *options) == 0
        (tick,) = {m.tick for m in read_midi(tmp_path / "sample-01.mid").messages if m.is_note_on}
        return tick

    assert onset() == 360 + 30
    assert onset("--quantize", "--swing", 70) == 360
    assert onset("--swing", 60) == 360 + 30 + 24
    assert onset("--feel", 50) == 360 + 15
    assert loop_in(tmp_path / "sample-01.mid").velocity.max() == 75  # half-way from 50 to 100
    for kit in ("TR-808", "25"):
        onset("--kit", kit)
        assert [m.data1 for m in read_midi(tmp_path / "sample-01.mid").messages if m.status == 0xC9] == [25]


def test_bar_chooses_where_to_read(model: Any, tmp_path: Path, corners: list[Path]) -> None:
    first, second = (DrumLoop.empty().with_hit(step, 0, 90) for step in (4, 8))
    write_midi(tmp_path / "long.mid", [first, second], MidiStyle())
    files = [tmp_path / "long.mid"] * 2
    assert run("morph", *files, "--bar", 3, "--steps", 2, "--out", tmp_path / "o.mid") == 0
    assert loop_in(tmp_path / "o.mid") == second


def test_render(tmp_path: Path, corners: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.wav"
    options = ("--rate", 22050, "--tail", 0.5, "--kit", "room")
    assert run("render", corners[0], "--out", out, *options) == 0
    with wave.open(str(out)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 22050)
        assert file.getnframes() == round((8 * 60 / 93 + 0.5) * 22050)
        assert np.abs(np.frombuffer(file.readframes(22050), "<i2")).max() > 500
    assert "5.66 s" in capsys.readouterr().out


def test_morph_writes_a_folder(model: Any, corners: list[Path], tmp_path: Path) -> None:
    assert run("morph", corners[0], corners[3], "--steps", 3, "--out", tmp_path / "way") == 0
    assert sorted(file.name for file in (tmp_path / "way").iterdir()) == [
        "step-01.mid",
        "step-02.mid",
        "step-03.mid",
    ]
    assert loop_in(tmp_path / "way" / "step-03.mid") == loop_in(corners[3])


def test_morph_of_melodies(melody_model: Any, tunes: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "way.mid"
    assert run("morph", tunes[0], tunes[3], "--steps", 3, "--sound", "Flute", "--out", out) == 0
    assert melody_model.asked == {"plain": False, "wander": 0.5}
    assert read_melody_loop(out, 1) == read_melody_loop(tunes[0])
    assert [note.length_steps for note in read_melody_loop(out, 3).to_notes()] == [5.0]
    assert read_melody_loop(out, 5) == read_melody_loop(tunes[3])
    contents = read_midi(out)
    assert {message.channel for message in contents.messages} == {0}
    assert [message.data1 for message in contents.messages if message.status == 0xC0] == [73]
    assert contents.tempo_at(0) == pytest.approx(93, rel=1e-5)


def test_a_key_binds_what_lies_between_and_not_the_files(
    melody_model: Any, tunes: list[Path], tmp_path: Path
) -> None:
    allowed = Key.parse("A minor").allowed()
    assert run("morph", *tunes[:2], "--key", "a minor", "--out", tmp_path / "way.mid") == 0
    assert np.array_equal(melody_model.asked["allowed"], allowed)
    assert melody_model.asked["user_edited"] == (True, True)
    options = ("--rows", 2, "--cols", 3, "--key", "A minor", "--chords", "Am E7")
    assert run("palette", *tunes, *options, "--out", tmp_path / "palette") == 0
    chords = (Chord.parse("Am"), Chord.parse("E7"))
    assert np.array_equal(melody_model.asked["allowed"], Key(9, Mode.MINOR, chords).allowed())
    assert melody_model.asked["user_edited"] == (True,) * 4
    assert melody_model.asked["corners"] == [read_melody_loop(path) for path in tunes]
    assert read_melody_loop(tmp_path / "palette" / "row-02-column-03.mid") == read_melody_loop(tunes[3])
    assert len(read_midi(tmp_path / "palette" / "grid.mid").markers) == 6


def test_files_of_a_band_need_a_kind(models: Any, tmp_path: Path) -> None:
    beat, riff = DrumLoop.empty().with_hit(0, 0, 90), MelodyLoop.from_notes([Note(0, 33, 90, 4.0)])
    tune = MelodyLoop.from_notes([Note(0, 76, 90, 4.0)])
    parts = [
        Part(as_sections(loop), MidiStyle(track_name=name)) for loop, name in ((riff, "bass"), (tune, "tune"))
    ]
    write_band(tmp_path / "band.mid", [Part(as_sections(beat)), *parts])
    files, out = [tmp_path / "band.mid"] * 2, tmp_path / "o.mid"
    assert run("morph", *files, "--out", out) == 2
    for options, loop in (
        (["drums"], beat),
        (["melody"], tune),
        (["bass"], riff),
        (["melody", "--track", "bass"], riff),
    ):
        assert run("morph", *files, "--kind", *options, "--steps", 2, "--out", out) == 0
        assert (loop_in(out) if loop is beat else read_melody_loop(out)) == loop


def test_sample_of_melodies(melody_model: Any, tmp_path: Path) -> None:
    def asked(*options: object) -> dict[str, Any]:
        assert run("sample", "-n", 2, "--seed", 7, *options, "--out", tmp_path / "s") == 0
        assert read_melody_loop(tmp_path / "s" / "sample-02.mid").note_count == 1
        return dict(melody_model.asked)

    assert asked("--model", "melody-2bar") == {"temperature": None, "seed": 7}
    assert asked("--kind", "bass")["register"] == (28, 52)
    assert asked("--kind", "melody")["register"] == (53, 96)
    assert np.array_equal(
        asked("--kind", "bass", "--key", "D dorian")["allowed"], Key.parse("D dorian").allowed()
    )


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    path = tmp_path / "evening.blend.json"
    session = Session(tempo_bpm=120.0)
    path_of_bass = DrawnPath(((0.0, 0.0), (1.0, 1.0)), bars=4, playing=True)
    save_session(path, session.with_track(replace(session.track("bass"), path=path_of_bass)))
    return path


def test_render_plays_the_band_of_a_session(models: Any, session_file: Path, tmp_path: Path) -> None:
    def frames(*options: object) -> int:
        assert (
            run("render", session_file, "--rate", 8000, "--tail", 1, *options, "--out", tmp_path / "a.wav")
            == 0
        )
        with wave.open(str(tmp_path / "a.wav")) as file:
            assert np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2")).max() > 500
            return int(file.getnframes())

    assert frames() == (4 * 2 + 1) * 8000  # the four bars of the bass's path
    assert frames("--bars", 3, "--loop") == 3 * 2 * 8000
    assert models["drums-2bar"].asked["corners"] == list(Session().track("drums").corners)


def test_wander_is_passed_on(model: Any, corners: list[Path], tmp_path: Path) -> None:
    for options, wander in (((), 0.5), (("--wander", 0), 0.0), (("--wander", 87.5), 0.875)):
        assert run("palette", *corners, "--rows", 2, "--cols", 2, *options, "--out", tmp_path / "o") == 0
        assert model.asked["wander"] == wander
        model.asked.clear()
        assert run("morph", *corners[:2], *options, "--out", tmp_path / "o.mid") == 0
        assert model.asked["wander"] == wander


@pytest.mark.parametrize("percent", ["-1", "101", "nan", "far"])
def test_wander_is_a_share(percent: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("morph", "a.mid", "b.mid", f"--wander={percent}", "--out", "o.mid")
    assert f"{percent!r} is not a number from 0 to 100" in capsys.readouterr().err


def test_a_session_is_rendered_with_its_own_wander_unless_told_otherwise(
    models: Any, session_file: Path, tmp_path: Path
) -> None:
    session = Session()
    save_session(session_file, session.with_track(replace(session.track("drums"), wander=0.25)))

    def wanders(*options: object) -> list[object]:
        render = ("render", session_file, "--rate", 8000, "--bars", 1, "--out", tmp_path / "a.wav")
        assert run(*render, *options) == 0
        return [models[name].asked["wander"] for name in ("drums-2bar", "melody-2bar")]

    assert wanders() == [0.25, 0.5]
    assert wanders("--wander", 100) == [1.0, 1.0]


def test_a_font_that_only_the_session_wants_can_be_replaced(
    models: Any, session_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_session(session_file, replace(Session(), font=str(tmp_path / "gone.sf2")))
    render = ("render", session_file, "--rate", 8000, "--bars", 1, "--out", tmp_path / "a.wav")
    assert run(*render) == 2
    told = capsys.readouterr().err
    assert "gone.sf2 does not exist. The session wants it; --font" in told
    assert run(*render, "--font", default_font()) == 0
    assert models["melody-2bar"].asked["corners"] == list(Session().track("melody").corners)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("palette", "a.mid", "b.mid", "c.mid", "d.mid", "--out", "o"), "There is no file a.mid"),
        (("morph", "{tl}", "{broken}", "--out", "o.mid"), "is not a MIDI file"),
        (("morph", "{tl}", "{tr}", "--bar", "9", "--out", "o.mid"), "tl.mid has 2 bars"),
        (("morph", "{tl}", "{tr}", "--out", "{none}/o.mid"), "does not exist"),
        (("morph", "{tl}", "{tune}", "--out", "o.mid"), "tl.mid has drums only"),
        (("morph", "{tl}", "{tune}", "--out", "o.mid"), "tune-0.mid none on channel 10"),
        (("morph", "{tl}", "{tr}", "--kind", "melody", "--out", "o.mid"), "drums only: no melody"),
        (("morph", "{tl}", "{tr}", "--key", "A minor", "--out", "o.mid"), "--key is for melodies"),
        (("morph", "{tl}", "{tr}", "--track", "1", "--out", "o.mid"), "--track chooses a part"),
        (("morph", "{tl}", "{tr}", "--sound", "flute", "--out", "o.mid"), "--sound is for melodies"),
        (("morph", "{tl}", "{tr}", "--model", "melody-2bar", "--out", "o.mid"), "and these are drums"),
        (("morph", "{tune}", "{tune}", "--kit", "room", "--out", "o.mid"), "--kit is for drums"),
        (("morph", "{tune}", "{tune}", "--key", "H", "--out", "o.mid"), "There is no key 'H'"),
        (("morph", "{tune}", "{tune}", "--track", "Lead", "--out", "o.mid"), "It has: 1 Loopweave melody"),
        (("morph", "{tune}", "{tune}", "--sound", "slap flute", "--out", "o.mid"), "slap bass 1"),
        (("morph", "{tune}", "{tune}", "--sound", "128", "--out", "o.mid"), "numbers from 0 to 127"),
        (("palette", "{tl}", "{tr}", "{tune}", "{tl}", "--out", "o"), "cannot be blended"),
        (("sample", "--key", "A minor", "--out", "{new}"), "--key is for melodies"),
        (("sample", "--kind", "bass", "--chords", "Am", "--out", "{new}"), "belong to a key"),
        (("sample", "--kind", "bass", "--key", "C", "--chords", "Am X", "--out", "{new}"), "no chord 'X'"),
        (("sample", "--kind", "bass", "--key", "C", "--chords", "C F G", "--out", "{new}"), "not 3"),
        (("sample", "--out", "{tl}"), "is not a folder"),
        (("sample", "--out", "{new}", "--kit", "spoons"), "no drum kit 'spoons'"),
        (("sample", "--out", "{new}", "--kit", "128"), "no drum kit '128'"),
        (("sample", "--out", "{new}", "--model", "bass"), "There is no model bass"),
        (("render", "{broken}", "--out", "o.wav"), "is not a MIDI file"),
        (("render", "{tl}", "--out", "{none}/o.wav"), "does not exist"),
        (("render", "{tl}", "--out", "{tl}"), "no name for a WAV file"),
        (("render", "{tl}", "--bars", "4", "--out", "o.wav"), "--bars is for sessions"),
        (("render", "{tl}", "--wander", "4", "--out", "o.wav"), "--wander is for sessions"),
        (("render", "a.blend.json", "--out", "o.wav"), "a.blend.json"),
        (("render", "a.blend.json", "--kit", "room", "--out", "o.wav"), "--kit is for MIDI files"),
        (("render", "{tl}", "--out", "o.wav", "--kit", "99"), "has no drum kit 99"),
        (("render", "{tl}", "--out", "o.wav", "--font", "{broken}"), "is not a SoundFont"),
        (("render", "{tl}", "--out", "o.wav", "--font", "{none}"), "does not exist"),
    ],
)  # fmt: skip
def test_errors_are_told_and_end_with_2(
    arguments: tuple[str, ...],
    words: str,
    model: Any,
    corners: list[Path],
    tunes: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"this is not MIDI")
    places = {"tl": corners[0], "tr": corners[1], "broken": broken, "none": "none", "new": "new"}
    places["tune"] = tunes[0]
    assert run(*(argument.format(**places) for argument in arguments)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("loopweave: ")
    assert words in told.err
    assert not {"o", "o.mid", "o.wav"} & {file.name for file in tmp_path.iterdir()}


@pytest.mark.parametrize(
    "arguments",
    [
        ("palette", "a.mid"),
        ("palette", "a", "b", "c", "d", "--rows", "1", "--out", "o"),
        ("palette", "a", "b", "c", "d", "--rows", "34", "--out", "o"),
        ("morph", "a", "b", "--steps", "two", "--out", "o"),
        ("sample", "--tempo", "19.9", "--out", "o"),
        ("sample", "--tempo", "nan", "--out", "o"),
        ("sample", "--swing", "76", "--out", "o"),
        ("sample", "-n", "0", "--out", "o"),
        ("sample", "--seed", "-1", "--out", "o"),
        ("render", "a.mid"),
        ("frobnicate",),
    ],
)
def test_wrong_arguments_end_with_2_and_say_how_it_is_used(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: loopweave" in capsys.readouterr().err
