"""Debian packages of agent and controller on a host: installed, upgraded, removed, and gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import eventually
from debian_root import run
from fleet.console import PATIENCE_S, Console
from fleet.nspawn import Host, Network, host_root
from fleet.site import DB

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1200)]

PROGRAMS = ("fer-agent", "fer-controller")
DEVICE = "pc"
SETTINGS = f"""device = "{DEVICE}"
[[cameras]]
source = "demo:"
fps = 10
[events]
heartbeat_s = 1.0
"""
PLACES = "/opt/{0} /usr/bin/{0} /lib/systemd/system/{0}.service"
KEPT = "/etc/fer-agent/config.toml /var/lib/fer-agent /var/lib/fer-controller/fleet.db"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Iterator[Host]:
    """A host with a broker, and nothing of ours."""
    made = Host("pc", 51, host_root(), tmp_path_factory.mktemp("pc"), network)
    try:
        made.boot()
        made.ssh("systemctl start mosquitto")
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def packages(root: Path) -> list[Path]:
    """What `make deb` built for a host like this machine."""
    architecture = run("dpkg", "--print-architecture")
    found = sorted((root / "dist").glob(f"fer-*_{architecture}.deb"))
    assert [each.name.partition("_")[0] for each in found] == list(PROGRAMS), "run make deb first"
    return found


@pytest.fixture
def console(host: Host, packages: list[Path]) -> Console:
    """Of a host on which the packages are installed and set up, by an earlier test or here."""
    if active(host, "fer-agent") != "active":
        install(host, packages)
        (host.disk / "etc/fer-agent/config.toml").write_text(SETTINGS)
        host.ssh("systemctl start fer-agent")
    return Console(host, f"export FER_CONTROLLER_DB={DB}")


def install(host: Host, packages: list[Path]) -> None:
    folder = host.disk / "srv"
    for package in packages:
        run("cp", str(package), str(folder))
    host.ssh(f"dpkg -i {' '.join(f'/srv/{each.name}' for each in packages)} && rm /srv/*.deb")


def active(host: Host, program: str) -> str:
    return host.ssh(f"systemctl is-active {program}", check=False)


def newer(package: Path, folder: Path) -> Path:
    """The same as the package of a next version."""
    tree, made = folder / package.stem, folder / f"newer-{package.name}"
    run("dpkg-deb", "--raw-extract", str(package), str(tree))
    control = tree / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 1:"))
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(made))
    return made


def test_the_controller_starts_at_once_and_the_agent_when_it_is_set_up(host: Host, packages: list[Path]) -> None:
    install(host, packages)
    eventually(lambda: active(host, "fer-controller") == "active", "the controller runs", PATIENCE_S)
    assert active(host, "fer-agent") == "inactive", "nobody has said which camera it may look at"
    assert host.ssh("stat -c '%a %U %G' /etc/fer-agent") == "750 root fer-agent"
    (host.disk / "etc/fer-agent/config.toml").write_text(SETTINGS)
    host.ssh("systemctl start fer-agent")
    Console(host, f"export FER_CONTROLLER_DB={DB}").new_events(DEVICE)
    for program in PROGRAMS:
        assert host.ssh(f"systemctl is-enabled {program}") == "enabled"
        assert host.ssh(f"systemctl show --property=NRestarts --value {program}") == "0"
        assert host.ssh(f"{program} --version").startswith(program)


def test_an_upgrade_keeps_the_settings_and_loses_no_event(
    host: Host, console: Console, packages: list[Path], tmp_path: Path
) -> None:
    console.new_events(DEVICE)
    before = host.ssh("systemctl show --property=MainPID --value fer-agent fer-controller")
    install(host, [newer(package, tmp_path) for package in packages])
    assert host.ssh("cat /etc/fer-agent/config.toml") == SETTINGS.strip()
    assert host.ssh("systemctl show --property=MainPID --value fer-agent fer-controller") != before
    console.new_events(DEVICE)
    eventually(lambda: console.whole(DEVICE), "no event is missing", PATIENCE_S)
    assert len(console.epochs(DEVICE)) == 1


def test_what_is_removed_leaves_settings_and_state_for_who_installs_it_again(
    host: Host, console: Console, packages: list[Path]
) -> None:
    console.new_events(DEVICE)
    host.ssh(f"dpkg --remove {' '.join(PROGRAMS)}")
    for program in PROGRAMS:
        assert active(host, program) == "inactive"
        assert host.ssh(f"ls -d {PLACES.format(program)}", check=False) == ""
    host.ssh(f"ls {KEPT}")
    install(host, packages)
    eventually(lambda: active(host, "fer-agent") == "active", "the agent runs", PATIENCE_S)
    console.new_events(DEVICE)
    eventually(lambda: console.whole(DEVICE), "no event is missing", PATIENCE_S)
    assert len(console.epochs(DEVICE)) == 1, "it is the same stream"


@pytest.mark.usefixtures("console")
def test_nothing_but_the_users_is_left_of_what_is_purged(host: Host) -> None:
    host.ssh(f"dpkg --purge {' '.join(PROGRAMS)}")
    assert host.ssh("find / -xdev -path /proc -prune -o -name 'fer-[ac]*' -print") == ""


def test_what_ansible_has_set_up_is_left_alone(host: Host, packages: list[Path]) -> None:
    host.ssh(f"dpkg --purge {' '.join(PROGRAMS)}")
    host.ssh("mkdir -p /opt/fer-agent.d/1 && ln -s /opt/fer-agent.d/1 /opt/fer-agent")
    run("cp", str(packages[0]), str(host.disk / "srv"))
    said = host.ssh(f"dpkg -i /srv/{packages[0].name} 2>&1; true")
    assert "Ansible has set up fer-agent on this host" in said
    assert host.ssh("readlink /opt/fer-agent; ls /opt/fer-agent.d/1") == "/opt/fer-agent.d/1"
