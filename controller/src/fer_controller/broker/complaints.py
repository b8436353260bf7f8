"""What is said of a broker that does not do what we ask: the thing, the place, the remedy."""

import logging
import time

from fer_wire.broker import refusal
from fer_wire.errors import TlsError

from fer_controller.errors import BrokerError, BrokerRefused, BrokerSilent
from fer_controller.settings import BrokerSettings

REFUSALS = {"Bad user name or password", "Not authorized", "Bad authentication method", "Client identifier not valid"}
BRIEF_S, BRIEF_TIMES = 10.0, 3
AGAIN = (
    "It never lasts: perhaps another client logs in as {login} at a broker that gives each login one session. The "
    "controller itself connects twice; set broker.rollouts_username to a second login."
)
log = logging.getLogger(__name__)


class Complaints:
    """The errors of one client at the broker of the settings."""

    def __init__(self, settings: BrokerSettings, client_id: str) -> None:
        self._settings, self._client_id = settings, client_id
        self.broker = f"The broker at {settings.url}"
        self._refused = False
        self._made_s = time.monotonic()
        self._brief = 0

    def connected(self, version: str, *, quiet: bool) -> None:
        """The connection is up; no complaint."""
        self._made_s = time.monotonic()
        level = logging.DEBUG if quiet else logging.INFO
        log.log(level, "Connected to the broker at %s with MQTT %s.", self._settings.url, version)

    def unreachable(self, error: Exception) -> BrokerError:
        """No connection came about; a file of ours that cannot be used will not mend itself."""
        why = self._settings.tls.explained(error)
        if why:
            return (BrokerRefused if isinstance(error, TlsError) else BrokerError)(f"{self.broker} {why}.")
        reason = getattr(error, "strerror", None) or str(error)
        return BrokerError(f"{self.broker} cannot be reached: {reason}; check that it runs, and broker.url.")

    def cut_off(self, how: str) -> BrokerError:
        """It neither welcomed us nor turned us away."""
        why = self._settings.tls.why_cut() or f"{how} MQTT 3.1.1, too; check that it is a broker"
        return BrokerError(f"{self.broker} {why}.")

    def turned_away(self, reason: str) -> BrokerError:
        """It answered, and does not let us in."""
        if reason in REFUSALS:
            return BrokerRefused(
                f"{self.broker} refuses {self._client_id}: {reason}; check broker.username and broker.password."
            )
        return BrokerError(f"{self.broker} refuses the connection {refusal(reason)}.")

    def forbidden(self, reason: str) -> BrokerRefused:
        """We may not subscribe."""
        return BrokerRefused(
            f"{self.broker} forbids {self._client_id} to subscribe below {self._settings.prefix} ({reason}); "
            "allow it in the broker's access list."
        )

    def divides_nothing(self) -> BrokerRefused:
        """It has no shared subscriptions."""
        return BrokerRefused(
            f"{self.broker} cannot divide messages among controllers (it has no shared subscriptions of MQTT 5); leave "
            "broker.share out, and run one controller at it."
        )

    def answered(self, topic: str, reason: str) -> None:
        """It took a message, or for this reason did not, which is told until it takes one again."""
        if reason and not self._refused:
            log.warning(
                "%s does not take what %s publishes on %s (%s); allow it in the broker's access list.",
                self.broker,
                self._client_id,
                topic,
                reason,
            )
        self._refused = bool(reason)

    def silent(self) -> BrokerSilent:
        """It does not answer."""
        return BrokerSilent(f"{self.broker} does not answer.")

    def lost(self) -> BrokerError:
        """The connection is gone; one that never lasts is perhaps taken over, which Mosquitto 2.0 does not say."""
        self._brief = self._brief + 1 if time.monotonic() - self._made_s < BRIEF_S else 0
        login = self._settings.username
        again = f" {AGAIN.format(login=login)}" if login and self._brief >= BRIEF_TIMES else ""
        return BrokerError(f"The connection to the broker at {self._settings.url} is lost.{again}")
