from fer_agent.emotion.turns import Turns
from hypothesis import given
from hypothesis import strategies as st


def test_all_faces_are_taken_where_they_are_few() -> None:
    assert Turns(3).take([7, 5, 9]) == [0, 1, 2]


def test_without_a_limit_all_are_taken() -> None:
    assert Turns(None).take(range(100)) == list(range(100))


def test_a_new_face_is_taken_before_those_already_known() -> None:
    turns = Turns(2)
    turns.take([1, 2])
    assert turns.take([1, 2, 3]) == [0, 2]


def test_a_track_that_ended_is_forgotten() -> None:
    turns = Turns(1)
    turns.take([1])
    turns.forget(1)
    assert turns.take([2, 1]) == [0]
    assert turns.take([2, 1]) == [1]


@given(st.integers(1, 9), st.integers(1, 40))
def test_nobody_waits_longer_than_it_takes_to_go_round_once(most: int, faces: int) -> None:
    turns, rounds = Turns(most), -(-faces // most)
    tracks = list(range(faces))
    taken = [turns.take(tracks) for _ in range(3 * rounds)]
    assert all(len(each) == min(most, faces) for each in taken)
    for face in tracks:
        turned = [frame for frame, each in enumerate(taken) if face in each]
        gaps = [later - earlier for earlier, later in zip(turned, turned[1:])]
        assert turned[0] < rounds
        assert all(gap <= rounds for gap in gaps)


@given(st.lists(st.sets(st.integers(0, 20), min_size=1), min_size=1, max_size=30))
def test_faces_that_come_and_go_are_taken_in_order_and_never_too_many(frames: "list[set[int]]") -> None:
    turns = Turns(4)
    for faces in frames:
        taken = turns.take(sorted(faces))
        assert taken == sorted(set(taken))
        assert len(taken) == min(4, len(faces))
