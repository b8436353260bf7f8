"""Another version comes onto a fleet that is at work: unnoticed when it is good, and not at all when it is bad."""

from pathlib import Path

import pytest
from controller_process import eventually
from fleet.console import PATIENCE_S
from fleet.site import Fleet
from fleet.wheelhouses import Changes, with_changed

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

TOMORROW = '''

@MIGRATIONS()
def m999_tomorrow(db: sqlite_utils.Database) -> None:
    """A table that no older program knows."""
    _run(db, "CREATE TABLE tomorrow (day TEXT)")
'''
DIES_AT_ITS_START: Changes = {
    "fer_agent/cli/start.py": lambda text: text.replace("agent = compose(", "agent = 1 / 0 + (")
}
UPGRADES_THE_DATABASE_AND_DIES: Changes = {
    "fer_controller/store/sqlite/migrations.py": lambda text: text + TOMORROW,
    "fer_controller/controller.py": lambda text: text.replace("systemd.notify(systemd.READY)", "raise SystemExit(3)"),
}
CANNOT_TAKE_THE_DATABASE: Changes = {
    "fer_controller/store/sqlite/migrations.py": lambda text: text + TOMORROW.replace("CREATE TABLE", "CREATE NOTHING")
}


def another(text: str) -> str:
    """A change that changes nothing but the hash."""
    return text + "\n# Another version.\n"


def environment(fleet: Fleet, host: str, program: str) -> str:
    return fleet.hosts[host].ssh(f"readlink /opt/{program}")


def test_an_agent_that_does_not_start_gives_way_to_the_one_before(fleet: Fleet, tmp_path: Path) -> None:
    bad = with_changed(fleet.ansible.wheelhouse, tmp_path / "bad", "fer_agent", DIES_AT_ITS_START)
    before, lost = environment(fleet, "nano-01", "fer-agent"), fleet.console.missing("nano-01")
    said, failed = fleet.ansible.ran("-e", f"fer_wheelhouse={bad}", "--limit", "nano-01")
    assert (failed, "It runs on with what worked before" in said) == (True, True)
    assert environment(fleet, "nano-01", "fer-agent") == before
    eventually(fleet.all_online, "both are online", PATIENCE_S)
    fleet.console.new_events("nano-01")
    eventually(lambda: fleet.console.missing("nano-01") == lost, "no event is missing", PATIENCE_S)


def test_settings_that_the_agent_refuses_do_not_reach_it(fleet: Fleet) -> None:
    before = fleet.hosts["nano-01"].ssh("cat /etc/fer-agent/config.toml")
    _, failed = fleet.ansible.ran("-e", '{"fer_agent_settings": {"spool": {"max_mb": -1}}}', "--limit", "nano-01")
    assert failed
    assert fleet.hosts["nano-01"].ssh("cat /etc/fer-agent/config.toml") == before


@pytest.mark.parametrize("changes", [CANNOT_TAKE_THE_DATABASE, UPGRADES_THE_DATABASE_AND_DIES])
def test_a_controller_that_fails_gives_way_to_the_one_before_with_its_database(
    fleet: Fleet, tmp_path: Path, changes: Changes
) -> None:
    bad = with_changed(fleet.ansible.wheelhouse, tmp_path / "bad", "fer_controller", changes)
    before = environment(fleet, "hub", "fer-controller")
    said, failed = fleet.ansible.ran("-e", f"fer_wheelhouse={bad}")
    assert (failed, "It runs on with what worked before" in said) == (True, True)
    assert "TASK [fer_agent" not in said, "no device is touched after that"
    assert environment(fleet, "hub", "fer-controller") == before
    eventually(fleet.all_online, "both are online", PATIENCE_S)
    for device in fleet.devices:
        fleet.console.new_events(device.name)


def test_a_bad_setting_of_the_controller_goes_back_too(fleet: Fleet) -> None:
    _, failed = fleet.ansible.ran("-e", '{"fer_controller_settings": {"no.such": 1}}', "--limit", "hub")
    assert failed
    eventually(fleet.all_online, "both are online", PATIENCE_S)
    assert "NO__SUCH" not in fleet.hub.ssh("cat /etc/fer-controller/settings")


def test_programs_are_upgraded_while_events_flow_and_none_is_lost(fleet: Fleet, tmp_path: Path) -> None:
    newer = with_changed(fleet.ansible.wheelhouse, tmp_path / "agent", "fer_agent", {"fer_agent/__init__.py": another})
    newer = with_changed(newer, tmp_path / "newer", "fer_controller", {"fer_controller/__init__.py": another})
    before = {host: environment(fleet, host, "fer-agent") for host in ("nano-01", "nano-02")}
    streams = {host: fleet.console.epochs(host) for host in before}
    lost = {host: fleet.console.missing(host) for host in before}
    fleet.ansible.run("-e", f"fer_wheelhouse={newer}")
    for host, former in before.items():
        assert environment(fleet, host, "fer-agent") != former
        fleet.console.new_events(host)
        assert fleet.console.epochs(host) == streams[host], "the stream goes on"
        eventually(
            lambda host=host: fleet.console.missing(host) == lost[host],  # type: ignore[misc]
            f"no event of {host} is missing",
            PATIENCE_S,
        )
    assert fleet.ansible.run("-e", f"fer_wheelhouse={newer}")["nano-01"]["changed"] == 0
