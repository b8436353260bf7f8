"""A Debian in a folder, for tests: made once with debootstrap, from the mirror that this machine's apt uses."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Sequence

SUITE = "bookworm"
CACHE_VARIABLE = "FER_HOSTS_ROOT"
ORIGIN = ("Created-By: Packages", "Origin: Debian", "Label: Debian")


def made_once(name: str, packages: Sequence[str], *options: str) -> Path:
    """The folder of that name in the cache, with these packages; made when it is not there whole."""
    root = Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache" / "fer-hosts") / name
    if not (root / "whole").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        include = f"--include={','.join(packages)}"
        run("debootstrap", "--variant=minbase", *options, include, SUITE, str(root), mirror())
        (root / "whole").touch()
    return root


def mirror() -> str:
    """Where this machine's own apt gets Debian from, this suite if it can."""
    for wanted in ((f"Codename: {SUITE}",), ()):
        found = run("apt-get", "indextargets", "--format", "$(REPO_URI)", *ORIGIN, *wanted).split()
        if found:
            return found[0]
    raise AssertionError("This machine's apt knows no mirror of Debian; run apt-get update, or add one to its sources.")


def run(*command: str, check: bool = True) -> str:
    """Run a command on this machine and return what it printed; fails with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{' '.join(command)}: {(done.stderr or done.stdout)[-4000:]}"
    return done.stdout.strip()
