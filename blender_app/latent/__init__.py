"""The models: the only room, with training, that imports torch."""
