import pytest
from fer_controller.registry.onnx_versions import Versions, read_versions
from fer_wire.manifest import IR_VERSION, OPSET
from hypothesis import given
from hypothesis import strategies as st
from tiny_onnx import message, network


def test_a_network_tells_its_format_and_its_operators() -> None:
    assert read_versions(network()) == Versions(IR_VERSION, {"ai.onnx": OPSET})


def test_operators_of_another_domain_are_told() -> None:
    foreign = message((8, message((1, "ai.onnx.ml"), (2, 3))))
    assert read_versions(network() + foreign).opsets == {"ai.onnx": OPSET, "ai.onnx.ml": 3}


def test_fixed_width_fields_are_passed_over() -> None:
    fixed = b"\x79" + bytes(8) + b"\x7d" + bytes(4)
    assert read_versions(fixed + network()) == read_versions(network())


@pytest.mark.parametrize("data", [network()[:-1], network()[:100], b"\x0b", b"\xff" * 20, b"\x42\x02\x08\x01"])
def test_what_is_cut_short_or_no_protobuf_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"truncated|cannot be read"):
        read_versions(data)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    try:
        read_versions(data)
    except ValueError:
        return
