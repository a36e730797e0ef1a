"""Settings survive the program's end, and odd files."""

from __future__ import annotations

from pathlib import Path

from blender_app.session.settings import Settings


def test_settings_come_back(tmp_path: Path) -> None:
    first = Settings(tmp_path / "x.ini")
    assert (first.theme, first.last_port, first.font, first.recent_files) == ("dark", None, None, ())
    assert (first.window_geometry, first.palette_colours) == (b"", None)
    first.remember_theme("light")
    first.remember_port("Synth, 2", own=False)
    first.remember_font("/a b.sf2")
    first.remember_window_geometry(bytes(range(256)))
    first.remember_window_state(b"\0state")
    first.remember_palette_colours("vivid")
    first.set_value("window/zoom", "1.5")
    first.add_recent_file("/one, two.json")
    first.save()
    second = Settings(tmp_path / "x.ini")
    assert (second.theme, second.last_port, second.font) == ("light", "Synth, 2", "/a b.sf2")
    assert (second.window_geometry, second.window_state) == (bytes(range(256)), b"\0state")
    assert (second.palette_colours, second.value("window/zoom", "1")) == ("vivid", "1.5")
    assert second.recent_files == ("/one, two.json",)
    assert second.routing == ()
    second.remember_routing((9, 36, 38))
    assert second.routing == (9, 36, 38)
    second.set_value("midi/routing", "9 -1 x")
    assert second.routing == ()
    second.remember_port(None, own=False)
    assert second.last_port is None


def test_recent_files_are_the_last_ten_without_repeats(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "x.ini")
    for number in range(12):
        settings.add_recent_file(f"/{number}")
    settings.add_recent_file("/5")
    assert settings.recent_files == ("/5", "/11", "/10", "/9", "/8", "/7", "/6", "/4", "/3", "/2")
    settings.remove_recent_file("/11")
    assert settings.recent_files[:2] == ("/5", "/10")


def test_a_damaged_file_gives_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "x.ini").write_bytes(b"\xff\0[window\ntheme=@Variant(\0\0\0\x99)\n")
    settings = Settings(tmp_path / "x.ini")
    assert (settings.theme, settings.recent_files, settings.window_geometry) == ("dark", (), b"")


def test_whose_port_it_was_is_remembered(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "x.ini")
    assert not settings.last_port_is_own
    for own in (True, False):
        settings.remember_port("Mine", own=own)
        assert (settings.last_port, settings.last_port_is_own) == ("Mine", own)
