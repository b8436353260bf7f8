"""The desk of a controller elsewhere, over HTTP; only this file imports requests."""

import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests
from fer_wire import Box
from requests.adapters import HTTPAdapter, Retry

from fer_controller.desk.contract import MOST_ROWS, NEWEST, Document
from fer_controller.errors import (
    ApiError,
    ControllerError,
    RequestError,
    RolloutError,
    StoreUnavailable,
    UnknownRolloutError,
    UnreachableError,
)
from fer_controller.rollout.relabel import Relabel
from fer_controller.rollout.request import Words
from fer_controller.settings import ApiSettings
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter
from fer_controller.store.rollups.records import EmotionRollup, TelemetryRollup
from fer_controller.store.telemetry.records import StoredTelemetry

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
    """Looking is tried again when the network fails, ordering is not: it may have been taken up."""

    def __init__(self, settings: ApiSettings) -> None:
        self._url = settings.url or ""
        self._session = requests.Session()
        retry = Retry(TRIES, backoff_factor=PAUSE_S, status_forcelist=TRIED_AGAIN, allowed_methods=["GET"],
                      raise_on_status=False)  # fmt: skip
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        if settings.token is not None:
            self._session.headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
        # With each request: what the session says of it gives way to REQUESTS_CA_BUNDLE.
        self._verify = None if settings.ca_file is None else str(settings.ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._session.close()

    def devices(self) -> list[Document]:
        return self._list("/v1/devices")

    def totals(self) -> Document:
        return dict(self._get("/v1/totals"))

    def newest_telemetry_of_each(self) -> list[Document]:
        return self._list("/v1/fleet/telemetry")

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        return self._events("/v1/events", {**_values(wanted), "up_to_id": up_to_id}, limit)

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        values = {**_values(wanted), "after_time": after[0], "after_id": after[1]}
        return self._events("/v1/events/by-time", values, limit)

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        return self._events("/v1/events/as-stored", {**_values(wanted), "after_id": after_id}, limit)

    def last_event_id(self) -> int:
        return int(self._get("/v1/events", {"limit": 0})["last_id"])

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        return self._telemetry("/v1/telemetry", {"device": device}, limit)

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        return self._telemetry("/v1/telemetry/as-stored", {"device": device, "after_id": after_id}, limit)

    def telemetry_rollups(self, per: str, wanted: EventFilter, limit: int) -> list[TelemetryRollup]:
        found = self._many("/v1/rollups/telemetry", {**_values(wanted), "per": per}, limit)
        return [TelemetryRollup(**each) for each in found]

    def emotion_rollups(
        self, per: str, wanted: EventFilter, limit: int, *, summed: bool = False
    ) -> list[EmotionRollup]:
        found = self._many("/v1/rollups/emotions", {**_values(wanted), "per": per, "summed": summed}, limit)
        return [EmotionRollup(**each) for each in found]

    def dead_letters(self, limit: int) -> list[Document]:
        return self._many("/v1/dead-letters", {}, limit)

    def labels(self, devices: Sequence[str] = ()) -> list[Document]:
        return self._list("/v1/labels", {"device": list(devices)})

    def relabel(self, words: Relabel) -> list[Document]:
        return list(self._post("/v1/labels", words.model_dump(mode="json")))

    def models(self) -> list[Document]:
        return self._list("/v1/models")

    def rollouts(self, limit: int) -> list[Document]:
        return self._many("/v1/rollouts", {}, limit)

    def rollout(self, begin: str | None) -> Document:
        return dict(self._get(f"/v1/rollouts/{_spelt(begin)}"))

    def progress(self, begin: str | None) -> Document:
        return dict(self._get(f"/v1/rollouts/{_spelt(begin)}/progress"))

    def decisions(self, begin: str | None, after_id: int) -> list[Document]:
        return self._list(f"/v1/rollouts/{_spelt(begin)}/audit", {"after_id": after_id})

    def plan(self, words: Words) -> Document:
        return dict(self._post("/v1/plans", words.model_dump(mode="json")))

    def deploy(self, words: Words) -> Document:
        return dict(self._post("/v1/rollouts", words.model_dump(mode="json")))

    def order(self, begin: str, action: str) -> Document:
        return dict(self._post(f"/v1/rollouts/{_spelt(begin)}/orders", {"order": action}))

    def _events(self, path: str, values: dict[str, Any], limit: int) -> list[StoredEvent]:
        found = self._many(path, values, limit, "events")
        return [StoredEvent(**{**each, "box": Box(**each["box"])}) for each in found]

    def _telemetry(self, path: str, values: dict[str, Any], limit: int) -> list[StoredTelemetry]:
        found = ((each["id"], each["message"]) for each in self._many(path, values, limit, "messages"))
        return [StoredTelemetry(id_, said["device"], said["time"], json.dumps(said)) for id_, said in found]

    def _many(self, path: str, values: dict[str, Any], limit: int, key: str = "") -> list[Document]:
        """So many rows; raises ApiError rather than leave some out unseen."""
        answer = self._get(path, {**values, "limit": min(limit, MOST_ROWS)})
        found: list[Document] = answer[key] if key else answer
        if len(found) == MOST_ROWS < limit:
            raise ApiError(
                f"The controller at {self._url} gives {MOST_ROWS:,} rows at once; ask for fewer with --limit."
            )
        return found

    def _list(self, path: str, values: dict[str, Any] | None = None) -> list[Document]:
        return list(self._get(path, values))

    def _get(self, path: str, values: dict[str, Any] | None = None) -> Any:
        return self._ask("GET", path, params=values)

    def _post(self, path: str, body: Document) -> Any:
        return self._ask("POST", path, json=body)

    def _ask(self, method: str, path: str, **rest: Any) -> Any:
        try:
            response = self._session.request(method, self._url + path, timeout=TIMEOUT_S, verify=self._verify, **rest)
        except requests.RequestException as error:
            raise UnreachableError(self._unreachable(method, error)) from error
        try:
            document = response.json()
        except ValueError as error:
            raise ApiError(f"{self._url} answers {path} with no JSON; is it a fer-controller? See --url.") from error
        if response.ok:
            return document
        detail = document.get("detail") if isinstance(document, dict) else None
        if not detail or detail == NO_SUCH_PLACE:
            raise ApiError(
                f"{self._url} answers {path} with status {response.status_code}; see that --url is right, and that the "
                "controller there is no older than this one."
            )
        raise ERRORS.get(response.status_code, ApiError)(str(detail))

    def _unreachable(self, method: str, error: Exception) -> str:
        ordered = "" if method == "GET" else " Whether the order arrived is not known; look before you give it again."
        return f"The controller at {self._url} does not answer ({_reason(error)}).{ordered}"


def _values(wanted: EventFilter) -> dict[str, Any]:
    """What the filter asks for beyond the default, which is everything."""
    return wanted.model_dump(exclude_defaults=True)


def _spelt(begin: str | None) -> str:
    return quote(begin or NEWEST, safe="")


def _reason(error: BaseException) -> str:
    """The innermost cause, which says most: refused, timed out, a certificate that is not trusted."""
    causes = [getattr(error, "reason", None), *reversed(error.args)]
    for cause in causes:
        if isinstance(cause, BaseException):
            return _reason(cause)
    text = str(error).rpartition("] ")[2] or type(error).__name__
    return text if "(" in text else text.removesuffix(")")
