"""What is said of a broker that does not do what we ask: the thing, the place, the remedy."""

from typing import Iterable, Optional

from fer_wire.broker import refusal

from fer_agent.errors import BrokerError
from fer_agent.settings import BrokerSettings

REFUSED_CREDENTIALS = ("Bad user name or password", "Not authorized")
TOO_LARGE = "Packet too large"


class Complaints:
    """The errors of one client at the broker of the settings."""

    def __init__(self, settings: BrokerSettings, client_id: str) -> None:
        self._settings, self._client_id = settings, client_id
        self.broker = f"The broker {settings.url}"

    def unreachable(self, error: Exception) -> BrokerError:
        """No connection came about."""
        why = f"cannot be reached ({error}); check that it is running and that broker.url is right"
        return BrokerError(f"{self.broker} {self._settings.tls.explained(error) or why}.")

    def cut_off(self, how: str) -> BrokerError:
        """It neither welcomed us nor turned us away."""
        return BrokerError(f"{self.broker} {self._settings.tls.why_cut() or how}.")

    def refused_in_tls(self) -> Optional[BrokerError]:
        """Why TLS is to blame that it hung up; None where it is not. Looks itself, which may take some seconds."""
        why = self._settings.tls.why_cut()
        return BrokerError(f"{self.broker} {why}.") if why else None

    def turned_away(self, reason: str) -> BrokerError:
        """It answered, and does not let us in."""
        if reason not in REFUSED_CREDENTIALS:
            return BrokerError(f"{self.broker} refuses the connection {refusal(reason)}.")
        user, cert_file = self._settings.username, self._settings.cert_file
        if cert_file is not None and not user:
            return BrokerError(
                f"{self.broker} knows the certificate {cert_file} and lets nobody in with it ({reason}); see that its "
                "configuration takes logins from certificates (Mosquitto: use_identity_as_username)."
            )
        who = f"user {user!r}" if user else "a client without a user name"
        return BrokerError(f"{self.broker} refuses {who} ({reason}); set broker.username and broker.password.")

    def forbidden(self, topics: Iterable[str]) -> BrokerError:
        """We may not subscribe to some topics, each with its reason."""
        return BrokerError(f"{self.broker} refuses to send us {', '.join(topics)}; check its ACL.")

    def taken_over(self) -> BrokerError:
        """Another client has our name."""
        return BrokerError(
            f"{self.broker} disconnected us: another agent connects as {self._client_id!r}. "
            "Give each device a --device name of its own."
        )

    def closed(self, reason: str) -> BrokerError:
        """The connection is gone; reason is empty where the broker gave none."""
        why = f" ({reason})" if reason else ""
        return BrokerError(f"{self.broker} closed the connection{why}; events wait in the spool.")

    def owes_answers(self, owed_s: float) -> BrokerError:
        """It lets us in, and takes nothing for good."""
        return BrokerError(f"{self.broker} lets us in, and has confirmed nothing for {owed_s:.0f} s.")

    def too_small(self, largest_bytes: float) -> BrokerError:
        """It takes only messages that are smaller than some of ours."""
        limit = f"takes at most {largest_bytes} bytes a message, too few for some of ours"
        return BrokerError(f"{self.broker} {limit} {refusal(TOO_LARGE)}.")

    def misread(self, error: Exception) -> BrokerError:
        """Something else than MQTT came from it."""
        what = f"sent what MQTT does not know ({error!r}), perhaps because it refuses a message"
        return BrokerError(f"{self.broker} {what}; events wait in the spool.")
