"""Which pictures are held out: decided by a hash of the person, or of the picture where no person is known.

Training and evaluation both ask here, so that no person and no scene is in both.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

HELD_OUT_SHARE = 8
"""One group in so many is held out."""

LFPW = "lfpw"


def group_of(archive: str, file: str) -> str:
    """What must not be divided: a person of CFP or YouTube Faces, a photograph of HELEN or AFW, else one picture."""
    path = PurePosixPath(file)
    if archive == "profiles":
        return f"{archive}/{path.parts[0]}"
    if archive in {"landmarks", "landmarks_video"} and path.parts[0] != LFPW:
        return f"{archive}/{path.parts[0]}/{path.stem.rpartition('_')[0] or path.stem}"
    return f"{archive}/{file}"


def held_out(archive: str, file: str) -> bool:
    """Whether this picture is kept from training."""
    digest = hashlib.sha256(group_of(archive, file).encode()).digest()
    return int.from_bytes(digest[:4], "big") % HELD_OUT_SHARE == 0
