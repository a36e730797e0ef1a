"""Tracks whose loops have other lengths than two bars, beside each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.lengths import cut
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.smf import write_midi
from blender_app.engine import messages as m
from blender_app.session.clips import fits
from blender_app.session.controller import Controller
from blender_app.session.files import decode, encode
from blender_app.session.session import Clip, Morph, Session, Source, TrackKind

FOUR_BARS = MelodyLoop.from_notes([Note(60, 40, 90, 4.0), Note(1, 45, 90, 2.0)], 64)
ONE_BAR = DrumLoop.empty(16).with_hit(15, 1, 90)


def pattern_of(engine, track: str):
    return [command.pattern for command in engine.sent(m.SetPattern) if command.track == track][-1]


@pytest.fixture
def mixed() -> Session:
    """Return a session with a bar of drums, four bars of bass and the two bars of its melody."""
    session = Session()
    drums = replace(session.track("drums"), corners=(ONE_BAR,) * 4)
    bass = session.track("bass")
    bass = replace(bass, corners=(FOUR_BARS, *bass.corners[1:]), puck=(0.0, 0.0))
    return session.with_track(drums).with_track(bass)


def test_each_track_repeats_by_itself(
    mixed: Session, make_controller: Callable[..., Controller], engine, qtbot: QtBot
) -> None:
    controller = make_controller(session=mixed)
    controller.start()
    sounding_of = controller.playback.sounding_of
    qtbot.waitUntil(lambda: all(sounding_of(name).to_notes() for name in mixed.track_names))
    qtbot.waitUntil(lambda: sounding_of("bass") == FOUR_BARS)
    lengths = {name: pattern_of(engine, name).length_steps for name in mixed.track_names}
    assert lengths == {"drums": 16, "bass": 64, "melody": 32}
    assert pattern_of(engine, "drums").notes == ONE_BAR.to_notes()
    assert pattern_of(engine, "bass").notes == FOUR_BARS.to_notes()


def test_a_corner_is_drawn_in_over_all_of_its_steps(
    mixed: Session, make_controller: Callable[..., Controller]
) -> None:
    controller = make_controller(session=mixed)
    controller.corners.paint_hit(0, 15, 8, 77, "drums")
    assert controller.document.session.track("drums").corners[0] == ONE_BAR.with_hit(15, 8, 77)
    with pytest.raises(ValueError, match="step 16 does not exist"):
        controller.corners.paint_hit(0, 16, 8, 77, "drums")
    controller.corners.clear(0, "bass")
    assert controller.document.session.track("bass").corners[0] == MelodyLoop.empty(64)


def test_a_corner_takes_as_much_of_a_file_as_it_is_long(
    mixed: Session, make_controller: Callable[..., Controller], tmp_path: Path
) -> None:
    controller = make_controller(session=mixed)
    write_midi(tmp_path / "a.mid", FOUR_BARS)
    for corner, steps in ((0, 64), (1, 32)):
        assert controller.exchange.import_corner(corner, tmp_path / "a.mid", "bass")
        found = controller.document.session.track("bass").corners[corner]
        assert (found.steps, found) == (steps, cut(FOUR_BARS, steps))


def test_ends_and_clips_have_lengths_of_their_own(mixed: Session) -> None:
    bass = mixed.track("bass")
    ends = FOUR_BARS, MelodyLoop.empty(256)
    session = mixed.with_track(replace(bass, morph=Morph(ends, ("a", "b")), source=Source.MORPH))
    clips = (Clip("short", TrackKind.DRUMS, ONE_BAR), Clip("long", TrackKind.MELODY, FOUR_BARS))
    session = replace(session, clips=clips)
    assert decode(encode(session), "x") == session
    assert fits(clips[1], TrackKind.BASS)
    assert not fits(clips[0], TrackKind.BASS)


def test_a_track_names_its_model() -> None:
    session = Session()
    assert [track.model for track in session.tracks] == ["drums-2bar", "melody-2bar", "melody-2bar"]
    other = replace(session.track("bass"), model="melody-16bar")
    assert decode(encode(session.with_track(other)), "x").track("bass").model == "melody-16bar"
    with pytest.raises(ValueError, match="model"):
        replace(other, model=16)  # type: ignore[arg-type]
