"""The band's strip: tiles, small palettes, what sounds, the settings of a track."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.engine.messages import Kit
from blender_app.session.session import PuckCoupling, Source, Track, TrackKind, default_tracks, new_track
from blender_app.session.track import Morph
from blender_app.ui.controls.actions import Actions
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.pictures import common_pitches
from blender_app.ui.palette.mini_palette import MiniPalette, some_of
from blender_app.ui.tracks.lane import TrackLane
from blender_app.ui.tracks.panel import TrackPanel, sound_choices
from blender_app.ui.tracks.strip import TrackStrip, is_silent

KITS = (Kit(128, 0, "Standard"), Kit(128, 25, "TR-808"))
SOUNDS = (Kit(0, 4, "Tine Electric"), Kit(0, 33, "Finger Bass"), Kit(8, 80, "Sine"))
LEFT = Qt.MouseButton.LeftButton


def choices_of(tracks: tuple[Track, ...]) -> dict[str, list[tuple[str, object]]]:
    return {track.name: sound_choices(track, KITS, SOUNDS) for track in tracks}


def cells_of(track: Track, count: int = 11) -> list[list[object]]:
    """Return a palette whose quarters are the corners."""
    half = count / 2
    return [
        [track.corners[2 * (row >= half) + (col >= half)] for col in range(count)] for row in range(count)
    ]


@pytest.fixture
def strip(qtbot: QtBot, look: Look) -> TrackStrip:
    holder = QMainWindow()
    qtbot.addWidget(holder)
    strip = TrackStrip(look, Actions(look, holder))
    holder.setCentralWidget(strip)
    holder.setStyleSheet(look.style_sheet())
    tracks = default_tracks()
    strip.show_tracks(tracks, "drums", choices_of(tracks))
    for track in tracks:
        strip.tiles[track.name].mini.set_cells(cells_of(track))
    holder.resize(1256, 120)
    holder.show()
    qtbot.waitExposed(holder)
    strip.kept = holder  # Python would let it go otherwise
    return strip


def test_the_band_stands_in_order_and_one_is_in_front(strip: TrackStrip) -> None:
    assert [tile.track_name for tile in strip.in_order()] == ["drums", "bass", "melody"]
    assert [tile._is_front for tile in strip.in_order()] == [True, False, False]
    strip.show_front("melody")
    assert [tile._is_front for tile in strip.in_order()] == [False, False, True]


def test_tiles_that_stay_are_kept(strip: TrackStrip) -> None:
    tracks = default_tracks()
    bass = strip.tiles["bass"]
    more = (*tracks, new_track(TrackKind.MELODY, tracks))
    strip.show_tracks(more, "bass", choices_of(more))
    assert list(strip.tiles) == ["drums", "bass", "melody", "melody 2"]
    fewer = more[1:]
    strip.show_tracks(fewer, "bass", choices_of(fewer))
    assert [tile.track_name for tile in strip.in_order()] == ["bass", "melody", "melody 2"]
    assert strip.tiles["bass"] is bass


def test_touching_a_tile_brings_it_to_the_front(strip: TrackStrip) -> None:
    tile = strip.tiles["bass"]
    chosen: list[str] = []
    tile.chosen.connect(chosen.append)
    QTest.mouseClick(tile, LEFT, pos=QPoint(3, 3))
    QTest.mouseClick(tile.name_button, LEFT)
    QTest.mouseClick(tile.lane, LEFT)
    tile.lane.setFocus()
    QTest.keyClick(tile.lane, Qt.Key.Key_Return)
    assert chosen == ["bass"] * 4


def test_dragging_a_small_puck_moves_it_and_brings_nothing_to_the_front(strip: TrackStrip, drag) -> None:
    tile = strip.tiles["melody"]
    heard: list[object] = []
    tile.puckMoved.connect(lambda name, x, y: heard.append((name, x, y)))
    tile.gestureStarted.connect(heard.append)
    tile.gestureEnded.connect(lambda: heard.append("end"))
    tile.chosen.connect(heard.append)
    mini = tile.mini
    drag(mini, [mini.point_of(place).toPoint() for place in ((0.5, 0.5), (0.7, 0.6), (1.0, 0.0))])
    assert heard[0] == "Move puck"
    assert heard[-1] == "end"
    moves = [one for one in heard if isinstance(one, tuple)]
    assert moves[-1][0] == "melody"
    assert moves[-1][1:] == pytest.approx((1.0, 0.0), abs=0.03)
    assert "melody" not in heard


def test_mute_solo_volume_and_sound_are_told(strip: TrackStrip) -> None:
    tile = strip.tiles["bass"]
    heard: list[tuple[object, ...]] = []
    tile.parameterTurned.connect(lambda *values: heard.append(values))
    tile.soundChosen.connect(lambda *values: heard.append(values))
    tile.settingsAsked.connect(lambda *values: heard.append(values))
    QTest.mouseClick(tile.mute, LEFT)
    QTest.mouseClick(tile.solo, LEFT)
    tile.volume.setValue(40)
    tile.sound.setCurrentIndex(2)
    tile.sound.activated.emit(2)
    QTest.mouseClick(tile.settings, LEFT)
    turned = [("bass", "mute", True), ("bass", "solo", True), ("bass", "volume", 0.4)]
    assert heard == [*turned, ("bass", (8, 80)), ("bass",)]


def test_showing_a_track_tells_nothing_back(strip: TrackStrip) -> None:
    tracks = list(default_tracks())
    tile = strip.tiles["bass"]
    told: list[object] = []
    for signal in (tile.puckMoved, tile.parameterTurned, tile.soundChosen):
        signal.connect(lambda *values: told.append(values))
    tracks[1] = replace(tracks[1], mute=True, solo=True, volume=0.25, sound=(8, 80), puck=(0.1, 0.9))
    strip.show_track(tracks[1], tracks, sound_choices(tracks[1], KITS, SOUNDS))
    assert (tile.mute.isChecked(), tile.solo.isChecked(), tile.volume.value()) == (True, True, 25)
    assert tile.sound.currentText() == "Sine"
    assert tile.mini._puck == (0.1, 0.9)
    assert told == []


def test_who_is_heard() -> None:
    drums, bass, melody = default_tracks()
    assert [is_silent(one, (drums, bass, melody)) for one in (drums, bass, melody)] == [False] * 3
    muted, alone = replace(drums, mute=True), replace(bass, solo=True)
    assert is_silent(muted, (muted, bass))
    assert not is_silent(bass, (muted, bass))
    assert [is_silent(one, (drums, alone, melody)) for one in (drums, alone, melody)] == [True, False, True]


def test_sounds_by_name() -> None:
    drums, bass, _ = default_tracks()
    assert sound_choices(drums, KITS, SOUNDS)[1] == ("TR-808", (128, 25))
    assert ("Finger Bass", (0, 33)) in sound_choices(bass, KITS, SOUNDS)
    assert len(sound_choices(bass, KITS, ())) == 128  # General MIDI until the font is there
    odd = sound_choices(replace(bass, sound=(0, 60)), KITS, SOUNDS)
    assert odd[0] == ("French horn", (0, 60))
    assert sound_choices(drums, (), ())[0] == ("Standard", drums.sound)
    odd = sound_choices(replace(drums, sound=(127, 9)), KITS, ())
    assert odd[0] == ("bank 127, program 10", (127, 9))


def test_a_morph_is_one_row_with_a_slider(look: Look, qtbot: QtBot, drag) -> None:
    mini = MiniPalette(look)
    qtbot.addWidget(mini)
    bass = default_tracks()[1]
    mini.resize(90, 90)
    mini.set_cells([[*bass.corners, bass.corners[0]]])
    mini.set_puck((0.0, 0.0))
    assert mini.is_row
    moved: list[tuple[float, float]] = []
    mini.puckMoved.connect(lambda x, y: moved.append((x, y)))
    drag(mini, [mini.point_of((0.0, 0.0)).toPoint(), QPoint(45, 80)])
    assert moved[-1] == pytest.approx((0.5, 0.0), abs=0.02)
    QTest.keyClick(mini, Qt.Key.Key_Down)
    assert moved[-1][1] == 0.0
    assert "position" in mini.accessible_text()


def test_small_palettes_show_some_cells_with_the_corners() -> None:
    cells = [[(row, col) for col in range(33)] for row in range(11)]
    few = some_of(cells)
    assert (len(few), len(few[0])) == (5, 5)
    assert [few[0][0], few[0][-1], few[-1][0], few[-1][-1]] == [(0, 0), (0, 32), (10, 0), (10, 32)]
    assert some_of([[1, 2, 3]]) == [[1, 2, 3]]


def test_small_palette_by_keys_and_in_words(strip: TrackStrip) -> None:
    mini = strip.tiles["bass"].mini
    moved: list[tuple[float, float]] = []
    mini.puckMoved.connect(lambda x, y: moved.append((x, y)))
    mini.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(mini, Qt.Key.Key_Right)
    QTest.keyClick(mini, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert moved == [(0.55, 0.5), (0.55, 0.495)]
    mini.set_sounding(MelodyLoop.from_events([40, *[-2] * 7, 43, *[-2] * 23]), sounds=True)
    interface = QAccessible.queryAccessibleInterface(mini)
    assert interface.text(QAccessible.Text.Name) == "Palette of bass"
    value = interface.text(QAccessible.Text.Value)
    assert "column 0.55" in value
    assert "2 notes, E2 to G2" in value
    interface.valueInterface().setCurrentValue(0.25)
    assert moved[-1][0] == 0.25


class PaintWatch(QObject):
    """Notes the rectangles that a widget paints."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        QApplication.processEvents()
        self.rects: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False


def test_the_playhead_repaints_only_its_surroundings(strip: TrackStrip, qtbot: QtBot) -> None:
    lane = strip.tiles["bass"].lane
    lane.set_playhead(4.0)
    watch = PaintWatch(lane)
    lane.set_playhead(4.2)
    qtbot.waitUntil(lambda: bool(watch.rects))
    assert all(rect.width() < 20 for rect in watch.rects)


def test_the_puck_repaints_only_its_surroundings(strip: TrackStrip, qtbot: QtBot) -> None:
    mini = strip.tiles["bass"].mini
    mini.set_puck((0.2, 0.2))
    watch = PaintWatch(mini)
    mini.set_puck((0.25, 0.2))
    qtbot.waitUntil(lambda: bool(watch.rects))
    assert all(rect.width() < 40 and rect.height() < 40 for rect in watch.rects)


def test_a_lane_shows_its_loop_colour_playhead_and_silence(look: Look, qtbot: QtBot) -> None:
    lane = TrackLane(look)
    qtbot.addWidget(lane)
    lane.resize(320, 30)
    bass = default_tracks()[1]
    empty = lane.grab().toImage()
    lane.set_loop(bass.corners[0])
    drawn = lane.grab().toImage()
    assert drawn != empty
    lane.set_place((1.0, 0.0))
    colored = lane.grab().toImage().pixelColor(160, 2)
    wanted = look.corner_color(1)
    assert colored.getRgb() == pytest.approx(wanted.getRgb(), abs=2)
    lane.set_silent(True)
    faint = lane.grab().toImage().pixelColor(160, 2)
    assert faint.lightness() < colored.lightness()  # it sinks into the dark panel
    lane.set_playhead(16.0)
    assert lane.grab().toImage().pixelColor(160, 2).red() > 200
    assert "notes" in lane.accessible_text()
    assert lane.accessible_number()[0] == bass.corners[0].note_count


def test_melodies_of_a_palette_share_their_range() -> None:
    low = MelodyLoop.from_events([30, *[-2] * 31])
    high = MelodyLoop.from_events([70, *[-2] * 31])
    assert common_pitches([low, high]) == (30, 70)
    assert common_pitches(list(default_tracks()[0].corners)) is None


def test_everything_fits_in_a_narrow_strip_and_with_large_text(strip: TrackStrip, look: Look) -> None:
    strip.window().resize(876, 120)
    QApplication.processEvents()
    assert strip._row.width() <= strip._scroll.viewport().width()  # three tracks need no scrolling
    look.set_text_scale(2.0)
    QApplication.processEvents()
    for tile in strip.in_order():
        assert tile.rect().contains(tile.mini.geometry())
        assert tile.height() >= tile.minimumSizeHint().height()
    assert strip.rect().contains(strip.scale.geometry())


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_small_palettes_are_of_one_size_whichever_is_in_front(
    strip: TrackStrip, look: Look, scale: float
) -> None:
    look.set_text_scale(scale)
    strip.window().resize(round(876 * scale), round(120 * scale))
    for front in ("drums", "bass", "melody"):
        strip.show_front(front)
        for _ in range(3):
            QApplication.processEvents()
        tiles = strip.in_order()
        assert not any(tile.sound.isHidden() for tile in tiles)
        sizes = [tile.mini.width() for tile in tiles]
        assert max(sizes) - min(sizes) <= max(tile.width() for tile in tiles) - min(
            tile.width() for tile in tiles
        )


def test_six_tracks_are_in_sight_at_the_usual_width(strip: TrackStrip) -> None:
    tracks = default_tracks()
    for kind in TrackKind:
        tracks = (*tracks, new_track(kind, tracks))
    strip.show_tracks(tracks, "drums", choices_of(tracks))
    for _ in range(3):
        QApplication.processEvents()
    assert strip._row.width() <= strip._scroll.viewport().width()
    widths = [tile.width() for tile in strip.in_order()]
    assert max(widths) - min(widths) <= 2
    for tile in strip.in_order():
        assert tile.sound.isHidden()
        for button in (tile.mute, tile.solo, tile.settings):
            assert button.visibleRegion().boundingRect() == button.rect()
    strip.show_tracks(tracks[:2], "drums", choices_of(tracks[:2]))
    QApplication.processEvents()
    assert not strip.tiles["bass"].sound.isHidden()


def test_the_link_is_told(strip: TrackStrip) -> None:
    chosen: list[object] = []
    strip.couplingChosen.connect(chosen.append)
    QTest.mouseClick(strip.coupling.buttons[2], LEFT)
    assert chosen == [PuckCoupling.MIRRORED]
    strip.coupling.show_value(PuckCoupling.SAME)
    assert strip.coupling.buttons[1].isChecked()
    assert chosen == [PuckCoupling.MIRRORED]


@pytest.fixture
def panel(qtbot: QtBot, look: Look) -> TrackPanel:
    panel = TrackPanel(look)
    qtbot.addWidget(panel)
    return panel


def test_settings_of_a_melodic_track(panel: TrackPanel) -> None:
    bass = replace(default_tracks()[1], gate=0.7, pan=-0.3, octave=1, channel=4)
    heard: list[tuple[object, ...]] = []
    panel.parameterTurned.connect(lambda *values: heard.append(values))
    panel.show_track(bass, sound_choices(bass, KITS, SOUNDS), can_remove=True)
    panel.show_ports(("Synth",), "Gone")
    boxes = panel.knobs.boxes
    assert [boxes[name].value() for name in ("octave", "gate", "pan", "reverb")] == [1, 70, -30, 20]
    assert panel.channel.value() == 5
    assert panel.port.currentText() == "Gone (away)"
    assert heard == []
    boxes["gate"].setValue(50)
    boxes["pan"].setValue(25)
    boxes["octave"].setValue(-2)
    panel.channel.setValue(16)
    assert heard == [("gate", 0.5), ("pan", 0.25), ("octave", -2.0), ("channel", 15)]
    assert not boxes["legato"].isHidden()
    assert panel.notes_button.isHidden()


def test_settings_of_drums(panel: TrackPanel) -> None:
    drums = default_tracks()[0]
    panel.show_track(drums, sound_choices(drums, KITS, SOUNDS), can_remove=False)
    assert panel.knobs.boxes["legato"].isHidden()
    assert not panel.knobs.boxes["reverb"].isHidden()
    assert panel.lock.isHidden()
    assert not panel.notes_button.isHidden()
    assert not panel.remove_button.isEnabled()
    chosen: list[object] = []
    panel.soundChosen.connect(chosen.append)
    panel.sound.setCurrentIndex(1)
    panel.sound.activated.emit(1)
    assert chosen == [(128, 25)]


def test_a_track_on_its_morph_is_shown_at_its_slider(strip: TrackStrip) -> None:
    tracks = list(default_tracks())
    morph = Morph((tracks[1].corners[0], tracks[1].corners[1]), ("a", "b"), position=0.75)
    tracks[1] = replace(tracks[1], source=Source.MORPH, morph=morph)
    strip.show_track(tracks[1], tracks, sound_choices(tracks[1], KITS, SOUNDS))
    assert strip.tiles["bass"].mini._puck == (0.75, 0.0)
    assert "morph" in strip.tiles["bass"].mini.toolTip()


def test_a_muted_track_is_drawn_faintly(strip: TrackStrip) -> None:
    tracks = list(default_tracks())
    lane = strip.tiles["bass"].lane
    before = QColor(lane.grab().toImage().pixelColor(20, 3))
    tracks[0] = replace(tracks[0], solo=True)
    strip.show_tracks(tracks, "drums", choices_of(tuple(tracks)))
    assert lane.grab().toImage().pixelColor(20, 3) != before
