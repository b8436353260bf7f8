"""Emotion events, the streams that they come in, and the gaps in those."""
