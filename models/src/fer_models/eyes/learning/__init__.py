"""The training loop that the finder and the landmarker share."""
