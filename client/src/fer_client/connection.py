"""The connection to one controller; only this file imports requests."""

from types import MappingProxyType
from typing import Any, Mapping, Optional
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter, Retry

from fer_client.errors import RefusedError, UnreachableError

GET, POST = "GET", "POST"
TRIES = 4
PAUSE_S = 0.3
TRIED_AGAIN = (429, 502, 503, 504)


class Connection:
    """Sends requests; a look is tried again, an order is not, because it may have been taken up."""

    def __init__(
        self, url: str, token: str, *, authorities: Optional[str] = None, timeout_s: float = 30.0, tries: int = TRIES
    ) -> None:
        """The URL is https://HOST:PORT; authorities is a file of certificates to trust instead of the system's."""
        self._url, self._timeout_s, self._verify = url.rstrip("/"), timeout_s, authorities or True
        self._session = requests.Session()
        retry = Retry(
            tries, other=0, backoff_factor=PAUSE_S, status_forcelist=TRIED_AGAIN, allowed_methods=[GET],
            raise_on_status=False,
        )  # fmt: skip
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close what is open."""
        self._session.close()

    def get(
        self,
        path: str,
        places: Mapping[str, Any],
        query: Mapping[str, Any],
        spelled: Mapping[str, str] = MappingProxyType({}),
    ) -> Any:
        """What a look answers; spelled says how a query calls some of its parameters. Raises FleetError."""
        params = {spelled.get(name, name): value for name, value in _given(query).items()}
        return self._answer(GET, path, places, params=params)

    def post(self, path: str, places: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
        """What an order answers; raises FleetError."""
        return self._answer(POST, path, places, json=_given(body))

    def _answer(self, method: str, path: str, places: Mapping[str, Any], **rest: Any) -> Any:
        spelt = path.format(**{name: quote(str(value), safe="") for name, value in places.items()})
        try:
            response = self._session.request(
                method, self._url + spelt, timeout=self._timeout_s, verify=self._verify, **rest
            )
        except requests.RequestException as error:
            ordered = "" if method == GET else " Whether the order arrived is not known; look before you give it again."
            raise UnreachableError(
                f"The controller at {self._url} does not answer ({_reason(error)}).{ordered}"
            ) from error
        return self._read(spelt, response)

    def _read(self, path: str, response: requests.Response) -> Any:
        try:
            document = response.json()
        except ValueError as error:
            raise UnreachableError(
                f"{self._url} answers {path} with no JSON (status {response.status_code}); is it a fer-controller?"
            ) from error
        if response.ok:
            return document
        detail = document.get("detail") if isinstance(document, dict) else None
        raise RefusedError(
            response.status_code, str(detail or f"{path} is refused with status {response.status_code}.")
        )


def _given(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what was left out."""
    return {name: value for name, value in values.items() if value is not None}


def _reason(error: BaseException) -> str:
    """The innermost cause, which says most."""
    for cause in (getattr(error, "reason", None), *reversed(error.args)):
        if isinstance(cause, BaseException):
            return _reason(cause)
    return str(error).rpartition("] ")[2].rstrip(")") or type(error).__name__
