"""The errors a caller of Loopweave can meet, all with a message fit to be shown to a musician."""


class LoopweaveError(Exception):
    """Base of every error that Loopweave raises on purpose."""


class FileError(LoopweaveError):
    """A file cannot be read or written (missing, broken, read-only folder, full disk)."""


class MidiFileError(FileError):
    """A file is not a readable Standard MIDI File, or holds nothing that can be used."""


class SessionError(FileError):
    """A session file is damaged or comes from a newer version."""


class ModelError(LoopweaveError):
    """A model is missing, damaged, or cannot do what was asked."""


class DeviceError(LoopweaveError):
    """Something outside the program fails: a library, an audio device, a font, a MIDI port."""


class FontError(DeviceError):
    """A SoundFont is missing or cannot be loaded."""


class AudioError(DeviceError):
    """FluidSynth is missing or has no audio device."""


class PortError(DeviceError):
    """A MIDI port is missing, has vanished, or cannot be opened."""
