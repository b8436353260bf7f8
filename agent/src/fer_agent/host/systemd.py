"""sd_notify(3): tells systemd that the agent is ready and alive; does nothing where systemd is absent."""

import os
import socket

READY = "READY=1"
WATCHDOG = "WATCHDOG=1"
STOPPING = "STOPPING=1"
STATUS = "STATUS="
EXTEND_TIMEOUT_US = "EXTEND_TIMEOUT_USEC="


def starts_again() -> bool:
    """Whether somebody starts the agent again when it ends: systemd, or whoever runs a container of it."""
    return bool(os.environ.get("NOTIFY_SOCKET")) or os.getpid() == 1


def notify(state: str) -> bool:
    """Send one state to systemd; False if it does not listen."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return False
    return True
