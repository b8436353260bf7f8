"""A request that cannot be meant is refused with a sentence, whatever it is made of."""

from collections.abc import Iterator

import pytest
import requests
from fer_wire.printable import one_line, printable
from served_fleet import ServedFleet

TIMEOUT_S = 20


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.mark.parametrize("path", ["/v1/rollouts", "/v1/plans"])
@pytest.mark.parametrize("field", ["selector", "precision", "model", "waves", "gates", "devices", "soak"])
@pytest.mark.parametrize("text", [r"\ud800", r"a=\udc00", r"\u0000", r"\u001b[2J"])
def test_no_text_of_a_request_is_a_fault_of_the_server(fleet: ServedFleet, path: str, field: str, text: str) -> None:
    value = f'["{text}"]' if field in ("gates", "devices") else f'"{text}"'
    headers = {"Authorization": f"Bearer {fleet.token}", "Content-Type": "application/json"}
    answer = requests.post(f"{fleet.url}{path}", f'{{"{field}": {value}}}', headers=headers, timeout=TIMEOUT_S)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/labels", r'{"devices": ["orin-03"], "labels": ["\ud800=x"]}'),
        ("/v1/labels", r'{"devices": ["\ud800"], "labels": ["site=x"]}'),
        ("/v1/rollouts/x/orders", r'{"order": "\udfff"}'),
        ("/v1/devices/%ED%A0%80/forget", "{}"),
    ],
)
def test_no_name_of_a_thing_is_a_fault_of_the_server(fleet: ServedFleet, path: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {fleet.token}", "Content-Type": "application/json"}
    answer = requests.post(f"{fleet.url}{path}", body, headers=headers, timeout=TIMEOUT_S)
    assert 400 <= answer.status_code < 500, answer.text


def test_a_lone_surrogate_is_spelt_out() -> None:
    assert printable("a\ud800b\udcff") == r"a\ud800b\xff"
    assert one_line("\udfff") == r"\udfff"
