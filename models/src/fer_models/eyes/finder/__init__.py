"""The finder: a one-stage network that finds faces, each with a box, a score and five points."""
