"""Wheelhouses as another version of our programs would make them."""

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

Changes = Mapping[str, Callable[[str], str]]
"""By the paths of sources in a wheel."""


def with_changed(wheelhouse: Path, folder: Path, distribution: str, changes: Changes) -> Path:
    """Copies of all archives in the folder; in the wheel of this distribution, some sources are changed."""
    folder.mkdir()
    for archive in wheelhouse.glob("*.tar"):
        with tarfile.open(archive) as old, tarfile.open(folder / archive.name, "w") as new:
            for member in old:
                content = old.extractfile(member)
                data = content.read() if content else b""
                if member.name.startswith(f"./{distribution}-"):
                    data = _changed(data, changes)
                    member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return folder


def _changed(wheel: bytes, changes: Changes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as old, zipfile.ZipFile(made, "w") as new:
        assert set(changes) <= set(old.namelist())
        for member in old.infolist():
            data = old.read(member)
            change = changes.get(member.filename)
            new.writestr(member, change(data.decode()).encode() if change else data)
    return made.getvalue()
