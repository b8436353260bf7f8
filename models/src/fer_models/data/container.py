"""The files of a data set, read in the same way from a folder, a zip, a tar or a single file."""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias

from fer_models.errors import DatasetError

TABLE_SUFFIX = ".csv"
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
HIDDEN = (".", "__MACOSX")
UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError, zlib.error)


@dataclass(frozen=True)
class Container:
    """names: the files, sorted, with "/" between folders and without hidden ones; open gives the bytes of one."""

    source: Path
    names: list[str]
    open: Callable[[str], IO[bytes]]

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        with self.open(name) as file:
            return file.read()

    def where(self, name: str) -> str:
        """One file, as an error names it."""
        return str(self.source) if self.source.name == name else f"{self.source}/{name}"


_Opened: TypeAlias = AbstractContextManager[Container]


@contextmanager
def opened(source: Path) -> Iterator[Container]:
    """The files of a folder, zip, tar or CSV; raises DatasetError when they cannot be read, now or inside the block."""
    try:
        with _kind(source)(source) as container:
            yield container
    except UNREADABLE as error:
        raise DatasetError(
            f"Cannot read {source} ({_reason(error)}); give FER2013 as a zip, a CSV or the folder above train/, "
            "or another folder of images."
        ) from error


def _kind(source: Path) -> Callable[[Path], _Opened]:
    if source.is_dir():
        return _folder
    if source.name.lower().endswith(TABLE_SUFFIX):
        return _file
    return _tar if source.name.lower().endswith(TAR_SUFFIXES) else _zip


@contextmanager
def _folder(source: Path) -> Iterator[Container]:
    yield Container(source, _visible(files_below(source)), lambda name: (source / name).open("rb"))


@contextmanager
def _file(source: Path) -> Iterator[Container]:
    yield Container(source, [source.name], lambda _: source.open("rb"))


@contextmanager
def _zip(source: Path) -> Iterator[Container]:
    with zipfile.ZipFile(source) as archive:
        names = (name for name in archive.namelist() if not name.endswith("/"))
        yield Container(source, _visible(names), archive.open)


@contextmanager
def _tar(source: Path) -> Iterator[Container]:
    with tarfile.open(source) as archive:
        members = {member.name: member for member in archive.getmembers() if member.isfile()}
        yield Container(source, _visible(members), lambda name: _extracted(archive, members[name]))


def files_below(folder: Path) -> Iterator[str]:
    """The files at any depth, as names relative to the folder."""
    for parent, _, names in os.walk(folder, onerror=_refuse):
        below = Path(parent).relative_to(folder).as_posix()
        yield from (name if below == "." else f"{below}/{name}" for name in names)


def _extracted(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(member)
    if file is None:
        raise tarfile.TarError(f"{member.name} is not a file")
    return file


def _visible(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if not any(part.startswith(HIDDEN) for part in PurePosixPath(name).parts))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(":")


def _refuse(error: OSError) -> None:
    raise error
