"""Names and ids that are shorter than they are and still tell each other apart."""

from fer_terminal.shortening import apart, middle, prefixes
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len


def test_the_middle_of_a_name_is_left_out_and_both_ends_stay() -> None:
    assert middle("warehouse-north-camera-0001", 13) == "wareho…a-0001"
    assert middle("nano-01", 13) == "nano-01"


def test_names_that_would_look_the_same_are_not_shortened() -> None:
    assert apart(["hall-a-0001", "hall-b-0001"], 7) is None
    assert apart(["hall-a-0001", "roof-b-0002"], 7) == {"hall-a-0001": "hal…001", "roof-b-0002": "roo…002"}


def test_an_id_is_as_long_as_it_takes_to_tell_it_from_the_others() -> None:
    assert prefixes(["0123456789ab", "fedcba987654"])["0123456789ab"] == "01234567"
    assert prefixes(["0123456789ab", "0123456788ab"])["0123456789ab"] == "0123456789"
    assert prefixes(["abc"]) == {"abc": "abc"}


@given(st.text(max_size=80), st.integers(1, 80))
def test_a_shortened_name_has_room(name: str, width: int) -> None:
    assert cell_len(middle(name, width)) <= width or cell_len(name) <= width


@given(st.lists(st.text("0123456789abcdef", min_size=12, max_size=40), max_size=20))
def test_shortened_ids_begin_their_own_id_alone(ids: "list[str]") -> None:
    for whole, short in prefixes(ids).items():
        assert [each for each in {*ids} if each.startswith(short)] == [whole] or short == whole
