"""A systemd of a test's own, in namespaces of its own, which starts one service and ends with it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Optional

PROGRAMS = (Path("/lib/systemd/systemd"), Path("/usr/lib/systemd/systemd"))
PATIENCE_S = 60.0

UNIT = """\
[Unit]
SuccessAction=exit-force
FailureAction=exit-force

[Service]
Type=oneshot
EnvironmentFile={file}
ExecStart=/bin/cp /proc/self/environ {copy}
"""

BEGIN = """\
mount -t tmpfs tmpfs /run
mkdir -p -m 700 /run/systemd/system /run/user
XDG_RUNTIME_DIR=/run/user XDG_CONFIG_HOME="$1" "$2" --user --unit=told.service --log-target=console
rmdir /sys/fs/cgroup/*/init.scope 2>/dev/null || true
"""
"""As PID 1 of its namespace: systemd moves what it sees of other processes into a control group of its own."""


def systemd_binary() -> Optional[Path]:
    """Where systemd is installed and may be started, which needs root; None elsewhere."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return None
    return next((each for each in PROGRAMS if each.exists()), None)


def environment_by(systemd: Path, file: Path, folder: Path) -> dict[str, str]:
    """The variables of a service that this systemd starts with the file as its EnvironmentFile=."""
    units, copy = folder / "systemd" / "user", folder / "environ"
    units.mkdir(parents=True)
    (units / "told.service").write_text(UNIT.format(file=file, copy=copy))
    alone = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    begun = subprocess.run(
        [*alone, "sh", "-c", BEGIN, "sh", str(folder), str(systemd)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert copy.exists(), f"systemd did not start the service: {begun.stdout}{begun.stderr}"
    entries = copy.read_bytes().decode().rstrip("\0").split("\0")
    return dict(entry.split("=", 1) for entry in entries)
