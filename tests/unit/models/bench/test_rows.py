"""The rows: the full and the light model in every runtime, and the paper's other networks in Keras."""

import pytest
from fer_models.bench.rows import MODULES, PRECISIONS, every_row, select
from fer_models.errors import UsageError


def test_every_row_has_a_name_of_its_own() -> None:
    names = [row.name for row in every_row()]
    assert len(set(names)) == len(names) == 51


@pytest.mark.parametrize("model", ["xception", "light"])
def test_both_models_are_measured_in_every_runtime_and_precision(model: str) -> None:
    found = {(row.runtime, row.precision) for row in every_row() if row.model == model}
    assert found == {(runtime, precision) for runtime, each in PRECISIONS.items() for precision in each}


def test_every_runtime_has_a_file() -> None:
    assert set(MODULES) == set(PRECISIONS)


def test_without_a_name_all_rows_are_selected() -> None:
    assert select([]) == list(every_row())


@pytest.mark.parametrize(
    ("name", "rows"),
    [("light", 15), ("light/ort-cpu", 3), ("light/ort-cpu/int8", 1), ("vgg16", 1)],
)
def test_a_name_selects_the_rows_that_begin_with_it(name: str, rows: int) -> None:
    found = select([name])
    assert len(found) == rows
    assert all(row.name.startswith(name) for row in found)


def test_rows_keep_their_order_and_are_selected_once() -> None:
    assert [row.name for row in select(["light/opencv", "light/ort-cpu/fp32", "light/opencv/fp32"])] == [
        "light/ort-cpu/fp32",
        "light/opencv/fp32",
    ]


@pytest.mark.parametrize("name", ["", "heavy", "light/ort", "light/ort-cpu/int4", "light/ort-cpu/int8/x"])
def test_an_unknown_row_is_refused_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(UsageError, match=rf"There is no row {name}; .* xception, light, .* ort-tensorrt"):
        select([name])
