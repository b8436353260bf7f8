import pytest
from fer_controller.store.queries import QUERIES, read


def test_a_query_has_a_name_a_description_and_its_text() -> None:
    assert read("-- a --\n-- What it does.\nSELECT 1;\n\n-- b --\n-- More.\n-- And more.\nSELECT\n  2;\n") == {
        "a": "SELECT 1",
        "b": "SELECT\n  2",
    }


@pytest.mark.parametrize("text", ["-- a --\nSELECT 1;\n", "-- a --\n-- x\nSELECT 1;\n-- a --\n-- x\nSELECT 2;\n"])
def test_a_query_without_description_or_named_twice_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="the query a is named twice or has no description"):
        read(text)


def test_the_store_has_its_queries() -> None:
    assert "insert_event" in QUERIES
    assert all(QUERIES.values())
