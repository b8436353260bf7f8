"""RabbitMQ with its MQTT plugin, three nodes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clustered_brokers import EPMD, RABBITMQ, Cluster, missing, rabbitmq
from integration.clusters.flow import flowing

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
FROZEN_S = 12.0
"""Longer than the nodes wait for each other (net_ticktime)."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    if lacking := missing(RABBITMQ, EPMD):
        pytest.skip(f"{lacking} is not installed (apt-get install rabbitmq-server).")
    with rabbitmq(tmp_path) as made:
        yield made


def test_nodes_that_die_and_freeze_lose_nothing_and_count_nothing_twice(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with flowing(cluster, tmp_path) as flow:
        outcome = flow.survives("rabbitmq", FROZEN_S)
    with capsys.disabled():
        print(f"\n  RabbitMQ: {outcome} ", end="")
