"""Defaults that differ from machine to machine."""

import os
import re
import socket
from pathlib import Path

from fer_wire import checked_name
from fer_wire.paths import at_home

from fer_agent.errors import SettingsError


def default_device() -> str:
    """The host's name, with characters that a topic allows."""
    return checked_name(re.sub(r"[^A-Za-z0-9_.-]", "-", socket.gethostname()).lstrip("_.-")[:64] or "device")


def default_state_dir() -> Path:
    """The folder that systemd names, or the user's state folder (XDG Base Directory Specification)."""
    if os.environ.get("STATE_DIRECTORY"):
        return Path(os.environ["STATE_DIRECTORY"].split(":")[0])
    try:
        return Path(os.environ.get("XDG_STATE_HOME") or at_home("~/.local/state")) / "fer-agent"
    except ValueError as error:
        raise SettingsError("This user has no home folder for the spool; name a folder with --state-dir.") from error
