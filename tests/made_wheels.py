"""Wheels made for a test, and an archive of them such as scripts/wheelhouse.sh makes."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


def a_wheel(name: str, *needs: str, version: str = "1.0", files: Mapping[str, str] = NOTHING) -> tuple[str, bytes]:
    """What it is called in an archive, and its bytes; files by their paths."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    folder = f"{name}-{version}.dist-info"
    whole = {
        **files,
        f"{folder}/METADATA": "\n".join([*lines, *(f"Requires-Dist: {each}" for each in needs)]) + "\n\n",
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    whole[f"{folder}/RECORD"] = "".join(f"{path},,\n" for path in [*whole, f"{folder}/RECORD"])
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as content:
        for path, text in whole.items():
            content.writestr(path, text)
    return f"./{name}-{version}-py3-none-any.whl", data.getvalue()


def an_archive(folder: Path, *made: tuple[str, bytes], name: str = "cp311-x86_64.tar") -> Path:
    """The archive of these wheels in the folder."""
    path = folder / name
    with tarfile.open(path, "w") as tar:
        for file, data in made:
            member = tarfile.TarInfo(file)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path
