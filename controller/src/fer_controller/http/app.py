"""What the controller answers over HTTP: models and metrics to devices, the API and its page to operators."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fer_wire import KeyLists, ModelManifest
from fer_wire.message import MAX_COUNT, SCHEMA_VERSION
from pydantic import Field

from fer_controller import __version__
from fer_controller.desk.stores import Place
from fer_controller.errors import (
    ControllerError,
    OutOfReachError,
    RegistryError,
    RequestError,
    SettingsError,
    StoreError,
    UnknownRolloutError,
)
from fer_controller.http import api, page
from fer_controller.http.artifacts import OCTETS, ArtifactResponse
from fer_controller.http.guards import Guards, holder, peer
from fer_controller.http.headers import Headers
from fer_controller.http.limits import BodyLimit, Downloads
from fer_controller.http.packing import packed
from fer_controller.http.prometheus import Metrics
from fer_controller.http.renewals import Renewals
from fer_controller.http.shown import Shown
from fer_controller.operations.operation import Answer
from fer_controller.registry.artifacts import Artifacts
from fer_controller.registry.key_lists import KeyHistory, documents
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.registry.store import ModelStore

RETRY_AFTER_S = 5
OPENAPI = "/v1/openapi.json"
MANIFEST = "/v1/models/{name}/{version}/manifest.json"
ARTIFACT = "/v1/artifacts/{sha256}"
CERTIFICATE, PEM, PKCS10 = "/v1/certificate", "application/x-pem-file", "application/pkcs10"
REQUEST = {"requestBody": {"required": True, "content": {PKCS10: {"schema": {"type": "string"}}}}}
"""Of a certificate (RFC 2986), as PEM."""
KEYS = "/v1/keys"
ANYBODY = "anybody"
STATUS: Mapping[type[ControllerError], int] = {
    RequestError: 422, SettingsError: 422, UnknownRolloutError: 404, RegistryError: 404, StoreError: 503,
    OutOfReachError: 403, ControllerError: 409,
}  # fmt: skip
"""Of each error, and of those below it; the nearest counts."""


class Health(Answer):
    """That the process answers."""

    status: str = Field(default="ok", description="ok.")


def make_app(
    store: ModelStore,
    artifacts: Artifacts,
    downloads: Downloads,
    metrics: Metrics,
    guards: Guards,
    place: Place,
    renewals: Renewals,
    of_the_page: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application over a registry, a fleet and its operators' desk, with what the page needs beside it."""
    app = FastAPI(title="fer-controller", version=__version__, openapi_url=OPENAPI, docs_url=None, redoc_url=None)
    enrolled = [] if place.open_to_all else [Depends(guards.enrolled)]
    looking = [] if place.open_to_all else [Depends(api.whole_fleet)]
    app.state.guards, app.state.place = guards, place
    app.add_exception_handler(ControllerError, _explained)
    app.add_exception_handler(RequestValidationError, _misspelled)
    app.add_middleware(BodyLimit)
    app.add_middleware(Headers)
    api.add_operations(app)
    app.include_router(page.router)
    for router in of_the_page:
        app.include_router(router)
    app.include_router(_for_devices(store, artifacts, downloads, guards), dependencies=enrolled)
    app.include_router(_for_certified(renewals, guards))
    app.include_router(_of_keys(KeyHistory(place.models)), dependencies=enrolled)
    app.include_router(_for_prometheus(metrics), dependencies=looking)

    @app.get("/v1/health", tags=[ANYBODY])
    async def health() -> Health:
        return Health()

    return app


def _for_devices(store: ModelStore, artifacts: Artifacts, downloads: Downloads, guards: Guards) -> APIRouter:
    """Models and their files, to each device those that it is told to run; a HEAD is answered where a GET is."""
    router = APIRouter(tags=["device"])

    @router.head(MANIFEST, include_in_schema=False)
    @router.get(MANIFEST, response_model=ModelManifest, responses={**api.PROBLEMS})
    def manifest(name: str, version: str, request: Request) -> Response:
        stored = store.get(name, version)
        if stored is None:
            raise HTTPException(404, f"The registry has no model {name}@{version}.")
        guards.expect_assigned(request, store.files_of(name, version))
        return Response(stored.manifest, media_type="application/json")

    @router.head(ARTIFACT, include_in_schema=False)
    @router.get(ARTIFACT, response_class=Response, responses=_of_type(OCTETS, "binary"))
    def artifact(sha256: str, request: Request) -> Response:
        try:
            if store.of_file(sha256) is not None:
                guards.expect_assigned(request, {sha256})
                return ArtifactResponse(artifacts.present(sha256), sha256, downloads, holder(request))
        except FileNotFoundError:
            pass
        raise HTTPException(404, "The registry has no file with this sha256.")

    return router


def _for_certified(renewals: Renewals, guards: Guards) -> APIRouter:
    """What a device needs a certificate for, however models are fetched: the next certificate."""
    router = APIRouter(tags=["device"])

    @router.post(CERTIFICATE, response_class=Response, responses=_of_type(PEM), openapi_extra=REQUEST)
    def renew(shown: Annotated[Shown, Depends(guards.certified)], request: Request, asked: Asked) -> Response:
        return Response(renewals.renew(shown, asked, peer(request)), media_type=PEM)

    return router


def _of_keys(history: KeyHistory) -> APIRouter:
    """The lists of keys that came after the one that a device trusts."""
    router = APIRouter(tags=["device"])

    @router.get(KEYS, response_model=KeyLists, responses={**api.PROBLEMS})
    def keys(above: Annotated[int, Query(ge=0, le=MAX_COUNT)] = 0) -> Response:
        return JSONResponse({"schema_version": SCHEMA_VERSION, "lists": documents(history.above(above))})

    return router


async def _body(request: Request) -> bytes:
    return await request.body()


Asked = Annotated[bytes, Depends(_body)]


def _for_prometheus(metrics: Metrics) -> APIRouter:
    """The figures of all devices, which are no device's business."""
    router = APIRouter(tags=[VIEWER])

    @router.get("/metrics", response_class=Response, responses=_of_type("text/plain"))
    def fleet(request: Request) -> Response:
        page, content_type = metrics.page(request.headers.get("accept", ""))
        return packed(request, Response(page, media_type=content_type))

    return router


def _of_type(media_type: str, form: str = "text") -> dict[int | str, dict[str, Any]]:
    """How OpenAPI describes an answer that is not JSON."""
    schema = {"type": "string", "format": form}
    return {**api.PROBLEMS, 200: {"content": {media_type: {"schema": schema}}}}


def _explained(request: Request, error: Exception) -> Response:
    if isinstance(error, OutOfReachError):
        request.app.state.guards.note_out_of_reach(request)
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None
    about = {"parameter": error.parameter} if isinstance(error, ControllerError) and error.parameter else {}
    return JSONResponse({"detail": str(error), **about}, status, headers)


def _misspelled(_request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": str(error)}
    place = ".".join(str(level) for level in first["loc"]) or "the request"
    about = {"parameter": str(first["loc"][-1])} if first["loc"] else {}
    return JSONResponse({"detail": f"{place}: {first['msg']}.", **about}, 422)
