"""Annotated pictures for the finder and the landmarker: public archives, faces as frames, and the split."""
