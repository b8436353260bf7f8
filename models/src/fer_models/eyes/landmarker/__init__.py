"""The landmarker: a small network that marks 68 landmarks on a found face and tells how the head is turned."""
