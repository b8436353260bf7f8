"""A receiver of signed JSON."""

import json
import time
from collections.abc import Callable

import requests

from fer_controller import __version__
from fer_controller.alerts.notice import Notice
from fer_controller.alerts.targets.signature import DELIVERY, SIGNATURE, TIMESTAMP, signature
from fer_controller.errors import DeliveryError
from fer_controller.settings.alerts import WebhookSettings

JSON = "application/json"


class Webhook:
    """Posts to one URL; anything but 2xx is a refusal, and a redirection is not followed."""

    def __init__(self, settings: WebhookSettings, timeout_s: float, clock_s: Callable[[], float] = time.time) -> None:
        self._url, self._secret = settings.url.get_secret_value(), settings.secret.get_secret_value()
        self._timeout_s, self._clock_s = timeout_s, clock_s

    def send(self, told: Notice, delivery: int, attempt: int) -> None:
        body = json.dumps(told.document(delivery, attempt)).encode()
        timestamp = int(self._clock_s())
        headers = {
            "Content-Type": JSON, "User-Agent": f"fer-controller/{__version__}", DELIVERY: str(delivery),
            TIMESTAMP: str(timestamp), SIGNATURE: signature(self._secret, timestamp, body),
        }  # fmt: skip
        try:
            with requests.post(
                self._url, body, headers=headers, timeout=self._timeout_s, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
        except requests.Timeout as error:
            raise DeliveryError(f"The webhook did not answer within {self._timeout_s:g} s.") from error
        except (requests.RequestException, ValueError) as error:
            raise DeliveryError(f"The webhook cannot be reached ({type(error).__name__}).") from error
        if not 200 <= status < 300:
            raise DeliveryError(f"The webhook answered {status}.")
