"""One request over HTTP, with this device's credentials for its controller; the one file that imports requests."""

import json
import random
import re
from contextlib import contextmanager
from typing import Callable, Dict, Iterator, Optional

import requests
from fer_wire.errors import TlsError
from fer_wire.printable import printable
from fer_wire.proxies import by_way_of
from fer_wire.tls import ClientFiles, Names, TlsClient, TlsPlace
from urllib3.exceptions import HTTPError

from fer_agent.errors import UpdateError
from fer_agent.settings import ANOTHER, UpdateSettings
from fer_agent.update.addresses import Addresses

CONTROLLER = Names("update", "update.controller_url", "http", "https", "the controller's http.cert_file", ANOTHER)
LONGEST_RETRY_AFTER_S = 300.0
LONGEST_ANSWER_BYTES = 64 * 1024
LONGEST_REASON = 500
MAX_REDIRECTS = 5
IDENTITY = "identity"
OK, PARTIAL, BAD_REQUEST, RANGE_NOT_SATISFIABLE, TOO_MANY, UNAVAILABLE = 200, 206, 400, 416, 429, 503
REDIRECTS = (301, 302, 303, 307, 308)
REMEDIES = {
    401: "this device is not enrolled there, or no longer; `fer-controller enroll` makes a certificate for "
    "identity.cert_file, or a token for update.token",
    403: "this device may not have it",
    404: "the controller does not have it; if it is a model, add it anew and deploy it again",
    410: "the controller does not have it; if it is a model, add it anew and deploy it again",
}
"""What ends a download at once, and what to do."""


class Broken(Exception):  # noqa: N818  # an event of the retry loop, never seen outside
    """A try that may be repeated, and after how long."""

    def __init__(self, reason: str, retry_after_s: Optional[float] = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


Answer = requests.Response
AnswerBroken = requests.RequestException


class HttpClient:
    """Asks the controller with the device's token and certificate, and others without them."""

    def __init__(self, settings: UpdateSettings) -> None:
        self._settings, self._addresses = settings, Addresses(settings.controller_url)

    @contextmanager
    def answer(self, url: str, headers: Dict[str, str]) -> Iterator[requests.Response]:
        """The answer with a body; raises Broken, or UpdateError when there is no use in trying again."""
        try:
            with requests.Session() as session, self._followed(session, url, headers) as answer:
                _complain(url, answer)
                yield answer
        except (requests.RequestException, HTTPError) as error:
            raise Broken(_plain(error)) from error

    def posted(self, path: str, body: bytes, content_type: str) -> bytes:
        """What the controller answers to a message; raises Broken, or UpdateError with its reason for a refusal."""
        address = self._addresses.full(path)
        headers = {"Content-Type": content_type}
        try:
            with requests.Session() as session, self._asked(session, address, headers, body) as answer:
                heard = next(answer.iter_content(LONGEST_ANSWER_BYTES), b"")
        except (requests.RequestException, HTTPError) as error:
            raise Broken(_plain(error)) from error
        if answer.status_code in (TOO_MANY, UNAVAILABLE):
            raise Broken(f"the server is busy ({answer.status_code})", _retry_after_s(answer))
        if answer.status_code != OK:
            raise UpdateError(f"{address}: the controller answered {answer.status_code}: {_detail(heard)}")
        return heard

    def _followed(self, session: requests.Session, url: str, headers: Dict[str, str]) -> requests.Response:
        address = self._addresses.full(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._asked(session, address, headers)
            if answer.status_code not in REDIRECTS or "Location" not in answer.headers:
                return answer
            answer.close()
            address = self._addresses.after_redirect(address, answer.headers["Location"])
        raise UpdateError(f"{url} leads from one address to the next without end; deploy the model again.")

    def _asked(
        self, session: requests.Session, address: str, headers: Dict[str, str], body: Optional[bytes] = None
    ) -> requests.Response:
        tls = self._tls(address)
        try:
            tls.check()
            answer = session.request(
                "GET" if body is None else "POST",
                address,
                headers={"Accept-Encoding": IDENTITY, **headers},
                auth=self._credentials(address),
                data=body,
                timeout=self._settings.timeout_s,
                stream=True,
                allow_redirects=False,
                verify=tls.authorities,
                cert=tls.certificate,
            )
        except (requests.RequestException, TlsError) as error:
            raise Broken(_told(address, tls.explained(error)) or _plain(error) + by_way_of(address)) from error
        if answer.status_code == BAD_REQUEST:
            why = tls.why_cut()
            if why:
                answer.close()
                raise Broken(_told(address, why))
        return answer

    def _tls(self, address: str) -> TlsClient:
        """The authorities are for all, the client certificate is for the controller alone."""
        files = ClientFiles(self._settings.ca_file)
        if self._addresses.is_controller(address):
            files = ClientFiles(self._settings.ca_file, self._settings.cert_file, self._settings.key_file)
        return TlsClient(TlsPlace.of_url(CONTROLLER, address, files))

    def _credentials(self, address: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
        """Adds the token for the controller alone; given for all, so that requests looks for no others in ~/.netrc."""
        token = self._settings.token if self._addresses.is_controller(address) else None

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            if token:
                request.headers["Authorization"] = f"Bearer {token.get_secret_value()}"
            return request

        return sign


def _complain(url: str, answer: requests.Response) -> None:
    status = answer.status_code
    if status in REMEDIES:
        raise UpdateError(f"{url}: the server answered {status}; {REMEDIES[status]}.")
    if status in (TOO_MANY, UNAVAILABLE):
        raise Broken(f"the server is busy ({status})", _retry_after_s(answer))
    if status not in (OK, PARTIAL, RANGE_NOT_SATISFIABLE):
        raise Broken(f"the server answered {status}")
    encoding = answer.headers.get("Content-Encoding", IDENTITY).lower()
    if encoding != IDENTITY:  # urllib3 for Python 3.8 unpacks without bounds
        raise UpdateError(
            f"{url}: the server compresses ({encoding[:40]}) what was asked for as it is; see which proxy lies between."
        )


def _retry_after_s(answer: requests.Response) -> Optional[float]:
    """Seconds, spread a little so that a fleet does not come back all at once; None without a usable header."""
    text = answer.headers.get("Retry-After", "")
    if not text.isdigit():
        return None
    return min(LONGEST_RETRY_AFTER_S, float(text)) * random.uniform(1.0, 1.5)  # noqa: S311  # jitter, no secret


def _detail(heard: bytes) -> str:
    """The reason that the controller gives, as it gives it."""
    try:
        return printable(str(json.loads(heard)["detail"]))[:LONGEST_REASON]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "it says no more"


def _told(address: str, why: str) -> str:
    return f"{address} {why}" if why else ""


def _plain(error: Exception) -> str:
    """The innermost reason, without the objects that requests wraps it in."""
    text = str(error)
    if "timed out" in text.lower():
        return "the server fell silent"
    found = re.findall(r"\[Errno -?\d+\] [^'\")]+", text)
    return found[-1] if found else type(error).__name__
