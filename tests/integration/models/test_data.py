"""FER2013 as it is: its images, its duplicates, and FER+'s votes on them."""

from pathlib import Path

import pytest
from fer_models.data.duplicates import Twins, find_duplicates
from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import load_votes, translated
from fer_models.data.sources import PUBLIC_TEST, load_split
from fer_wire import EMOTIONS


@pytest.fixture
def faces(data_dir: Path) -> LabelledFaces:
    return load_split(data_dir / "fer2013.zip", PUBLIC_TEST)


def test_fer2013_repeats_itself_as_is_known(faces: LabelledFaces) -> None:
    (found,) = find_duplicates({PUBLIC_TEST: faces})
    assert found.exact == Twins(52, 2)
    assert found.near.images == pytest.approx(42, abs=2)  # at the bound, the order of sums decides


def test_nearly_every_image_has_votes_that_mostly_agree_with_its_label(data_dir: Path, faces: LabelledFaces) -> None:
    votes = load_votes(data_dir / "ferplus_votes.csv", faces)
    assert (votes.sum(axis=1) > 0).sum() == 3553
    soft = translated(votes, faces.labels)
    assert (soft.argmax(axis=1) == faces.labels).mean() > 0.6
    assert soft[faces.labels == EMOTIONS.index("happy"), EMOTIONS.index("happy")].mean() > 0.7
