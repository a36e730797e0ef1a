"""Teach the models from prepared loops."""
