"""Names of General MIDI: drum notes, programs and drum kits.

Notes
-----
Notes 35-81 and the programs are General MIDI Level 1 (MMA, 1991); notes 27-34 and 82-87, and the
kits' program numbers, are those of Roland GS and General MIDI Level 2.
"""

from __future__ import annotations

FIRST_DRUM_NOTE = 27
DRUM_CHANNEL = 9
"""MIDI channel 10, counted from 0."""
LAST_CHANNEL, LAST_PROGRAM, LAST_BANK = 15, 127, 16383
DRUM_BANK = 128
"""Bank in which a SoundFont keeps its drum kits."""

_VOLUME, _PAN, _REVERB = 7, 10, 91
_USUAL_VOLUME = 100
_DRUMS = (
    "high Q, slap, scratch push, scratch pull, sticks, square click, metronome click, metronome bell, "
    "acoustic bass drum, bass drum 1, side stick, acoustic snare, hand clap, electric snare, low "
    "floor tom, closed hi-hat, high floor tom, pedal hi-hat, low tom, open hi-hat, low-mid tom, "
    "high-mid tom, crash cymbal 1, high tom, ride cymbal 1, chinese cymbal, ride bell, tambourine, splash "
    "cymbal, cowbell, crash cymbal 2, vibraslap, ride cymbal 2, high bongo, low bongo, mute high "
    "conga, open high conga, low conga, high timbale, low timbale, high agogo, low agogo, cabasa, "
    "maracas, short whistle, long whistle, short guiro, long guiro, claves, high wood block, low wood "
    "block, mute cuica, open cuica, mute triangle, open triangle, shaker, jingle bell, bell tree, "
    "castanets, mute surdo, open surdo"
)
DRUM_NOTE_NAMES = dict(enumerate(_DRUMS.split(", "), FIRST_DRUM_NOTE))
"""MIDI note 27-87 -> name."""

_PROGRAMS = (
    # pianos, chromatic percussion
    "acoustic grand piano, bright acoustic piano, electric grand piano, honky-tonk piano, electric "
    "piano 1, electric piano 2, harpsichord, clavinet, celesta, glockenspiel, music box, vibraphone, "
    "marimba, xylophone, tubular bells, dulcimer, "
    # organs, guitars
    "drawbar organ, percussive organ, rock organ, church organ, reed organ, accordion, harmonica, "
    "tango accordion, nylon guitar, steel guitar, jazz guitar, clean guitar, muted guitar, overdriven "
    "guitar, distortion guitar, guitar harmonics, "
    # basses, strings
    "acoustic bass, finger bass, pick bass, fretless bass, slap bass 1, slap bass 2, synth bass 1, "
    "synth bass 2, violin, viola, cello, contrabass, tremolo strings, pizzicato strings, orchestral "
    "harp, timpani, "
    # ensembles, brass
    "string ensemble 1, string ensemble 2, synth strings 1, synth strings 2, choir aahs, voice oohs, "
    "synth voice, orchestra hit, trumpet, trombone, tuba, muted trumpet, french horn, brass section, "
    "synth brass 1, synth brass 2, "
    # reeds, pipes
    "soprano sax, alto sax, tenor sax, baritone sax, oboe, english horn, bassoon, clarinet, piccolo, "
    "flute, recorder, pan flute, blown bottle, shakuhachi, whistle, ocarina, "
    # synth leads, pads
    "square lead, sawtooth lead, calliope lead, chiff lead, charang lead, voice lead, fifths lead, "
    "bass and lead, new age pad, warm pad, polysynth pad, choir pad, bowed pad, metallic pad, halo "
    "pad, sweep pad, "
    # synth effects, ethnic
    "rain, soundtrack, crystal, atmosphere, brightness, goblins, echoes, sci-fi, sitar, banjo, "
    "shamisen, koto, kalimba, bagpipe, fiddle, shanai, "
    # percussive, sound effects
    "tinkle bell, agogo, steel drums, woodblock, taiko drum, melodic tom, synth drum, reverse cymbal, "
    "guitar fret noise, breath noise, seashore, bird tweet, telephone ring, helicopter, applause, "
    "gunshot"
)
PROGRAM_NAMES = tuple(_PROGRAMS.split(", "))
"""Program 0-127 (1-128 on screen) -> name."""

KIT_NAMES = {
    0: "standard",
    8: "room",
    16: "power",
    24: "electronic",
    25: "TR-808",
    32: "jazz",
    40: "brush",
    48: "orchestra",
    56: "sound effects",
}
"""Program on the drum channel -> name of the drum kit."""


def drum_note_name(note: int) -> str:
    """Return the name of a drum's MIDI `note`, or "note 91" where General MIDI has none."""
    return DRUM_NOTE_NAMES.get(note, f"note {note}")


def kit_program(name: str) -> int | None:
    """Return the program of the kit called `name` (case and spaces at its ends do not count)."""
    wanted = name.strip().casefold()
    return next((program for program, kit in KIT_NAMES.items() if kit.casefold() == wanted), None)


def track_controls(volume: float, pan: float, reverb: float) -> tuple[tuple[int, int], ...]:
    """Return the controllers, with their values 0-127, that make a channel sound as a track of ours.

    Parameters
    ----------
    volume
        0 to 1, where 1 is what synthesizers start with.
    pan
        -1 (left) to 1 (right).
    reverb
        How much goes to the reverb, 0 to 1.

    Notes
    -----
    Controllers 7, 10 and 91; volume 100 and pan 64 are the defaults of General MIDI (MMA, RP-003).
    """
    return (
        (_VOLUME, round(_USUAL_VOLUME * volume)),
        (_PAN, round(64 + pan * (64 if pan < 0 else 63))),
        (_REVERB, round(127 * reverb)),
    )
