"""One model on several sets: its own labels, the taggers' answers, other data, poor pictures; beside another model."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import CLASSES
from fer_models.evaluation.across import answers, figures
from fer_models.evaluation.conditions import CONDITIONS, as_on_a_device, dim
from fer_models.evaluation.sets import AGREEMENT, MAJORITY, FaceSet, face_sets
from fer_models.model_files.runtime import Classifier
from fer_wire.emotions import EMOTIONS
from made_models import made_faces, write_images, write_network

NEUTRAL = EMOTIONS.index("neutral")


def write_votes(path: Path, faces: LabelledFaces, votes: dict[int, dict[str, int]]) -> Path:
    lines = [",".join(("path", *CLASSES))]
    lines += [",".join([faces.names[face], *(str(of.get(name, 0)) for name in CLASSES)]) for face, of in votes.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_taggers_answer_counts_where_one_emotion_leads_and_their_agreement_where_seven_of_ten_give_it(
    tmp_path: Path,
) -> None:
    faces = made_faces(7)
    votes = {
        0: {"neutral": 9, "anger": 1},
        1: {"neutral": 6, "anger": 4},
        2: {"neutral": 5, "anger": 5},
        3: {"contempt": 8, "anger": 2},
        4: {"anger": 7, "NF": 3},
    }
    sets = face_sets([tmp_path], "PublicTest", faces, write_votes(tmp_path / "votes.csv", faces, votes))
    told = {each.name: (each.faces.names, each.faces.labels.tolist()) for each in sets[1:]}
    assert told == {
        MAJORITY: ([faces.names[n] for n in (0, 1, 4)], [NEUTRAL, NEUTRAL, 0]),
        AGREEMENT: ([faces.names[n] for n in (0, 4)], [NEUTRAL, 0]),
    }


def test_other_data_and_poor_pictures_come_after_the_first(tmp_path: Path) -> None:
    write_images(tmp_path / "other", "PublicTest", made_faces(14))
    sets = face_sets([Path("first.zip"), tmp_path / "other"], "PublicTest", made_faces(7), None, poor_pictures=True)
    assert [each.name for each in sets] == ["first", "other", *CONDITIONS]
    assert [len(each.faces) for each in sets] == [7, 14, *[7] * len(CONDITIONS)]


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_poor_picture_keeps_its_shape_is_another_and_is_the_same_at_every_call(name: str) -> None:
    images = made_faces(7).images
    _, spoil = CONDITIONS[name]
    assert spoil(images).shape == images.shape
    assert spoil(images).dtype == np.uint8
    assert (spoil(images) != images).any()
    np.testing.assert_array_equal(spoil(images), spoil(images))


def test_a_quarter_of_the_light_is_stretched_again_as_on_a_device() -> None:
    images = made_faces(7).images
    assert dim(images).max() <= 64
    assert as_on_a_device(dim(images)).max() == 255


def test_a_model_beside_itself_is_neither_better_nor_worse(tmp_path: Path) -> None:
    sets = [FaceSet("one", "made up", made_faces(35))]
    found = answers(Classifier(write_network(tmp_path / "a.onnx")), sets)
    (alone,), (paired,) = figures(sets, found), figures(sets, found, found)
    assert "against" not in alone
    assert paired["against"] == {"better": 0, "worse": 0, "p": 1.0}
    assert paired["images"] == 35
    assert paired["macro_recall"] == pytest.approx(np.mean(list(paired["recall"].values())), abs=1e-5)
    low, high = paired["macro_recall_interval"]
    assert low <= paired["macro_recall"] <= high


def test_an_emotion_without_a_face_does_not_count_in_the_mean_recall(tmp_path: Path) -> None:
    faces = made_faces(35)
    some = faces.take(np.flatnonzero(faces.labels < 3))
    sets = [FaceSet("some", "made up", some)]
    (found,) = figures(sets, answers(Classifier(write_network(tmp_path / "a.onnx")), sets))
    assert list(found["recall"]) == list(EMOTIONS[:3])
