"""A backup's file: a tar whose last member holds the sha256 of all others, as `sha256sum --check` reads them."""

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from fer_wire.whole_files import written_whole

from fer_controller.errors import BackupError

SUMS = "SHA256SUMS"
OURS_ALONE = 0o600
CHUNK_BYTES = 1 << 20
LINE = re.compile(r"([0-9a-f]{64})  (.+)")

Members = Iterable[tuple[str, Path]]
"""Names in the archive, and the files that they are copies of."""


def pack(out: Path, members: Members) -> int:
    """Write the archive for us alone, whole or not at all; returns its size in bytes. Raises OSError."""
    sums: dict[str, str] = {}
    with written_whole(out, OURS_ALONE) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in members:
            tar.add(path, name, recursive=False)
            sums[name] = _sha256(path)
        text = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
        last = tarfile.TarInfo(SUMS)
        last.size = len(text)
        tar.addfile(last, io.BytesIO(text))
    return out.stat().st_size


def unpack(archive: Path, folder: Path) -> None:
    """Write all members below the folder; raises BackupError unless each is what was packed, and none is missing."""
    found: dict[str, str] = {}
    sums: dict[str, str] | None = None
    with _explained(archive), tarfile.open(archive, "r:") as tar:
        for name, content in _members(archive, tar):
            if name == SUMS:
                sums = {each[2]: each[1] for each in map(LINE.fullmatch, content.read().decode().splitlines()) if each}
            else:
                found[name] = _written(content, folder / name)
    if sums is None:
        raise BackupError(f"{archive} has no {SUMS}: it is no backup, or its end is missing. Take another one.")
    if found != sums:
        wrong = sorted(name for name in found.keys() | sums.keys() if found.get(name) != sums.get(name))
        raise BackupError(f"{archive} is damaged: {wrong[0]} is not what was packed. Take another backup.")


def _members(archive: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        content = tar.extractfile(member) if member.isfile() else None
        if content is None or not _stays_inside(member.name):
            raise BackupError(f"{archive} is no backup: {member.name!r} does not belong into one.")
        yield member.name, content


@contextmanager
def _explained(archive: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, UnicodeDecodeError) as error:
        raise BackupError(f"{archive} cannot be read as a backup: {error}. Take another one.") from error


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _written(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OURS_ALONE)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
