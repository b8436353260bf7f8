"""The desk of a controller elsewhere, over HTTP; only this file imports requests."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests
from fer_wire.errors import TlsError
from fer_wire.proxies import by_way_of
from fer_wire.tls import Names, TlsClient, TlsPlace
from pydantic import ValidationError
from requests.adapters import HTTPAdapter, Retry

from fer_controller.errors import (
    ApiError,
    ControllerError,
    RequestError,
    RolloutError,
    StoreUnavailable,
    UnknownRolloutError,
    UnreachableError,
)
from fer_controller.operations.operation import GET, LIMIT, MOST_ROWS, Answered, Asked, Operation, query_name, rows_of
from fer_controller.operations.rollouts import NEWEST
from fer_controller.settings import ApiSettings

API = Names("api", "api.url", "http", "https", "the controller's http.cert_file")
TIMEOUT_S = 30.0
TRIES = 4
PAUSE_S = 0.3
TRIED_AGAIN = (502, 503, 504)
NO_SUCH_PLACE = "Not Found"
"""What FastAPI says where there is no such route."""
ERRORS: dict[int, type[ControllerError]] = {
    404: UnknownRolloutError,
    409: RolloutError,
    422: RequestError,
    503: StoreUnavailable,
}
"""By status; ApiError for any other."""


class RemoteDesk:
    """Looking is tried again when the network fails; an order is not, since it may have been taken up."""

    def __init__(self, settings: ApiSettings) -> None:
        self._url = settings.url or ""
        self._session = requests.Session()
        retry = Retry(TRIES, other=0, backoff_factor=PAUSE_S, status_forcelist=TRIED_AGAIN, allowed_methods=[GET],
                      raise_on_status=False)  # fmt: skip
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        if settings.token is not None:
            self._session.headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        self._tls = TlsClient(TlsPlace.of_url(API, self._url, settings.files))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._session.close()

    def ask(self, operation: Operation[Asked, Answered], asked: Asked) -> Answered:
        path = operation.path.format(**{name: _in_path(getattr(asked, name)) for name in operation.in_path})
        values = asked.model_dump(mode="json", exclude_defaults=True, exclude={*operation.in_path})
        if operation.method != GET:
            return self._answer(operation, path, json=values)
        limit: int | None = getattr(asked, LIMIT, None)
        if limit is not None:
            values[LIMIT] = min(limit, MOST_ROWS)
        fields = operation.beside_path
        answer = self._answer(operation, path, params={query_name(name, fields[name]): values[name] for name in values})
        if limit is not None and limit > MOST_ROWS == len(rows_of(answer)):
            raise ApiError(
                f"The controller at {self._url} gives {MOST_ROWS:,} rows at once; ask for fewer with --limit."
            )
        return answer

    def _answer(self, operation: Operation[Any, Answered], path: str, **rest: Any) -> Answered:
        response = self._send(operation.method, path, **rest)
        try:
            return operation.read(response.content)
        except ValidationError as error:
            raise ApiError(
                f"{self._url} answers {path} with something else than was asked for; is it a fer-controller, and no "
                "older than this one? See --controller."
            ) from error

    def _send(self, method: str, path: str, **rest: Any) -> requests.Response:
        try:
            self._tls.check()
            # Given with each request, because a session's setting gives way to REQUESTS_CA_BUNDLE.
            response = self._session.request(
                method, self._url + path, timeout=TIMEOUT_S, verify=self._tls.authorities, cert=self._tls.certificate,
                **rest,
            )  # fmt: skip
        except TlsError as error:
            raise ApiError(f"The controller at {self._url} {self._tls.explained(error)}.") from error
        except requests.RequestException as error:
            raise UnreachableError(self._unreachable(method, error)) from error
        if not response.ok:
            raise self._refusal(path, response)
        return response

    def _refusal(self, path: str, response: requests.Response) -> ControllerError:
        try:
            document = response.json()
        except ValueError:
            why = self._tls.why_cut()
            if why:
                return ApiError(f"The controller at {self._url} {why}.")
            return ApiError(f"{self._url} answers {path} with no JSON; is it a fer-controller? See --controller.")
        detail = document.get("detail") if isinstance(document, dict) else None
        if not detail or detail == NO_SUCH_PLACE:
            return ApiError(
                f"{self._url} answers {path} with status {response.status_code}; check that --controller is right, "
                "and that the controller there is no older than this one."
            )
        return ERRORS.get(response.status_code, ApiError)(str(detail))

    def _unreachable(self, method: str, error: Exception) -> str:
        ordered = "" if method == GET else " Whether the order arrived is not known; look before you give it again."
        why = self._tls.explained(error) or f"does not answer ({_reason(error)}){by_way_of(self._url)}"
        return f"The controller at {self._url} {why}.{ordered}"


def _in_path(value: object) -> str:
    return quote(str(value) or NEWEST, safe="")


def _reason(error: BaseException) -> str:
    """The innermost cause, which says most: refused, timed out, a certificate that is not trusted."""
    causes = [getattr(error, "reason", None), *reversed(error.args)]
    for cause in causes:
        if isinstance(cause, BaseException):
            return _reason(cause)
    text = str(error).rpartition("] ")[2] or type(error).__name__
    return text if "(" in text else text.removesuffix(")")
