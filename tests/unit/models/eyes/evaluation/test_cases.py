"""The held-out pictures that a finder is judged by."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from fer_models.eyes.data.library import read_library
from fer_models.eyes.evaluation.cases import DARK, FACELESS, FRAME, PROFILE, ROLLED, SMALL, WILD, Case, cases
from made_eyes import write_archives


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(cases(read_library(write_archives(tmp_path_factory.mktemp("eyes") / "detect"), held=True), 2))


def named(made: list[Case], name: str) -> list[Case]:
    return [case for case in made if case.name == name]


def test_there_are_as_many_of_each_kind_as_asked(made: list[Case]) -> None:
    counts = Counter(case.name for case in made)
    assert counts[PROFILE] == counts[ROLLED] == counts[FACELESS] == 2
    assert max(counts.values()) == 2


def test_the_faces_have_the_size_that_the_kind_says(made: list[Case]) -> None:
    for name, low, high in ((WILD, 195, 205), (SMALL, 23, 51)):
        for case in named(made, name):
            left, top, right, bottom = case.boxes[0]
            assert low < np.sqrt((right - left) * (bottom - top)) < high
            assert case.pixels.shape == FRAME[::-1]


def test_a_tenth_of_the_light_is_a_tenth(made: list[Case]) -> None:
    assert all(case.pixels.max() <= 25 for case in named(made, DARK))


def test_a_scenes_small_and_invalid_faces_may_be_found_or_not(made: list[Case]) -> None:
    (case, _) = named(made, "scenes, from 16 px")
    assert len(case.boxes) == 1
    assert len(case.optional) == 1


def test_they_are_the_same_each_time(tmp_path: Path) -> None:
    library = read_library(write_archives(tmp_path / "detect"), held=True)
    for once, again in zip(cases(library, 1), cases(library, 1), strict=True):
        np.testing.assert_array_equal(once.pixels, again.pixels)
