"""The parser: broken files are named for what they are, and nothing but our own error comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blender_app.core import smf_parse
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import MidiFileError
from blender_app.core.smf import drum_loop_from, grid_sections, midi_bytes, read_midi
from blender_app.core.smf_parse import parse_midi

BEAT = DrumLoop.empty()
for _step in range(0, 32, 3):
    BEAT = BEAT.with_hit(_step, _step % 9, 40 + _step, 0.1)
WHOLE = midi_bytes(grid_sections([[BEAT, BEAT]]))


def file_of(body: bytes, kind: int = 0, tracks: int = 1, division: int = 480) -> bytes:
    fields = b"".join(value.to_bytes(2, "big") for value in (kind, tracks, division))
    return b"MThd\0\0\0\x06" + fields + b"MTrk" + len(body).to_bytes(4, "big") + body


END = b"\x00\xff\x2f\x00"
NOTE = b"\x00\x99\x24\x64"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"RIFF\0\0\0\0WAVEfmt ", "not a MIDI file"),
        (b"MThd", "cut short"),
        (b"MThd\0\0\0\x06\0\0", r"its header should have 6 bytes, 2 are left"),
        (b"MThd\0\0\0\x02\0\0", "header has 2 bytes instead of 6"),
        (WHOLE[:14], "announces 2 tracks and has none"),
        (WHOLE[:40], r"its track 1 should have \d+ bytes"),
        (WHOLE[:-1], r"its track 2 should have \d+ bytes"),
        (file_of(END, tracks=2), "announces 2 tracks and has 1"),
        (file_of(END, kind=2), "type 2"),
        (file_of(END, kind=9), "no MIDI file of type 9"),
        (file_of(END, division=0xE728), "SMPTE"),
        (file_of(END, division=0), "0 ticks"),
        (file_of(b"\x00\x24\x64" + END), r"cannot be read \(running status"),
        (file_of(b"\x00\x99\x24"), "ends in the middle of an event"),
        (file_of(b"\x00\xff\x03\x7fabc"), "ends in the middle of an event"),
        (file_of(b"\x00\xf0\x7fabc"), "ends in the middle of an event"),
        (file_of(b"\x00\xf4\x00" + END), "undefined status byte 0xf4"),
        (file_of(b"\x00\xff\x58\x00" + END), "has an event that is too short"),
        (file_of(b"\x00\xff\x51\x00" + END), "has an event that is too short"),
        (file_of(b"\x80" * 1_000_000 + NOTE), "number without end"),
        (file_of(b"\xff\xff\xff\x7f\x99\x24\x64" * 9), "lasts for months"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_wrong_is_said(data: bytes, words: str) -> None:
    with pytest.raises(MidiFileError, match=words):
        parse_midi(data)


@pytest.mark.parametrize("body", [END, b"", b"\x00\xff\x58\x04\x04\x02\x18\x08" + END])
def test_a_file_without_notes_is_read_but_is_no_loop(body: bytes) -> None:
    contents = parse_midi(file_of(body))
    assert contents.messages == ()
    with pytest.raises(MidiFileError, match="has no notes"):
        drum_loop_from(contents)


@pytest.mark.parametrize(
    "harmless",
    [
        b"\x00\xff\x59\x02\x7f\x07",  # a key signature that does not exist
        b"\x00\xff\x58\x04\x00\xff\x18\x08",  # an impossible one
        b"\x00\xff\x51\x03\x00\x00\x00",  # an infinite tempo
        b"\x00\xff\x01\x03\xff\xfe\xfd",  # text in no encoding
        b"\x00\xff\x77\x01\x00",  # an unknown meta event
        b"\x00\xf0\x03\x01\x02\xf7",
        b"\x00\xf7\x01\xf8",  # an escape
        b"\x00\x99\x84\x00",  # a note that does not exist
    ],
)
def test_what_does_no_harm_is_forgiven(harmless: bytes) -> None:
    contents = parse_midi(file_of(NOTE + harmless + b"\x60\x99\x24\x00" + END))
    drums = [(message.tick, message.data2) for message in contents.messages if message.data1 == 36]
    assert drums == [(0, 100), (96, 0)]
    assert contents.tempo_at(0) == 120
    assert drum_loop_from(contents).hit_count == 2


def test_other_chunks_rubbish_at_the_end_and_wrappers_are_skipped() -> None:
    plain = file_of(NOTE + END)
    expected = parse_midi(plain).messages
    for data in (
        plain[:14] + b"XFIH\0\0\0\x02ab" + plain[14:],
        plain + b"\0" * 50,
        plain + b"\xff",
        b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + plain,
        plain + plain,
        b"MThd\0\0\0\x08" + plain[8:14] + b"\0\0" + plain[14:],
    ):
        assert parse_midi(data).messages == expected


def test_a_file_too_large_is_not_even_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.mid"
    with huge.open("wb") as file:
        file.truncate(smf_parse.MAX_FILE_BYTES + 1)
    with pytest.raises(MidiFileError, match=r"huge\.mid is too large"):
        read_midi(huge)


def only_our_error(data: bytes, bar: int = 0) -> None:
    try:
        loop = drum_loop_from(parse_midi(data), bar)
    except MidiFileError:
        return
    assert loop.hits.shape == (32, 9)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    only_our_error(data)
    only_our_error(file_of(data))
    only_our_error(file_of(NOTE + data))


@settings(max_examples=400)
@given(st.data())
def test_mutated_files(data: st.DataObject) -> None:
    """Change, delete, insert and double stretches of a good file."""
    mutated = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(mutated) - 1)))
        count = data.draw(st.integers(0, 12))
        match data.draw(st.sampled_from(["change", "delete", "insert", "double", "cut"])):
            case "change":
                mutated[at : at + count] = data.draw(st.binary(min_size=count, max_size=count))
            case "delete":
                del mutated[at : at + count]
            case "insert":
                mutated[at:at] = data.draw(st.binary(max_size=12))
            case "double":
                mutated[at:at] = mutated[at : at + count]
            case "cut":
                del mutated[at:]
    only_our_error(bytes(mutated), data.draw(st.integers(0, 5)))


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_anywhere_is_said_to_be_cut_short(length: int) -> None:
    with pytest.raises(MidiFileError, match=r"cut short|is empty|not a MIDI file"):
        parse_midi(WHOLE[:length])


METERS = st.tuples(st.integers(0, 2**21), st.integers(0, 255), st.integers(0, 255))


@given(
    st.lists(METERS, max_size=6),
    st.lists(st.tuples(st.integers(0, 2**27), st.integers(0, 127)), min_size=1, max_size=8),
    st.integers(1, 0x7FFF),
    st.integers(0, 50),
)
@example([], [(2**27, 36)], 1, 0)
def test_any_meters_and_times(
    meters: list[tuple[int, int, int]], notes: list[tuple[int, int]], division: int, bar: int
) -> None:
    events = [(tick, b"\xff\x58\x04" + bytes([n, d, 24, 8])) for tick, n, d in meters]
    events += [(tick, bytes([0x99, pitch, 100])) for tick, pitch in notes]
    events.sort()
    body, now = b"", 0
    for tick, event in events:
        delta = tick - now
        body += bytes([delta >> 21 & 127 | 128, delta >> 14 & 127 | 128, delta >> 7 & 127 | 128, delta & 127])
        body += event
        now = tick
    only_our_error(file_of(body + END, division=division), bar)
