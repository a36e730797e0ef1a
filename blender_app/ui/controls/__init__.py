"""Widgets of any program: numbers, bars, labels, messages, and what custom-painted widgets share."""
