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
        ("mqtt://broker.lab:1883/", ("broker.lab", 1883, False)),
        ("MQTTS://broker.lab", ("broker.lab", 8883, True)),
    ],
)
def test_a_url_names_host_port_and_whether_tls_is_spoken(url: str, address: Tuple[str, int, bool]) -> None:
    assert parse_broker_url(url) == address
    assert BrokerConnection(url=url).address == address


@pytest.mark.parametrize(
    "url",
    ["", "broker.lab", "broker.lab:1883", "mqtt:broker.lab", "mqtt://", "mqtt:///", "mqtt://a b", "mqtt://broker.lab:",
     "mqtt://[gg::1]", "mqtt://broker.lab:1883\n", "mqtt://broker.lab?x=1", "amqp://broker.lab", "mqtt://a:1,b:1"],
)  # fmt: skip
def test_what_is_no_url_of_a_broker_is_answered_with_what_one_looks_like(url: str) -> None:
    assert refusal(url) == "expected mqtt://HOST:PORT or mqtts://HOST:PORT"


@pytest.mark.parametrize(
    "url",
    ["mqtt://user:s3cret@broker.lab", "mqtts://user:s3c/ret@broker.lab:8883", "tcp://user:s3cret@broker.lab",
     "user:s3cret@broker.lab", "mqtt://s3cret@broker.lab/x", "wss://user:s3@cret@broker.lab/mqtt"],
)  # fmt: skip
def test_a_name_and_a_password_have_settings_of_their_own_and_are_not_repeated(url: str) -> None:
    assert refusal(url).endswith("without a name and a password; set broker.username and broker.password")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("tcp://broker.lab:1883", "what others write as tcp:// is mqtt:// here"),
        ("SSL://broker.lab:8883", "what others write as ssl:// is mqtts:// here"),
        ("tls://broker.lab", "what others write as tls:// is mqtts:// here"),
        ("ws://broker.lab:9001/mqtt", "MQTT over WebSockets (ws://) is not spoken here"),
        ("wss://broker.lab/mqtt", "name the broker's TCP port, 1883 or with TLS 8883"),
        ("https://broker.lab", "MQTT over WebSockets (https://) is not spoken here"),
        ("mqtt://broker.lab:1883/mqtt", "without a path; only a broker's WebSockets have one"),
        ("mqtt://broker.lab:0", "a port from 1 to 65535"),
        ("mqtt://broker.lab:65536/", "a port from 1 to 65535"),
    ],
)
def test_what_other_programs_take_gets_a_sentence_of_its_own(url: str, told: str) -> None:
    assert told in refusal(url)


def test_a_slash_behind_the_port_is_dropped() -> None:
    assert BrokerConnection(url="mqtt://broker.lab:1883/").url == "mqtt://broker.lab:1883"


def refusal(url: str) -> str:
    """Why this is refused, by the parser and by the settings."""
    with pytest.raises(WireError) as refused:
        parse_broker_url(url)
    with pytest.raises(ValidationError) as by_settings:
        BrokerConnection(url=url)
    assert str(refused.value) in str(by_settings.value)
    assert "s3c" not in str(by_settings.value)
    return str(refused.value)


def test_a_prefix_is_checked_where_it_is_set() -> None:
    with pytest.raises(ValidationError, match="is not a valid topic prefix"):
        BrokerConnection(prefix="fer/")


def test_a_misspelt_setting_is_an_error() -> None:
    with pytest.raises(ValidationError, match="hots"):
        BrokerConnection.model_validate({"hots": "x"})
