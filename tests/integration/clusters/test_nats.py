"""NATS with JetStream, three nodes."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from clustered_brokers import NATS, Cluster, missing, nats
from integration.clusters.flow import flowing

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
ROUNDS = 3
FROZEN_S = 4.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    if lacking := missing(NATS):
        pytest.skip(f"{lacking} is not installed (apt-get install nats-server).")
    with nats(tmp_path) as made:
        yield made


def test_nodes_that_die_and_freeze_lose_nothing_and_count_nothing_twice(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random("nats")
    with flowing(cluster, tmp_path) as flow:
        for turn in range(ROUNDS):
            flow.dies(turn % len(cluster), dice)
            flow.goes_on()
            flow.freezes((turn + 1) % len(cluster), FROZEN_S)
            flow.goes_on()
        outcome = flow.assert_stored_once()
    with capsys.disabled():
        print(f"\n  NATS: {outcome} ", end="")
