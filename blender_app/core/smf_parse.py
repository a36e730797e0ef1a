"""Parse the bytes of a Standard MIDI File, forgiving what does no harm and naming what does.

Notes
-----
"Standard MIDI Files 1.0" (MMA, RP-001). mido's reader refuses files for a wrong key signature and
leaks half a dozen kinds of exception; ours raises `MidiFileError` only, so that a musician learns
what is wrong with the file.
"""

from __future__ import annotations

import bisect
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from blender_app.core.errors import MidiFileError

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_TICK = 2**31
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
DEFAULTTEMPO_US = 500_000
TEXT, TRACK_NAME, MARKER, END_OF_TRACK, TEMPO, METER = 0x01, 0x03, 0x06, 0x2F, 0x51, 0x58


@dataclass(frozen=True, slots=True)
class MidiMessage:
    """A channel message: `status` 0x80-0xEF and its data bytes 0-127, at `tick` in `track`."""

    tick: int
    track: int
    status: int
    data1: int
    data2: int

    @property
    def channel(self) -> int:
        """Channel 0-15."""
        return self.status & 0x0F

    @property
    def is_note_on(self) -> bool:
        """True for a note-on that is not a note-off in disguise (velocity 0)."""
        return self.status >> 4 == 0x9 and self.data2 > 0


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature that holds from `tick` on."""

    tick: int
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class MidiContents:
    """What a MIDI file holds.

    Parameters
    ----------
    ticks_per_beat
        Ticks in a quarter note.
    messages
        Channel messages of all tracks, in order of tick and track.
    tempos
        (tick, microseconds a quarter), in order.
    meters
        Time signatures in order; empty where the file has none, which means 4/4.
    markers
        (tick, text), in order.
    texts
        Text events of all tracks.
    track_names
        Name of each track, "" where it has none.
    end_tick
        Where the longest track ends.
    """

    ticks_per_beat: int
    messages: tuple[MidiMessage, ...]
    tempos: tuple[tuple[int, int], ...]
    meters: tuple[Meter, ...]
    markers: tuple[tuple[int, str], ...]
    texts: tuple[str, ...]
    track_names: tuple[str, ...]
    end_tick: int

    def tempo_at(self, tick: int) -> float:
        """Return the tempo in quarters a minute that holds at `tick`."""
        held = [tempo for at, tempo in self.tempos if at <= tick]
        return 60e6 / (held[-1] if held else DEFAULTTEMPO_US)

    def seconds_at(self, tick: int) -> float:
        """Return the time in seconds from the file's beginning at which `tick` falls."""
        return TempoMap(self).seconds_at(tick)


class TempoMap:
    """When the ticks of a file are, however many changes of tempo it has."""

    def __init__(self, contents: MidiContents) -> None:
        self._ticks, self._seconds, self._tick_s = [0], [0.0], [0.0]
        for tick, tempo_us in ((0, DEFAULTTEMPO_US), *contents.tempos):
            self._seconds.append(self.seconds_at(tick))
            self._ticks.append(tick)
            self._tick_s.append(tempo_us / contents.ticks_per_beat / 1e6)

    def seconds_at(self, tick: int) -> float:
        """Return the time in seconds from the file's beginning at which `tick` falls."""
        last = bisect.bisect_right(self._ticks, tick) - 1
        return self._seconds[last] + (tick - self._ticks[last]) * self._tick_s[last]


def read_midi(path: str | os.PathLike[str]) -> MidiContents:
    """Read the MIDI file at `path`.

    Raises
    ------
    MidiFileError
        If it is missing, cannot be read, is no MIDI file, or is damaged; the message says which.
    """
    file = Path(path)
    try:
        state = file.stat()
        if stat.S_ISDIR(state.st_mode):
            raise MidiFileError(f"{file} is a folder, not a MIDI file.")
        if not stat.S_ISREG(state.st_mode):
            raise MidiFileError(f"{file} is not a file that can be read.")
        if state.st_size > MAX_FILE_BYTES:
            raise MidiFileError(
                f"{file} is too large for a MIDI file of drums: {state.st_size / 1e6:.0f} MB, "
                f"at most {MAX_FILE_BYTES / 1e6:.0f} MB are read."
            )
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise MidiFileError(f"There is no file {file}.") from error
    except PermissionError as error:
        raise MidiFileError(f"{file} may not be read: permission denied.") from error
    except (OSError, ValueError) as error:
        raise MidiFileError(f"{file} cannot be read: {error}.") from error
    return parse_midi(data, str(file))


def parse_midi(data: bytes, name: str = "This file") -> MidiContents:
    """Parse the bytes of a MIDI file; `name` is what messages call it.

    Raises
    ------
    MidiFileError
        If `data` is not a MIDI file of type 0 or 1 with musical time, or is cut short.
    """
    chunks = _chunks(_without_riff(data, name), name)
    ticks_per_beat, track_count = _parse_header(chunks, name)
    gathered = _Gathered()
    for track, chunk in enumerate(chunks[1:]):
        _parse_track(chunk, track, gathered, name)
    if not gathered.track_names:
        raise MidiFileError(f"{name} is cut short: it announces {track_count} tracks and has none.")
    if len(gathered.track_names) < track_count:
        raise MidiFileError(
            f"{name} is cut short: it announces {track_count} tracks and has {len(gathered.track_names)}."
        )
    gathered.messages.sort(key=lambda message: message.tick)  # stable: tracks stay in order
    return MidiContents(
        ticks_per_beat=ticks_per_beat,
        messages=tuple(gathered.messages),
        tempos=tuple(sorted(gathered.tempos, key=lambda tempo: tempo[0])),
        meters=tuple(sorted(gathered.meters, key=lambda meter: meter.tick)),
        markers=tuple(sorted(gathered.markers, key=lambda marker: marker[0])),
        texts=tuple(gathered.texts),
        track_names=tuple(gathered.track_names),
        end_tick=gathered.end_tick,
    )


@dataclass(slots=True)
class _Gathered:
    """What the tracks read so far hold."""

    messages: list[MidiMessage] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)
    meters: list[Meter] = field(default_factory=list)
    markers: list[tuple[int, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    track_names: list[str] = field(default_factory=list)
    end_tick: int = 0


def _without_riff(data: bytes, name: str) -> bytes:
    """Return the MIDI file inside a RIFF wrapper (.rmi), or `data` itself."""
    if not data:
        raise MidiFileError(f"{name} is empty.")
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        start = data.find(b"MThd")
        return data[start:] if start >= 0 else data
    return data


def _chunks(data: bytes, name: str) -> list[bytes]:
    """Return the header's content followed by that of each track; other chunks are skipped."""
    if data[:4] != b"MThd":
        raise MidiFileError(f"{name} is not a MIDI file (it does not begin with MThd).")
    chunks: list[bytes] = []
    position = 0
    while position + 8 <= len(data):
        kind = data[position : position + 4]
        length = int.from_bytes(data[position + 4 : position + 8], "big")
        start, position = position + 8, position + 8 + length
        if kind == b"MThd" and chunks:
            break  # files glued together: the first counts
        if kind not in (b"MThd", b"MTrk"):
            if chunks and not kind.isalnum():
                break  # padding or rubbish behind the last track
            continue
        if position > len(data):
            what = "header" if kind == b"MThd" else f"track {len(chunks)}"
            raise MidiFileError(
                f"{name} is cut short: its {what} should have {length} bytes, {len(data) - start} are left."
            )
        chunks.append(data[start:position])
    if not chunks:
        raise MidiFileError(f"{name} is cut short: it ends in its header.")
    return chunks


def _parse_header(chunks: list[bytes], name: str) -> tuple[int, int]:
    """Return ticks a quarter and the number of tracks; refuse what has no common bars."""
    header = chunks[0]
    if len(header) < 6:
        raise MidiFileError(f"{name} is damaged: its header has {len(header)} bytes instead of 6.")
    kind, track_count, division = (int.from_bytes(header[at : at + 2], "big") for at in (0, 2, 4))
    if kind == 2:
        raise MidiFileError(
            f"{name} is a MIDI file of type 2 (independent songs in one file); "
            "export it as type 0 or 1 and try again."
        )
    if kind > 2:
        raise MidiFileError(f"{name} is damaged: there is no MIDI file of type {kind}.")
    if division & 0x8000:
        raise MidiFileError(
            f"{name} counts time in film frames (SMPTE), so it has no beats and bars; "
            "export it with ticks per quarter note and try again."
        )
    if division == 0:
        raise MidiFileError(f"{name} is damaged: it has 0 ticks in a quarter note.")
    return division, track_count


class _Cursor:
    """Reads one track's bytes and says where they end too soon."""

    def __init__(self, data: bytes, track: int, name: str) -> None:
        self._data = data
        self._track = track
        self._name = name
        self.position = 0

    @property
    def at_end(self) -> bool:
        return self.position >= len(self._data)

    def byte(self) -> int:
        if self.position >= len(self._data):
            raise self.error("ends in the middle of an event")
        self.position += 1
        return self._data[self.position - 1]

    def take(self, count: int) -> bytes:
        if self.position + count > len(self._data):
            raise self.error("ends in the middle of an event")
        self.position += count
        return self._data[self.position - count : self.position]

    def number(self) -> int:
        """Read a variable-length quantity: at most four bytes of seven bits."""
        value = 0
        for _ in range(4):
            byte = self.byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise self.error(f"has a number that is too long at byte {self.position}")

    def error(self, problem: str) -> MidiFileError:
        return MidiFileError(f"{self._name} is damaged: track {self._track + 1} {problem}.")


def _parse_track(data: bytes, track: int, gathered: _Gathered, name: str) -> None:
    """Add the events of one track to `gathered`.

    Notes
    -----
    Running status should end at meta and system exclusive events; writers that let it go on are
    understood as well.
    """
    gathered.track_names.append("")
    cursor = _Cursor(data, track, name)
    tick, running = 0, 0
    while not cursor.at_end:
        tick += cursor.number()
        if tick > MAX_TICK:
            raise cursor.error("lasts for months; its times cannot be right")
        status = cursor.byte()
        if status == 0xFF:
            kind = cursor.byte()
            if not _parse_meta(kind, cursor.take(cursor.number()), tick, gathered):
                break
        elif status in (0xF0, 0xF7):
            cursor.take(cursor.number())
        elif status >= 0xF0:
            raise cursor.error(f"has an event {status:#04x} that does not belong into a file")
        else:
            if status < 0x80:
                if not running:
                    raise cursor.error(f"has data without an event at byte {cursor.position}")
                cursor.position -= 1
            else:
                running = status
            gathered.messages.append(_channel_message(cursor, running, tick, track))
    gathered.end_tick = max(gathered.end_tick, tick)


def _channel_message(cursor: _Cursor, status: int, tick: int, track: int) -> MidiMessage:
    """Read the data bytes of a channel message."""
    data = cursor.take(_DATA_BYTES[status >> 4])
    if max(data) > 0x7F:
        raise cursor.error(f"has a value above 127 at byte {cursor.position}")
    return MidiMessage(tick, track, status, data[0], data[1] if len(data) > 1 else 0)


def _parse_meta(kind: int, data: bytes, tick: int, gathered: _Gathered) -> bool:
    """Keep a meta event that matters; return False at the end of the track."""
    if kind == END_OF_TRACK:
        return False
    if kind == TEMPO and len(data) >= 3 and any(data[:3]):
        gathered.tempos.append((tick, int.from_bytes(data[:3], "big")))
    elif kind == METER and len(data) >= 2 and data[0] and data[1] <= 6:
        gathered.meters.append(Meter(tick, data[0], 2 ** data[1]))
    elif kind == MARKER:
        gathered.markers.append((tick, _text(data)))
    elif kind == TEXT:
        gathered.texts.append(_text(data))
    elif kind == TRACK_NAME and not gathered.track_names[-1]:
        gathered.track_names[-1] = _text(data)
    return True


def _text(data: bytes) -> str:
    """Return text as UTF-8 where it is that, else as Latin-1, which can be anything."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def note_spans(contents: MidiContents) -> Iterator[tuple[MidiMessage, int]]:
    """Yield each note-on with the tick of its note-off, or of the file's end where it has none."""
    sounding: dict[tuple[int, int], list[MidiMessage]] = {}
    for message in contents.messages:
        key = (message.channel, message.data1)
        if message.is_note_on:
            sounding.setdefault(key, []).append(message)
        elif message.status >> 4 in (0x8, 0x9) and sounding.get(key):
            yield sounding[key].pop(0), message.tick
    for notes in sounding.values():
        for note in notes:
            yield note, contents.end_tick
