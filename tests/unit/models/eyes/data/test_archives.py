"""The archives as pictures with faces."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.errors import DatasetError
from fer_models.eyes.data.archives import (
    BACKGROUNDS,
    FOUND,
    PHOTOGRAPHS,
    PROFILES,
    SCENES,
    VIDEO,
    Picture,
    read_archive,
)
from fer_models.eyes.data.library import Library, read_library
from made_eyes import write_archives


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    return write_archives(tmp_path / "detect")


def both(folder: Path, archive: str) -> list[Picture]:
    return [picture for held in (False, True) for picture in read_archive(folder, archive, held=held)]


def test_each_picture_is_either_learned_or_held_out(archives: Path) -> None:
    learned = {each.file for each in read_archive(archives, BACKGROUNDS, held=False)}
    held = {each.file for each in read_archive(archives, BACKGROUNDS, held=True)}
    assert learned
    assert held
    assert not learned & held
    assert len(learned | held) == 24


def test_an_invalid_box_is_neither_a_face_nor_a_place_without_one(archives: Path) -> None:
    scene = both(archives, SCENES)[0]
    assert scene.faces.clear.tolist() == [True, False]
    assert np.isnan(scene.faces.points).all()
    assert scene.faces.whole


def test_the_found_faces_of_a_scene_are_not_all_of_its_faces(archives: Path) -> None:
    scene = both(archives, FOUND)[0]
    assert not scene.faces.whole
    assert scene.faces.points.shape == (1, 5, 2)


@pytest.mark.parametrize("archive", [PHOTOGRAPHS, VIDEO])
def test_a_portrait_has_landmarks_and_five_points(archives: Path, archive: str) -> None:
    portrait = both(archives, archive)[0].faces
    assert portrait.landmarks is not None
    assert portrait.landmarks.shape == (68, 2)
    assert portrait.points.shape == (1, 5, 2)
    assert portrait.angles is None


def test_a_profile_has_angles_and_a_fit_far_from_the_sets_own_points_is_left_out(archives: Path) -> None:
    profiles = {each.file: each.faces for each in both(archives, PROFILES)}
    assert profiles["001/profile/01.jpg"].angles == pytest.approx((60, 5, 0))
    assert "002/profile/01.jpg" not in profiles
    without_pitch = profiles["003/profile/01.jpg"].angles
    assert without_pitch is not None
    assert np.isnan(without_pitch[1])


def test_progress_is_told_picture_by_picture(archives: Path) -> None:
    told = list[int]()
    read_archive(archives, BACKGROUNDS, held=False, progress=lambda: told.append(1))
    assert len(told) == len(read_archive(archives, BACKGROUNDS, held=False))


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"scenes\.zip cannot be read as the archive scenes"):
        read_archive(tmp_path, SCENES, held=False)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "profiles.zip").write_bytes(b"no zip")
    with pytest.raises(DatasetError, match=r"profiles\.zip cannot be read"):
        read_archive(tmp_path, PROFILES, held=False)


def test_a_library_needs_every_kind_of_picture(archives: Path) -> None:
    library = read_library(archives)
    assert library.portraits
    with pytest.raises(DatasetError, match="among the backgrounds"):
        Library(library.scenes, library.found_scenes, library.portraits, [])


def test_the_public_archives_read_whole(data_dir: Path) -> None:
    folder = data_dir / "detect"
    assert len(both(folder, SCENES)) == 1149
    assert len(both(folder, PHOTOGRAPHS)) == 2012
