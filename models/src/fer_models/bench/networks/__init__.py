"""The networks that are measured, built in each framework with the same weights."""
