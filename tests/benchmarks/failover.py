"""How long nothing is stored after PostgreSQL's primary was killed with its Patroni, and that nothing is lost by it."""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from patroni_cluster import PatroniCluster, missing, timing
from real_broker import Mosquitto, mosquitto_binary
from real_postgres import open_folder
from replicated_fleet import DEVICES, ReplicatedFleet

KILLS = 8


def measure() -> dict[str, Any] | None:
    """Kill the primary again and again; None where the packages are missing."""
    if lacking := missing():
        print(f"Failover is not measured; {', '.join(lacking)} is not installed.", file=sys.stderr)
        return None
    with open_folder() as place, tempfile.TemporaryDirectory() as home:
        broker = Mosquitto(str(mosquitto_binary()), Path(home))
        cluster = PatroniCluster(Path(place))
        try:
            broker.start()
            cluster.start()
            return _measured(cluster, ReplicatedFleet(Path(home), broker, cluster.new_database()))
        finally:
            cluster.remove()
            broker.stop()


def _measured(cluster: PatroniCluster, fleet: ReplicatedFleet) -> dict[str, Any]:
    try:
        fleet.start()
        seconds = [_killed_s(cluster, fleet) for _ in range(KILLS)]
        said = fleet.assert_exactly_once()
    finally:
        fleet.end()
    return {
        "devices": DEVICES,
        "kills": KILLS,
        "patroni": timing(),
        "stored_again_s": [round(each, 1) for each in seconds],
        "median_s": round(statistics.median(seconds), 1),
        "counted": said,
    }


def _killed_s(cluster: PatroniCluster, fleet: ReplicatedFleet) -> float:
    victim = cluster.primary()
    victim.kill()
    seconds = fleet.until_stored()
    victim.start()
    cluster.until_whole()
    return seconds
