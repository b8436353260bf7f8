"""Finders and landmarkers as entries of the zoo."""
