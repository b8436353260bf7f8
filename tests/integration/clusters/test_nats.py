"""NATS with JetStream, three nodes: what it can and cannot do, and that it loses nothing when nodes die and freeze."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clustered_brokers import NATS, Cluster, Node, missing, nats
from controller_process import eventually
from fer_agent.broker.link import BrokerLink
from fer_agent.settings import BrokerSettings
from fer_wire import Topics
from heard_of_brokers import HEARINGS
from integration.clusters.flow import flowing
from linked_device import WritingEar

pytestmark = [pytest.mark.machines, pytest.mark.timeout(600)]
FROZEN_S = 4.0
TOPICS = Topics("tried")
"""Not those of the fleet that uses the cluster afterwards."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if lacking := missing(NATS):
        pytest.skip(f"{lacking} is not installed (apt-get install nats-server).")
    with nats(tmp_path_factory.mktemp("nats")) as made:
        for node in made:
            Client(node, "first").leave()
        yield made


class Client:
    """Somebody at one node of the cluster."""

    def __init__(self, node: Node, name: str, *filters: str) -> None:
        self.ear = WritingEar()
        settings = BrokerSettings(url=node.url, reconnect_max_s=0.5)
        self.link = BrokerLink(settings, name, None, filters or ("tried/nothing",), self.ear)
        self.link.start()
        eventually(self.ear.up.is_set, f"{name} is connected")

    def leave(self) -> None:
        self.link.stop()


@pytest.fixture
def comes() -> Iterator[Callable[..., Client]]:
    """Somebody comes, and leaves at the end of the test."""
    there: list[Client] = []

    def client(node: Node, name: str, *filters: str) -> Client:
        there.append(Client(node, name, *filters))
        return there[-1]

    yield client
    for each in there:
        each.leave()


def test_it_speaks_3_1_1_alone_and_serves_every_program(cluster: Cluster) -> None:
    for hearing in HEARINGS:
        assert hearing({"url": cluster[0].url}, "") == ""


def test_what_is_retained_is_found_by_a_filter_at_every_node(cluster: Cluster, comes: Callable[..., Client]) -> None:
    sender = comes(cluster[0], "sender")
    sender.link.publish(TOPICS.status("nano-01"), b"kept", qos=1, retain=True)
    for node in cluster:
        reader = comes(node, f"reader-{node.port}", TOPICS.every("status"))
        eventually(lambda reader=reader: reader.ear.messages("/status") == [b"kept"], "what is retained")  # type: ignore[misc]


def test_a_client_that_comes_back_at_another_node_takes_its_place(
    cluster: Cluster, comes: Callable[..., Client]
) -> None:
    earlier = comes(cluster[0], "fer-agent-nano-01")
    comes(cluster[1], "fer-agent-nano-01")
    eventually(earlier.ear.down.is_set, "the earlier connection ends")


def test_a_name_with_a_dot_ends_the_connection(cluster: Cluster, comes: Callable[..., Client]) -> None:
    """NATS 2.9: a dot divides its own subjects."""
    sender = comes(cluster[0], "dotted")
    sender.link.publish(TOPICS.status("nano.01"), b"never", qos=1)
    eventually(sender.ear.down.is_set, "the connection ends")


def test_nodes_that_die_and_freeze_lose_nothing_and_count_nothing_twice(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with flowing(cluster, tmp_path) as flow:
        outcome = flow.survives("nats", FROZEN_S)
    with capsys.disabled():
        print(f"\n  NATS: {outcome} ", end="")
