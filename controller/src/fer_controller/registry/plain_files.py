"""Files of a model, read so that nothing in their place can hold us up."""

import os
import stat
from pathlib import Path


def read_plain(path: Path, most_bytes: int) -> bytes:
    """The bytes of a file, at most one more than asked for; raises OSError, for a pipe or a device, too."""
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no plain file")
        return file.read(most_bytes + 1)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
