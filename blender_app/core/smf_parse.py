"""Parse Standard MIDI Files by way of mido, and say what is wrong with those that cannot be read.

Notes
-----
"Standard MIDI Files 1.0" (MMA, RP-001). What frames the tracks is looked at here, for mido takes
neither wrapped files nor foreign chunks and does not tell a cut-off file from a damaged one; the events
are mido's. Its half a dozen kinds of exception become `MidiFileError`.
"""

from __future__ import annotations

import bisect
import io
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from blender_app.core.errors import MidiFileError

if TYPE_CHECKING:
    import mido

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_TICK = 2**31
DEFAULTTEMPO_US = 500_000
_SHORTEST_BEAT = 64
_CHANNEL_MESSAGES = (
    "note_off",
    "note_on",
    "polytouch",
    "control_change",
    "program_change",
    "aftertouch",
    "pitchwheel",
)
_KEY_SIGNATURE = re.compile(rb"\xff\x59\x02..", re.DOTALL)
_ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{5000}")
"""mido would add up such a number for hours."""
_C_MAJOR = b"\xff\x59\x02\x00\x00"
_ONE_TRACK_HEADER = b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x01\xe0MTrk"


@dataclass(frozen=True, slots=True)
class MidiMessage:
    """A channel message: `status` 0x80-0xEF and data bytes at `tick` in `track`, counted from 0.

    `data1` and `data2` are 0-127; where a message has only one, the other is 0.
    """

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
    """A time signature, `numerator` / `denominator`, that holds from `tick` on."""

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
        (track, text) of the text events of all tracks.
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
    texts: tuple[tuple[int, str], ...]
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
    """When the ticks of a file's `contents` are, however many changes of tempo it has."""

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
                f"{file} is too large for a MIDI file: {state.st_size / 1e6:.0f} MB, "
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
    texts: list[tuple[int, str]] = field(default_factory=list)
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


def _parse_track(data: bytes, track: int, gathered: _Gathered, name: str) -> None:
    """Add the events of one track to `gathered`."""
    gathered.track_names.append("")
    tick = 0
    for message in _messages(data, f"{name} is damaged: track {track + 1}"):
        tick += message.time
        if tick > MAX_TICK:
            raise MidiFileError(f"{name} is damaged: track {track + 1} lasts for months.")
        if message.type == "end_of_track":
            break
        if message.is_meta:
            _keep_meta(message, tick, gathered)
        elif message.type in _CHANNEL_MESSAGES:
            status, data1, data2 = (*message.bytes(), 0)[:3]
            gathered.messages.append(MidiMessage(tick, track, status, data1, data2))
    gathered.end_tick = max(gathered.end_tick, tick)


def _messages(data: bytes, complaint: str) -> mido.MidiTrack:
    """Return the messages of one track's bytes; an error begins with `complaint`.

    The track is read as a file of its own, so that mido cannot read on in the next one.
    """
    import mido  # noqa: PLC0415 - it would slow the window's start
    from mido.midifiles.meta import KeySignatureError  # noqa: PLC0415

    def read(track: bytes) -> mido.MidiTrack:
        file = io.BytesIO(_ONE_TRACK_HEADER + len(track).to_bytes(4, "big") + track)
        return mido.MidiFile(file=file, clip=True).tracks[0]

    if _ENDLESS_NUMBER.search(data):
        raise MidiFileError(f"{complaint} has a number without end.")
    try:
        try:
            return read(data)
        except KeySignatureError:  # does no harm to drums
            return read(_KEY_SIGNATURE.sub(_C_MAJOR, data))
    except EOFError as error:
        raise MidiFileError(f"{complaint} ends in the middle of an event.") from error
    except IndexError as error:
        raise MidiFileError(f"{complaint} has an event that is too short.") from error
    except (OSError, ValueError, OverflowError, KeySignatureError) as error:
        raise MidiFileError(f"{complaint} cannot be read ({error}).") from error


def _keep_meta(message: mido.MetaMessage, tick: int, gathered: _Gathered) -> None:
    """Keep a meta event that matters."""
    if message.type == "set_tempo" and message.tempo:
        gathered.tempos.append((tick, message.tempo))
    elif message.type == "time_signature" and message.numerator and message.denominator <= _SHORTEST_BEAT:
        gathered.meters.append(Meter(tick, message.numerator, message.denominator))
    elif message.type == "marker":
        gathered.markers.append((tick, _text(message.text)))
    elif message.type == "text":
        gathered.texts.append((len(gathered.track_names) - 1, _text(message.text)))
    elif message.type == "track_name" and not gathered.track_names[-1]:
        gathered.track_names[-1] = _text(message.name)


def _text(latin: str) -> str:
    """Return text that was read as Latin-1 as the UTF-8 that it is, if it is."""
    try:
        return latin.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return latin
