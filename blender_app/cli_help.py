"""What `loopweave --help` teaches: descriptions and examples of the commands."""

from __future__ import annotations

DESCRIPTION = """\
Loopweave blends loops, drums and basslines and melodies, into palettes that you play.

Without a command the window opens. The commands below do the same work on files."""
EPILOG = """\
examples:
  loopweave                                      open the window
  loopweave evening.blend.json                   open a session in the window
  loopweave sample -n 4 --seed 1 --out corners   four loops the model makes up
  loopweave palette corners/sample-*.mid --out palette
  loopweave morph bassline.mid tune.mid --out way.mid
  loopweave render evening.blend.json --out evening.wav
  loopweave doctor                               what is installed, what is missing

`loopweave COMMAND --help` explains a command with examples of its own.
MIDI files are in 4/4, with drums on channel 10 and melodies on the others; Loopweave
reads two bars of each."""
PALETTE = """\
Blend four loops into a grid: one MIDI file for each cell, and grid.mid with the
whole grid, cell after cell, with a marker "row 3, column 5" at each.

The files have drums, or melodies and basslines; all of one kind. The corners of the
grid are exactly the four loops (but with --plain: what the model makes of them)."""
PALETTE_EPILOG = """\
examples:
  loopweave palette funk.mid house.mid samba.mid rock.mid --out palette
  loopweave palette a.mid b.mid c.mid d.mid --rows 5 --cols 9 --tempo 96 --out small
  loopweave palette a.mid b.mid c.mid d.mid --quantize --out on-the-grid
  loopweave palette tune-*.mid --key "A minor" --chords "Am F C G" --out tunes

TL, TR, BL and BR are the top left, top right, bottom left and bottom right corner.
Files of the same names in DIR are replaced."""
MORPH = """\
Go from one loop to another in even steps, both ends included: one MIDI file with
the loops one after the other and a marker at each, or a folder with a file of each.

The files have drums, or melodies and basslines; both of one kind."""
MORPH_EPILOG = """\
examples:
  loopweave morph verse.mid chorus.mid --steps 7 --out between.mid
  loopweave morph verse.mid chorus.mid --steps 16 --swing 60 --out build-up.mid
  loopweave morph bassline.mid tune.mid --key "A minor" --out steps
  loopweave morph song.mid tune.mid --track Bass --sound "finger bass" --out way.mid"""
SAMPLE = "Let a model make up loops, each a MIDI file of two bars."
SAMPLE_EPILOG = """\
examples:
  loopweave sample -n 8 --seed 1 --out beats     the same eight each time
  loopweave sample -n 20 --temperature 1.2 --tempo 140 --kit 25 --out wild
  loopweave sample --kind bass --key "A minor" --sound "synth bass 1" --out basslines

Without --seed the loops are new each time, and the seed that gave them is printed."""
RENDER = """\
Play a MIDI file into a WAV file (16 bit, stereo) with the shipped sounds or a font of
yours; or a session: its whole band, from the start, as it plays in the window."""
RENDER_EPILOG = """\
examples:
  loopweave render beat.mid --out beat.wav
  loopweave render beat.mid --kit 25 --out tr-808.wav
  loopweave render beat.mid --loop --out loop.wav    exactly its bars, repeats without a gap
  loopweave render song.mid --font ~/fonts/my.sf2 --out song.wav
  loopweave render evening.blend.json --bars 16 --out evening.wav"""
DOCTOR = """\
Check what Loopweave needs, say what is missing and what to type.

Ends with exit code 1 if something is missing that it cannot do without."""
PREPARE = """\
Read folders of MIDI files into two-bar loops to train from: one file, without
duplicates, split by song. A broken file is named and skipped.

Drums are read from channel 10. With --kind melody, melodies and basslines are read
from the tracks that play one note at a time, and from MusicXML (.mxl) as well."""
PREPARE_EPILOG = """\
examples:
  loopweave prepare ~/midi/groove ~/midi/mine --out loops.npz
  loopweave prepare --kind melody ~/midi/songs ~/scores --out melodies.npz"""
TRAIN = """\
Train a model from nothing on a file that `loopweave prepare` wrote.

It can be interrupted (Ctrl-C) and goes on where it was when started again."""
