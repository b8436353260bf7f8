"""A target that Apprise reaches: mail, ntfy, Slack, Teams, MQTT and many others; only this file imports apprise."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import apprise

from fer_controller.alerts.notice import TEST, Notice
from fer_controller.alerts.transitions import OVER
from fer_controller.errors import DeliveryError, SettingsError

HIDDEN = "***"
SHORTEST_SECRET = 4
APART = re.compile(r"[/:@?&=#,+\s]+")
SAID_CHARACTERS = 300
KINDS = {OVER: apprise.NotifyType.SUCCESS, TEST: apprise.NotifyType.INFO}
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())


class AppriseTarget:
    """One URL of Apprise."""

    def __init__(self, name: str, url: str) -> None:
        """Raises SettingsError for a URL that Apprise does not know."""
        with _heard() as said:
            target = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        self._secrets = _secrets(url)
        if target is None:
            raise SettingsError(
                f"alerts.targets.{name} is no URL that Apprise knows ({self._plain(said)}); "
                "https://github.com/caronc/apprise/wiki lists them."
            )
        self._target = target

    def send(self, told: Notice, delivery: int, attempt: int) -> None:
        kind = KINDS.get(told.kind, apprise.NotifyType.WARNING)
        with _heard() as said:
            done = self._target.notify(
                body=told.text(delivery, attempt),
                title=told.title,
                notify_type=kind,
                body_format=apprise.NotifyFormat.TEXT,
            )
        if not done:
            raise DeliveryError(f"Apprise could not deliver it ({self._plain(said)}).")

    def _plain(self, said: list[str]) -> str:
        """What Apprise said, without what stands in the URL."""
        text = " ".join(said)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text[:SAID_CHARACTERS] or "it does not say why"


def _secrets(url: str) -> list[str]:
    """All parts of a URL but its scheme: which of them are secret, each service decides itself.

    What is misspelt has no scheme, and is secret as a whole.
    """
    rest = url.partition("://")[2] or url
    parts = {part for text in (rest, unquote(rest)) for part in APART.split(text) if len(part) >= SHORTEST_SECRET}
    return sorted(parts, key=len, reverse=True)


class _Listener(logging.Handler):
    """What is said in one thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    listener, logger = _Listener(), logging.getLogger("apprise")
    logger.addHandler(listener)
    try:
        yield listener.said
    finally:
        logger.removeHandler(listener)
