"""The controller by itself: who is told of a change, of which tracks, and in which order."""

from __future__ import annotations

import pytest

from blender_app.core.scales import Key
from blender_app.session.controller import Controller
from blender_app.session.session import Source, TrackKind


@pytest.fixture
def wired(make_controller, qtbot, monkeypatch: pytest.MonkeyPatch) -> Controller:
    """Return a controller that was not started, but believes that its engine runs."""
    controller = make_controller()
    monkeypatch.setattr(controller.devices, "_running", True)
    yield controller
    monkeypatch.undo()


@pytest.fixture
def told(wired: Controller, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Return the list of what the parts are told; none of them does anything."""
    names: list[tuple[object, ...]] = []
    for part, method in (
        (wired.playback, "forget"),
        (wired.palettes, "forget"),
        (wired.devices, "follow_session"),
        (wired.palettes, "follow_track"),
        (wired.playback, "follow_track"),
        (wired.devices, "update_status"),
    ):
        name = f"{type(part).__name__}.{method}"
        monkeypatch.setattr(part, method, lambda *values, name=name: names.append((name, *values)))
    return names


def test_a_moved_track_is_followed_from_where_it_was(wired: Controller, told) -> None:
    before = wired.document.session
    wired.place.move_puck(0.1, 0.2, "bass")
    old, new = before.track("bass"), wired.document.track("bass")
    assert told == [
        ("Devices.follow_session", before),
        ("Palettes.follow_track", (before, old), new),
        ("Playback.follow_track", old, new),
    ]


def test_a_new_track_has_no_past(wired: Controller, told) -> None:
    wired.tracks.add(TrackKind.BASS)
    new = wired.document.track("bass 2")
    assert told[1:3] == [("Palettes.follow_track", None, new), ("Playback.follow_track", None, new)]
    assert told[-1] == ("Devices.update_status",)


def test_a_track_that_has_gone_is_let_go_first(wired: Controller, told) -> None:
    before = wired.document.session
    wired.tracks.remove("bass")
    assert told[:3] == [
        ("Playback.forget", "bass"),
        ("Palettes.forget", "bass"),
        ("Devices.follow_session", before),
    ]
    assert told[-1] == ("Devices.update_status",)


def test_another_key_is_for_all_tracks_the_front_one_first(wired: Controller, told) -> None:
    wired.tracks.set_front("melody")
    told.clear()
    wired.band.set_key(Key(2))
    followed = [each[-1].name for each in told if each[0] == "Palettes.follow_track"]
    assert followed == ["melody", "drums", "bass"]
    told.clear()
    wired.document.set_parameter("swing", 0.6)
    assert [name for name, *_ in told] == ["Devices.follow_session"]
    wired.document.apply_values({"audio_enabled": False})
    assert told[-1] == ("Devices.update_status",)


def test_before_the_start_nobody_is_told(make_controller, qtbot) -> None:
    controller = make_controller()
    controller.tracks.remove("bass")
    assert controller._link.current("bass") is None
    assert controller.palettes.cells == []


def test_a_sweep_is_asked_where_it_is_by_the_clock(wired: Controller, clock, monkeypatch) -> None:
    asked: list[tuple[float, str]] = []
    monkeypatch.setattr(
        wired.playback, "path_position", lambda now_s, track: (asked.append((now_s, track)), (0.75, 0.0))[1]
    )
    monkeypatch.setattr(wired.devices, "_running", False)
    wired.morph.set_source(Source.MORPH, "bass")
    morph = wired.document.track("bass").morph
    wired.document.edit_track("Sweep", "bass", morph=type(morph)(morph.ends, morph.names, sweeping=True))
    clock.now_s = 123.0
    wired.morph.put(morph, "Stop", track="bass")
    assert asked == [(123.0, "bass")]
    assert wired.document.track("bass").morph.position == 0.75


def test_the_end_keeps_what_it_is_told_to(make_controller, qtbot, tmp_path) -> None:
    for keep, count in ((False, 0), (True, 1)):
        controller = make_controller(state_folder=tmp_path / str(keep))
        controller.document.set_parameter("tempo_bpm", 66)
        controller.close(keep_unsaved=keep)
        assert len(list((tmp_path / str(keep)).glob("unsaved-*.blend.json"))) == count
