import logging

import pytest
from fer_controller.ingest.peers import Peers
from fer_wire import Greeting, MessageError, Topics, parse

HERE = Greeting(controller="controller-here", database="here:/fleet.db")
THERE = Greeting(controller="controller-there", database="there:/other.db")


@pytest.fixture
def peers() -> Peers:
    return Peers(Topics(), HERE)


def said(peers: Peers) -> "list[tuple[str, bool]]":
    """The topics of the greetings that leave now, and whether they are answers."""
    return [(topic, parse(Greeting, payload).answers) for topic, payload in peers.take_messages()]


def test_whoever_is_there_is_greeted_on_each_connection(peers: Peers) -> None:
    peers.connected()
    assert said(peers) == [("fer/v1/controller-here/controller", False)]
    assert said(peers) == []
    peers.connected()
    assert len(said(peers)) == 1


def test_another_controller_is_answered_and_told_of_once(peers: Peers, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        peers.heard(THERE.payload())
    assert said(peers) == [("fer/v1/controller-here/controller", True)] * 2
    (told,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert "Another controller, which stores into there:/other.db, works below fer/v1" in told.getMessage()


def test_an_answer_is_told_of_and_not_answered(peers: Peers, caplog: pytest.LogCaptureFixture) -> None:
    peers.heard(THERE.model_copy(update={"answers": True}).payload())
    assert said(peers) == []
    assert "there:/other.db" in caplog.text


def test_our_own_greeting_says_nothing(peers: Peers, caplog: pytest.LogCaptureFixture) -> None:
    peers.heard(HERE.payload())
    assert (said(peers), caplog.text) == ([], "")


def test_what_is_no_greeting_is_refused(peers: Peers) -> None:
    with pytest.raises(MessageError, match="Greeting: "):
        peers.heard(b"{}")
