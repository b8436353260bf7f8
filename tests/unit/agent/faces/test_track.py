import itertools
from typing import Callable, List

import numpy as np
from fakes_vision import FakeVision
from fer_agent.faces.eyes import Sighting
from fer_agent.faces.geometry import Rectangle
from fer_agent.faces.track import Tracker
from fer_agent.settings import FacesSettings

GREY = np.zeros((360, 640), np.uint8)
SETTINGS = FacesSettings(detect_every_frames=10, confirm_detections=2, max_missed_detections=3)
World = Callable[[int], List[Rectangle]]


def box(left: float = 100, top: float = 100, size: float = 100) -> Rectangle:
    return Rectangle(left, top, size, size)


def watch(
    vision: FakeVision, frames: int, settings: FacesSettings = SETTINGS, *, stills: bool = False
) -> List[Sighting]:
    numbers = itertools.count(1)
    tracker = Tracker(vision, settings, lambda: next(numbers), stills=stills)
    sightings = []
    for frame in range(frames):
        vision.frame = frame
        sightings.append(tracker.update(GREY))
    return sightings


def tracks(sighting: Sighting) -> List[int]:
    return [face.track for face in sighting.faces]


def test_a_new_face_counts_when_a_second_scan_has_confirmed_it_soon() -> None:
    vision = FakeVision(lambda _: [box()])
    sightings = watch(vision, 5)
    assert [tracks(sighting) for sighting in sightings] == [[], [], [1], [1], [1]]


def test_between_scans_a_face_is_followed_by_its_landmarks() -> None:
    vision = FakeVision(lambda frame: [box(100 + 4 * frame)])
    sightings = watch(vision, 60)
    assert {track for sighting in sightings[2:] for track in tracks(sighting)} == {1}
    assert all(tracks(sighting) == [1] for sighting in sightings[2:])
    assert len(vision.scans) <= 8
    assert sightings[-1].faces[0].box.overlap(box(100 + 4 * 59)) > 0.8


def test_a_pattern_seen_in_one_scan_only_is_never_reported() -> None:
    sightings = watch(FakeVision(lambda frame: [box()] if frame == 0 else []), 30)
    assert all(not sighting.faces and not sighting.ended for sighting in sightings)


def test_a_lost_face_ends_its_track_once() -> None:
    sightings = watch(FakeVision(lambda frame: [box()] if frame < 20 else []), 70)
    assert [sighting.ended for sighting in sightings if sighting.ended] == [(1,)]
    assert not sightings[-1].faces


def test_a_face_that_scans_miss_for_a_moment_keeps_its_track() -> None:
    vision = FakeVision(lambda _: [box()])
    vision.blind_in = range(10, 15)
    sightings = watch(vision, 40)
    assert all(tracks(sighting) == [1] for sighting in sightings[2:])


def test_a_face_that_returns_after_its_end_gets_a_new_number() -> None:
    sightings = watch(FakeVision(lambda frame: [] if 20 <= frame < 70 else [box()]), 100)
    assert tracks(sightings[10]) == [1]
    assert tracks(sightings[-1]) == [2]


def test_a_face_that_jumps_is_found_again_by_an_urgent_scan() -> None:
    sightings = watch(FakeVision(lambda frame: [box(100 if frame < 23 else 400)]), 60)
    assert [sighting.ended for sighting in sightings if sighting.ended] == [(1,)]
    assert tracks(sightings[-1]) == [2]


def test_two_faces_have_two_numbers_and_keep_them() -> None:
    sightings = watch(FakeVision(lambda frame: [box(50 + frame), box(400 - frame)]), 50)
    by_place = [[face.track for face in sorted(s.faces, key=lambda face: face.box.left)] for s in sightings[2:]]
    assert all(order == by_place[0] for order in by_place)
    assert len(by_place[0]) == 2


def test_two_tracks_that_run_into_one_face_become_one() -> None:
    sightings = watch(FakeVision(lambda frame: [box(100), box(300)] if frame < 15 else [box(100), box(100 + 2)]), 60)
    assert len(sightings[-1].faces) == 1


def test_a_second_face_is_noticed_by_the_next_scan() -> None:
    sightings = watch(FakeVision(lambda frame: [box(100)] if frame < 15 else [box(100), box(400)]), 40)
    assert tracks(sightings[14]) == [1]
    assert tracks(sightings[-1]) == [1, 2]


def test_a_face_that_leaves_the_frame_ends() -> None:
    sightings = watch(FakeVision(lambda frame: [box(500 + 5 * frame)]), 60)
    assert [sighting.ended for sighting in sightings if sighting.ended] == [(1,)]


def test_of_stills_each_picture_has_faces_of_its_own_at_once() -> None:
    vision = FakeVision(lambda _: [box()])
    sightings = watch(vision, 3, stills=True)
    assert [tracks(sighting) for sighting in sightings] == [[1], [2], [3]]
    assert [sighting.ended for sighting in sightings] == [(), (1,), (2,)]


def test_at_the_stop_the_open_tracks_are_named() -> None:
    vision = FakeVision(lambda _: [box()])
    numbers = itertools.count(7)
    tracker = Tracker(vision, SETTINGS, lambda: next(numbers))
    for frame in range(5):
        vision.frame = frame
        tracker.update(GREY)
    assert tracker.stop() == (7,)
    assert tracker.stop() == ()


def test_a_face_too_small_to_read_begins_no_track() -> None:
    sightings = watch(FakeVision(lambda _: [box(size=20), box(300, size=40)]), 12)
    assert [round(face.box.left) // 100 for face in sightings[-1].faces] == [3]


def test_a_face_that_moves_too_far_away_is_not_shown_until_it_comes_near_again() -> None:
    sightings = watch(FakeVision(lambda frame: [box(size=20 + abs(frame - 30))]), 60)
    shown = [tracks(sighting) for sighting in sightings]
    assert (shown[5], shown[30], shown[55]) == ([1], [], [1])
    assert not any(sighting.ended for sighting in sightings)


SPEED = 4


def crossing(frame: int) -> List[Rectangle]:
    """One face goes to the right, and behind it another one to the left, unseen where it is covered."""
    front, behind = box(100 + SPEED * frame), box(420 - SPEED * frame, top=110)
    return [front] if front.overlap(behind) > 0.3 else [front, behind]


def test_two_faces_that_cross_keep_their_numbers() -> None:
    sightings = watch(FakeVision(crossing), 80)
    before, after = ({round(face.box.left): face.track for face in sightings[frame].faces} for frame in (10, 79))
    assert len(before) == len(after) == 2
    assert before[min(before)] == after[max(after)]
    assert before[max(before)] == after[min(after)]
    assert not any(sighting.ended for sighting in sightings)


def test_a_face_that_is_out_of_sight_for_a_moment_keeps_its_number() -> None:
    sightings = watch(FakeVision(lambda frame: [] if 30 <= frame < 55 else [box(100 + frame)]), 90)
    assert tracks(sightings[40]) == []
    assert tracks(sightings[-1]) == [1]
    assert not any(sighting.ended for sighting in sightings)


def test_one_that_appears_far_from_a_lost_face_is_another() -> None:
    sightings = watch(FakeVision(lambda frame: [box(100)] if frame < 30 else [box(400)]), 50)
    assert tracks(sightings[-1]) == [2]


def test_a_camera_that_turns_begins_anew() -> None:
    vision = FakeVision(lambda _: [box()])
    numbers = itertools.count(1)
    tracker = Tracker(vision, SETTINGS, lambda: next(numbers))
    sightings = [tracker.update(GREY) for vision.frame in range(5)]
    sightings += [tracker.update(np.zeros((640, 360), np.uint8)) for vision.frame in range(5)]
    assert [tracks(sightings[index]) for index in (4, -1)] == [[1], [2]]
    assert [sighting.ended for sighting in sightings if sighting.ended] == [(1,)]


def test_faces_keep_their_numbers_when_the_eyes_are_changed() -> None:
    first, second = FakeVision(lambda _: [box()]), FakeVision(lambda _: [box(104)])
    numbers = itertools.count(1)
    tracker = Tracker(first, SETTINGS, lambda: next(numbers))
    for _ in range(15):
        tracker.update(GREY)
    tracker.eyes = second
    assert [tracks(tracker.update(GREY)) for _ in range(30)] == [[1]] * 30
    assert second.scans


def test_of_a_crowd_the_largest_faces_are_followed() -> None:
    crowd = [box(60 * (index % 10), 70 * (index // 10), size=30 + index) for index in range(40)]
    settings = FacesSettings(max_faces=7, confirm_detections=1)
    faces = watch(FakeVision(lambda _: crowd), 15, settings)[-1].faces
    assert len(faces) == 7
    assert min(face.box.size for face in faces) > 60
