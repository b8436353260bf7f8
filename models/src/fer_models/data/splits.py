"""The three parts of a data set, named as FER2013 names them."""

from __future__ import annotations

TRAINING, PUBLIC_TEST, PRIVATE_TEST = "Training", "PublicTest", "PrivateTest"
SPLITS = (TRAINING, PUBLIC_TEST, PRIVATE_TEST)
