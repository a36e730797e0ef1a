"""The tracks: their strip and settings, the key, and what sounds on the one in front."""
