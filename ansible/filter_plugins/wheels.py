"""Which wheels of an archive a host installs, each pinned by its sha256."""

import hashlib
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import cached_property
from io import BytesIO

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

WHEEL = ".whl"
METADATA = ".dist-info/METADATA"


@dataclass(frozen=True)
class Wheel:
    """One wheel of an archive."""

    name: str
    version: Version
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def needs(self) -> list[Requirement]:
        """What it asks for, under which conditions."""
        with zipfile.ZipFile(BytesIO(self.data)) as content:
            (path,) = (each for each in content.namelist() if each.count("/") == 1 and each.endswith(METADATA))
            text = content.read(path).decode()
        return [Requirement(each) for each in HeaderParser().parsestr(text).get_all("Requires-Dist", [])]


def pinned(archive: str, requirements: Iterable[str], machine: Mapping[str, str]) -> str:
    """A requirements file with all that the requirements need there, for pip's --require-hashes.

    The machine is its environment markers, by name. Raises ValueError for what the archive lacks.
    """
    wheels = {wheel.name: wheel for wheel in sorted(_wheels(archive), key=lambda each: each.version)}
    chosen: dict[str, set[str]] = {}
    asked = [("the inventory", Requirement(each)) for each in requirements]
    while asked:
        by, requirement = asked.pop()
        wheel, extras = _found(wheels, requirement, by), requirement.extras | {""}
        if new := extras - chosen.setdefault(wheel.name, set()):
            chosen[wheel.name] |= new
            asked += [(wheel.name, each) for each in wheel.needs if _applies(each, machine, new)]
    lines = (f"{name}=={wheels[name].version} --hash=sha256:{wheels[name].sha256}" for name in sorted(chosen))
    return "\n".join(lines) + "\n"


def _wheels(archive: str) -> Iterator[Wheel]:
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.endswith(WHEEL) else None
            if content is not None:
                name, version, _, _ = parse_wheel_filename(member.name.rpartition("/")[2])
                yield Wheel(name, version, content.read())


def _found(wheels: Mapping[str, Wheel], requirement: Requirement, by: str) -> Wheel:
    wheel = wheels.get(canonicalize_name(requirement.name))
    if wheel is None:
        raise ValueError(f"There is no wheel of {requirement.name}, which {by} asks for; make the wheelhouse anew.")
    if not requirement.specifier.contains(wheel.version, prereleases=True):
        raise ValueError(f"{by} asks for {requirement}, and the wheel is {wheel.version}; make the wheelhouse anew.")
    return wheel


def _applies(requirement: Requirement, machine: Mapping[str, str], extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**machine, "extra": extra}) for extra in extras)


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """The filters by name."""
        return {"pinned": pinned}
