"""PostgreSQL's primary dies, sleeps or is cut off under load: the controller follows to the next, and loses nothing."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patroni_cluster import Node, PatroniCluster, missing
from real_broker import Mosquitto
from real_postgres import open_folder
from replicated_fleet import ReplicatedFleet

KILLS = 5
MINUTE_S = 60.0
pytestmark = [pytest.mark.failover, pytest.mark.mosquitto, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def running() -> Iterator[PatroniCluster]:
    """Three nodes, which every test leaves whole."""
    if lacking := missing():
        pytest.skip(f"Not installed: {', '.join(lacking)} (apt-get install {' '.join(lacking)}).")
    with open_folder() as folder:
        made = PatroniCluster(Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.remove()


@pytest.fixture
def cluster(running: PatroniCluster) -> PatroniCluster:
    """The same, whole."""
    running.until_whole()
    return running


@pytest.fixture
def fleet(tmp_path: Path, mosquitto: Mosquitto, cluster: PatroniCluster) -> Iterator[ReplicatedFleet]:
    """Thirty devices whose events are being stored, in a database of their own."""
    made = ReplicatedFleet(tmp_path, mosquitto, cluster.new_database())
    try:
        made.start()
        yield made
    finally:
        made.end()


def tell(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        print(f"\n  {text}; ", end="")


def test_primaries_that_are_killed_one_after_another_cost_no_event(
    cluster: PatroniCluster, fleet: ReplicatedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    away_s = []
    for _ in range(KILLS):
        victim = cluster.primary()
        victim.kill()
        away_s.append(fleet.until_stored())
        victim.start()
        cluster.until_whole()
    outcome = fleet.assert_exactly_once()
    tell(
        capsys,
        f"{KILLS} primaries killed, stored again after {', '.join(f'{each:.1f}' for each in away_s)} s: {outcome}",
    )


@pytest.mark.parametrize(
    ("goes", "comes_back"), [(Node.pause, Node.wake), (Node.cut_off, Node.rejoin)], ids=["asleep", "cut off"]
)
def test_a_primary_that_comes_back_when_another_leads_takes_no_writes(
    goes: Callable[[Node], None],
    comes_back: Callable[[Node], None],
    cluster: PatroniCluster,
    fleet: ReplicatedFleet,
    capsys: pytest.CaptureFixture[str],
) -> None:
    former = cluster.primary()
    goes(former)
    away_s = fleet.until_stored()
    comes_back(former)
    cluster.until_whole()
    assert cluster.primary() is not former
    fleet.until_stored()
    tell(capsys, f"primary away, stored again after {away_s:.1f} s: {fleet.assert_exactly_once()}")


def test_a_standby_that_sleeps_or_dies_holds_nothing_up_for_good(
    cluster: PatroniCluster, fleet: ReplicatedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    synchronous = cluster.synchronous_standby()
    synchronous.pause()
    asleep_s = fleet.until_stored()
    synchronous.wake()
    cluster.until_whole()
    another = cluster.synchronous_standby()
    another.kill()
    dead_s = fleet.until_stored()
    another.start()
    cluster.until_whole()
    outcome = fleet.assert_exactly_once()
    tell(capsys, f"standby asleep, stored again after {asleep_s:.1f} s; dead, after {dead_s:.1f} s: {outcome}")


def test_nothing_is_acknowledged_that_one_node_alone_has(
    cluster: PatroniCluster, fleet: ReplicatedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    primary = cluster.primary()
    standbys = [node for node in cluster.nodes if node is not primary]
    for node in standbys:
        node.kill()
    primary.kill()  # Whatever it committed alone, devices still have.
    for node in standbys:
        node.start()
    away_s = fleet.until_stored()
    primary.start()
    cluster.until_whole()
    tell(capsys, f"all dead, two back, stored again after {away_s:.1f} s: {fleet.assert_exactly_once()}")


def test_postgres_alone_is_killed_and_restarted_by_patroni(
    cluster: PatroniCluster, fleet: ReplicatedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.primary().kill_postgres()
    away_s = fleet.until_stored()
    cluster.until_whole()
    tell(capsys, f"PostgreSQL killed, Patroni not: stored again after {away_s:.1f} s: {fleet.assert_exactly_once()}")


def test_a_database_that_is_out_of_reach_for_a_minute_costs_no_event(
    cluster: PatroniCluster, fleet: ReplicatedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    for node in cluster.nodes:
        node.pause()
    time.sleep(MINUTE_S)
    for node in cluster.nodes:
        node.wake()
    away_s = fleet.until_stored()
    tell(capsys, f"all asleep for {MINUTE_S:.0f} s, stored again after {away_s:.1f} s: {fleet.assert_exactly_once()}")
