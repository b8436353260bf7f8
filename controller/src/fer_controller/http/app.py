"""What the controller answers over HTTP: models and metrics to devices, the API and its page to operators."""

from collections.abc import Mapping

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from fer_controller import __version__
from fer_controller.desk.local import Place
from fer_controller.errors import (
    ControllerError,
    RegistryError,
    RequestError,
    SettingsError,
    StoreError,
    UnknownRolloutError,
)
from fer_controller.http import api, page
from fer_controller.http.artifacts import ArtifactResponse
from fer_controller.http.guards import Guards
from fer_controller.http.limits import BodyLimit, Downloads
from fer_controller.http.prometheus import Metrics
from fer_controller.registry.artifacts import Artifacts
from fer_controller.store.registry.store import ModelStore

RETRY_AFTER_S = 5
LOOKED_AT = ["GET", "HEAD"]
OPENAPI = "/v1/openapi.json"
STATUS: Mapping[type[ControllerError], int] = {
    RequestError: 422, SettingsError: 422, UnknownRolloutError: 404, RegistryError: 404, StoreError: 503,
    ControllerError: 409,
}  # fmt: skip
"""Of each error, and of those below it; the nearest counts."""


def make_app(
    store: ModelStore,
    artifacts: Artifacts,
    downloads: Downloads,
    metrics: Metrics,
    guards: Guards,
    place: Place,
    *,
    open_to_all: bool,
) -> FastAPI:
    """The application over a registry, a fleet and its operators' desk."""
    app = FastAPI(title="fer-controller", version=__version__, openapi_url=OPENAPI, docs_url=None, redoc_url=None)
    enrolled = [] if open_to_all else [Depends(guards.enrolled)]
    app.state.guards, app.state.place = guards, place
    app.add_exception_handler(ControllerError, _explained)
    app.add_exception_handler(RequestValidationError, _misspelt)
    app.add_middleware(BodyLimit)
    app.include_router(api.router)
    app.include_router(page.router)

    @app.get("/v1/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.api_route("/v1/models/{name}/{version}/manifest.json", methods=LOOKED_AT, dependencies=enrolled)
    def manifest(name: str, version: str) -> Response:
        stored = store.get(name, version)
        if stored is None:
            raise HTTPException(404, f"The registry has no model {name}@{version}.")
        return Response(stored.manifest, media_type="application/json")

    @app.api_route("/v1/artifacts/{sha256}", methods=LOOKED_AT, dependencies=enrolled)
    def artifact(sha256: str) -> Response:
        try:
            if store.of_file(sha256) is not None:
                return ArtifactResponse(artifacts.path(sha256), sha256, downloads)
        except FileNotFoundError:
            pass
        raise HTTPException(404, "The registry has no file with this sha256.")

    @app.get("/metrics", dependencies=enrolled)
    def fleet(request: Request) -> Response:
        page, content_type = metrics.page(request.headers.get("accept", ""))
        return Response(page, media_type=content_type)

    return app


def _explained(_request: Request, error: Exception) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None
    return JSONResponse({"detail": str(error)}, status, headers)


def _misspelt(_request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": str(error)}
    place = ".".join(str(level) for level in first["loc"]) or "the request"
    return JSONResponse({"detail": f"{place}: {first['msg']}."}, 422)
