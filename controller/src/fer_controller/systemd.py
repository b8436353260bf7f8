"""Notifications to systemd over $NOTIFY_SOCKET (sd_notify(3)); without systemd nothing happens."""

import os
import socket
import time

READY = "READY=1"
STOPPING = "STOPPING=1"
WATCHDOG = "WATCHDOG=1"


def notify(state: str) -> None:
    """Send one state to the service manager; its absence is no error."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.sendto(state.encode(), address)
        except OSError:
            return


class Watchdog:
    """Tells systemd that the program is alive, at half the interval it allows ($WATCHDOG_USEC)."""

    def __init__(self) -> None:
        self._every_s = int(os.environ.get("WATCHDOG_USEC") or 0) / 2e6
        self._last_s = float("-inf")

    def beat(self) -> None:
        """Call it often; it sends only when it is time."""
        now_s = time.monotonic()
        if self._every_s and now_s - self._last_s >= self._every_s:
            self._last_s = now_s
            notify(WATCHDOG)
