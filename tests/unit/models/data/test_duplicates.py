"""Twins are counted within a split and in the splits before it, with the labels that contradict."""

import numpy as np
from fer_models.data.duplicates import Duplicates, Twins, find_duplicates
from fer_models.data.faces import LabelledFaces
from fer_models.data.sources import PUBLIC_TEST, TRAINING
from hypothesis import given
from hypothesis import strategies as st
from made_models import made_faces

NONE = Twins(0, 0)
A, B, C, D = (np.random.default_rng(seed).integers(0, 256, (6, 6)).repeat(8, 0).repeat(8, 1) for seed in range(4))


def test_twins_within_a_split_are_each_counted() -> None:
    (found,) = find_duplicates({TRAINING: _faces((A, 0), (A, 0), (B, 1), (A, 0))})
    assert found == Duplicates(TRAINING, TRAINING, Twins(3, 0), NONE)


def test_twins_with_different_labels_conflict_all_of_them() -> None:
    (found,) = find_duplicates({TRAINING: _faces((A, 0), (A, 1), (B, 2), (C, 3), (C, 3))})
    assert found.exact == Twins(4, 2)


def test_test_images_are_sought_among_the_training_images_and_not_the_other_way() -> None:
    splits = {TRAINING: _faces((A, 0), (B, 1)), PUBLIC_TEST: _faces((B, 2), (A, 0), (C, 3))}
    assert find_duplicates(splits) == [
        Duplicates(TRAINING, TRAINING, NONE, NONE),
        Duplicates(PUBLIC_TEST, TRAINING, Twins(2, 1), NONE),
        Duplicates(PUBLIC_TEST, PUBLIC_TEST, NONE, NONE),
    ]


def test_the_same_photograph_relit_or_marked_is_near() -> None:
    relit = (A * 0.5 + 60).astype(np.uint8)
    marked = A.copy()
    marked[40:44, 12:16] = 255
    splits = {TRAINING: _faces((A, 0), (B, 1)), PUBLIC_TEST: _faces((relit, 0), (marked, 4), (C, 5))}
    assert find_duplicates(splits)[1] == Duplicates(PUBLIC_TEST, TRAINING, NONE, Twins(2, 1))
    assert find_duplicates(splits)[2].near == Twins(2, 2)


def test_even_pictures_are_near_none() -> None:
    grey, white = np.full((48, 48), 128, np.uint8), np.full((48, 48), 255, np.uint8)
    (found,) = find_duplicates({TRAINING: _faces((grey, 0), (white, 0), (A, 0))})
    assert (found.exact, found.near) == (NONE, NONE)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.booleans()), min_size=1, max_size=40))
def test_twins_are_those_that_comparing_all_pairs_finds(drawn: list[tuple[int, int, bool]]) -> None:
    pictures = (A, B, C, D)
    splits = {
        split: _faces(*((pictures[number], label) for number, label, test in drawn if test == (split == PUBLIC_TEST)))
        for split in (TRAINING, PUBLIC_TEST)
    }
    for found in find_duplicates(splits):
        mine, others = splits[found.split], splits[found.among]
        twins = [_labels_of_twins(mine, each, others) for each in range(len(mine))]
        conflicting = sum(bool(labels - {mine.labels[each]}) for each, labels in enumerate(twins))
        assert found.exact == Twins(sum(map(bool, twins)), conflicting)
        assert found.near == NONE


def test_progress_ends_at_all_pictures() -> None:
    heard: list[tuple[int, int]] = []
    find_duplicates({TRAINING: made_faces(700)}, lambda done, of: heard.append((done, of)))
    assert heard[-1] == (700, 700)


def _faces(*labelled: tuple[np.ndarray, int]) -> LabelledFaces:
    images = np.array([image for image, _ in labelled], np.uint8).reshape(-1, 48, 48)
    return LabelledFaces(
        images, np.array([label for _, label in labelled], np.int64), [str(n) for n in range(len(labelled))]
    )


def _labels_of_twins(faces: LabelledFaces, which: int, among: LabelledFaces) -> set[int]:
    same = (among.images == faces.images[which]).all(axis=(1, 2))
    if faces is among:
        same[which] = False
    return set(among.labels[same].tolist())
