"""Entries of the zoo: released, described, and checked against the model contract."""
