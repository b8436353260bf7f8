"""A folder that is made beside its place and moved there when it is complete, so that nobody ever finds half of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_wire import whole_files

from fer_models.errors import ContractError


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """An empty folder to fill; it replaces the target when the block succeeds, and is removed when it fails.

    Raises ContractError when the disk cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as beside:
            made = Path(beside) / "made"
            made.mkdir()
            yield made
            if target.exists():
                target.replace(Path(beside) / "before")
            made.replace(target)
    except OSError as error:
        free_mb = shutil.disk_usage(_nearest(target)).free // 10**6
        raise ContractError(
            f"{target} cannot be written ({error.strerror or error}; {free_mb} MB are free there); free some space, "
            "or give another --out. What was there before is kept."
        ) from error


def _nearest(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def write_whole(path: Path, text: str) -> None:
    """Replace a file's text and make its folder if need be; raises OSError, and then the old text stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole_files.write_whole(path, text.encode())
