"""Lays out one program for its Debian package: an environment of its own below /opt, of the wheels of a wheelhouse.

    scripts/opt_tree.py fer-agent ansible/wheelhouse/cp311-x86_64.tar debian/fer-agent

It runs nothing of the host that it is for, so that any machine makes the packages of every other.
"""

import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "ansible" / "filter_plugins"))

from wheels import Machine, needed

REQUIREMENTS = {"fer-agent": "fer-agent[cpu]", "fer-controller": "fer-controller[registry,postgresql]"}
MARKER = b"installed by its Debian package\n"


def main(program: str, archive: Path, root: Path) -> None:
    """Write the environment below root, which stands for the host's /."""
    tag, _, architecture = archive.stem.partition("-")
    python = f"3.{tag.removeprefix('cp3')}"
    place = Path("/opt") / program
    destination = SchemeDictionaryDestination(
        schemes(place, python), interpreter=str(place / "bin" / "python"), script_kind="posix", destdir=str(root)
    )
    with unpacked(archive) as folder:
        for wheel in needed(str(archive), [REQUIREMENTS[program]], machine(python, architecture)):
            with WheelFile.open(folder / wheel.file) as source:
                install(source, destination, {"INSTALLER": MARKER})
    own = root / place.relative_to("/")
    (own / "bin" / "python").symlink_to(f"/usr/bin/python{python}")
    (own / "pyvenv.cfg").write_text(f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n")


def schemes(place: Path, python: str) -> dict[str, str]:
    """Where a virtual environment has what a wheel brings."""
    packages = place / "lib" / f"python{python}" / "site-packages"
    folders = {
        "purelib": packages,
        "platlib": packages,
        "headers": place / "include",
        "scripts": place / "bin",
        "data": place,
    }
    return {name: str(folder) for name, folder in folders.items()}


def machine(python: str, architecture: str) -> Machine:
    """The environment markers of such a host, as ansible/roles/venv/files/machine.py tells them there."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": architecture,
        "platform_system": "Linux",
        "sys_platform": "linux",
        "os_name": "posix",
    }


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """Its wheels, in a folder."""
    with TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
        yield Path(folder)


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    except ValueError as error:
        sys.exit(str(error))
