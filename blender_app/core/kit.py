"""The reduced drum kit: its nine voices and their notes; without numpy, which the engine does without.

Notes
-----
The nine voices, the notes they are emitted as and the notes read into them are those of Magenta's
reduced drum kit (MusicVAE and GrooVAE configurations; Roberts et al. 2018, arXiv 1803.05428;
Gillick et al. 2019, arXiv 1905.06118).
"""

from __future__ import annotations

VOICES = ("kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride")
VOICE_COUNT = len(VOICES)
VOICE_PITCHES = (36, 38, 42, 46, 45, 48, 50, 49, 51)
"""General MIDI drum note of each voice."""
DEFAULT_VELOCITY = 100
DRUM_NOTE_STEPS = 0.5
"""Length in steps of an emitted drum note; drum sounds ignore their note-off."""

_READ = (
    (36, 35),
    (38, 27, 28, 31, 32, 33, 34, 37, 39, 40, 56, 65, 66, 75, 85),
    (42, 44, 54, 68, 69, 70, 71, 73, 78, 80, 22),
    (46, 67, 72, 74, 79, 81, 26),
    (45, 29, 41, 43, 61, 64, 84),
    (48, 47, 60, 63, 77, 86, 87),
    (50, 30, 62, 76, 83),
    (49, 52, 55, 57, 58),
    (51, 53, 59, 82),
)
PITCH_TO_VOICE = {pitch: voice for voice, pitches in enumerate(_READ) for pitch in pitches}
"""General MIDI drum note -> voice index."""
GMD_PITCH_TO_VOICE = {**PITCH_TO_VOICE, 58: VOICES.index("low tom")}
"""The same for Roland TD-11 recordings (Groove MIDI Dataset), where 58 is the low tom's rim."""
