from typing import Tuple

import pytest
from fer_wire import WireError
from fer_wire.broker import BrokerConnection, parse_broker_url
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://127.0.0.1:1883", ("127.0.0.1", 1883, False)),
        ("mqtt://broker.lab", ("broker.lab", 1883, False)),
        ("mqtts://broker.lab", ("broker.lab", 8883, True)),
        ("mqtts://broker.lab:65535", ("broker.lab", 65535, True)),
        ("mqtt://[::1]:1884", ("::1", 1884, False)),
        ("mqtts://[fe80::1]", ("fe80::1", 8883, True)),
    ],
)
def test_a_url_names_host_port_and_whether_tls_is_spoken(url: str, address: Tuple[str, int, bool]) -> None:
    assert parse_broker_url(url) == address
    assert BrokerConnection(url=url).address == address


@pytest.mark.parametrize(
    "url",
    ["", "broker.lab", "http://broker.lab", "MQTT://broker.lab", "mqtt://", "mqtt://a b", "mqtt://user:secret@broker.lab",
     "mqtt://broker.lab/", "mqtt://broker.lab:", "mqtt://broker.lab:0", "mqtt://broker.lab:65536", "mqtt://[gg::1]",
     "mqtt://broker.lab:1883\n"],
)  # fmt: skip
def test_anything_else_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(WireError, match=r"^expected mqtt://HOST:PORT or mqtts://HOST:PORT$"):
        parse_broker_url(url)
    with pytest.raises(ValidationError, match="expected mqtt://HOST:PORT"):
        BrokerConnection(url=url)


def test_a_prefix_is_checked_where_it_is_set() -> None:
    with pytest.raises(ValidationError, match="is not a valid topic prefix"):
        BrokerConnection(prefix="fer/")


def test_a_misspelt_setting_is_an_error() -> None:
    with pytest.raises(ValidationError, match="hots"):
        BrokerConnection.model_validate({"hots": "x"})
