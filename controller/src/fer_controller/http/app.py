"""What the controller answers over HTTP; only this file imports fastapi."""

from collections.abc import Callable

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from fer_controller.errors import StoreError
from fer_controller.http.artifacts import ArtifactResponse
from fer_controller.http.limits import Downloads
from fer_controller.http.metrics import Metrics
from fer_controller.registry import tokens
from fer_controller.registry.artifacts import Artifacts
from fer_controller.store.registry import RegistryTables

BEARER = "bearer"
RETRY_AFTER_S = 5
LOOKED_AT = ["GET", "HEAD"]
ENROLL = "`fer-controller enroll DEVICE` makes one, the agent's setting update.token takes it"


def make_app(
    store: RegistryTables, artifacts: Artifacts, downloads: Downloads, metrics: Metrics, *, open_to_all: bool
) -> FastAPI:
    """The application over a registry and a fleet."""
    app = FastAPI(title="fer-controller", openapi_url=None, docs_url=None, redoc_url=None)
    enrolled = [] if open_to_all else [Depends(_guard(store))]
    app.add_exception_handler(StoreError, _unavailable)

    @app.get("/v1/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.api_route("/v1/models/{name}/{version}/manifest.json", methods=LOOKED_AT, dependencies=enrolled)
    def manifest(name: str, version: str) -> Response:
        stored = store.model(name, version)
        if stored is None:
            raise HTTPException(404, f"The registry has no model {name}@{version}.")
        return Response(stored.manifest, media_type="application/json")

    @app.api_route("/v1/artifacts/{sha256}", methods=LOOKED_AT, dependencies=enrolled)
    def artifact(sha256: str) -> Response:
        try:
            if store.model_of_file(sha256) is not None:
                return ArtifactResponse(artifacts.path(sha256), sha256, downloads)
        except FileNotFoundError:
            pass
        raise HTTPException(404, "The registry has no file with this sha256.")

    @app.get("/metrics", dependencies=enrolled)
    def fleet(request: Request) -> Response:
        page, content_type = metrics.page(request.headers.get("accept", ""))
        return Response(page, media_type=content_type)

    return app


def _guard(store: RegistryTables) -> Callable[[Request], None]:
    def enrolled_alone(request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != BEARER or not token:
            raise _refused("This controller serves enrolled devices alone, and no token came")
        if tokens.device_of(store, token.strip()) is None:
            raise _refused("The token belongs to no device")

    return enrolled_alone


def _refused(reason: str) -> HTTPException:
    return HTTPException(401, f"{reason}; {ENROLL}.", {"WWW-Authenticate": "Bearer"})


def _unavailable(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 503, {"Retry-After": str(RETRY_AFTER_S)})
