"""No person and no photograph is both learned and held out."""

from fer_models.eyes.data.split import group_of, held_out


def test_all_pictures_of_a_person_are_one_group() -> None:
    assert group_of("profiles", "001/profile/02.jpg") == group_of("profiles", "001/frontal/07.jpg")
    assert group_of("landmarks_video", "youtube/Ann_Lee_21.jpg") == group_of("landmarks_video", "youtube/Ann_Lee_3.jpg")


def test_all_faces_of_a_photograph_are_one_group() -> None:
    assert group_of("landmarks", "afw/111076519_1.jpg") == group_of("landmarks", "afw/111076519_2.jpg")


def test_numbered_photographs_are_groups_of_their_own() -> None:
    assert group_of("landmarks", "lfpw/image_0001.jpg") != group_of("landmarks", "lfpw/image_0002.jpg")
    assert group_of("scenes", "0_Parade_1.jpg") != group_of("scenes", "0_Parade_2.jpg")


def test_about_an_eighth_is_held_out() -> None:
    held = sum(held_out("backgrounds", f"n{index}.jpg") for index in range(4000))
    assert 430 < held < 570
