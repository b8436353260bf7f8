"""Classifying faces and smoothing what the model says."""
