"""A broker's name may have several addresses: every program takes the one that answers."""

import socket
from typing import Any

import pytest
from heard_of_brokers import HEARINGS, Hearing
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto
NAME, NOBODY, BROKER = "brokers.test", "127.0.0.2", "127.0.0.1"


@pytest.mark.parametrize("hearing", HEARINGS)
def test_of_a_name_with_several_addresses_the_one_that_answers_is_taken(
    hearing: Hearing, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def looked_up(host: Any, *more: Any, **options: Any) -> list[Any]:
        hosts = [NOBODY, BROKER] if host == NAME else [host]
        return [found for each in hosts for found in look_up(each, *more, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    assert hearing({"url": f"mqtt://{NAME}:{mosquitto.port}"}, "!") == ""
