"""docs/api.md: what the controller answers to operators."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fer_controller.http import api
from fer_controller.rollout.relabel import Relabel
from fer_controller.rollout.request import Words
from pydantic import BaseModel

from pages.schema import default_text, table, type_text

HEAD = ("request", "who", "answer", "parameters")
BODY = ("field", "type", "default", "meaning")
BODIES: dict[type[BaseModel], str] = {
    Words: "POST /v1/rollouts and /v1/plans",
    Relabel: "POST /v1/labels",
    api.Order: "POST …/orders",
}
INTRODUCTION = """\
# HTTP API

What `fer-controller serve` answers at `http.listen` ([how to use it](howto/operate-from-elsewhere.md)). Each request
bears an operator's token, `Authorization: Bearer TOKEN`; an operator may do what a viewer may. The answers are the
documents that the commands print with `--json`, in a list where there are several, so what one program can read of the
one it can read of the other.

An error is `{"detail": "a sentence"}`: 401 without a token that counts, 403 where its role does not suffice, 404 for
what is not there, 409 for what cannot be done, 422 for what is not spelt as it should be, 503 while the database is
busy.
`/v1/openapi.json` describes all this to programs. Models (`/v1/models/NAME/VERSION/manifest.json`, `/v1/artifacts/…`)
and [`/metrics`](metrics.md) are for devices and take a device's token too; `/v1/health` takes none.
"""


def page() -> str:
    """The whole page."""
    app = FastAPI()
    app.include_router(api.router)
    spec = app.openapi()
    parts = [INTRODUCTION, table(HEAD, *_rows(spec))]
    for body, where in BODIES.items():
        parts += [f"## The body of {where}\n", table(BODY, *_fields(body))]
    return "\n".join(parts)


def _rows(spec: "dict[str, Any]") -> "Iterator[tuple[str, ...]]":
    for route in (each for each in api.router.routes if isinstance(each, APIRoute)):
        method = "".join(route.methods or ())
        said = spec["paths"][route.path][method.lower()]
        parameters = ", ".join(f"`{each['name']}`" for each in said.get("parameters", ()) if each["in"] == "query")
        yield f"`{method} {route.path}`", _who(route), said["description"].replace("\n", " "), parameters or "–"


def _who(route: APIRoute) -> str:
    asked = {dependency.call for dependency in route.dependant.dependencies}
    return "operator" if api.ordering in asked else "viewer"


def _fields(body: "type[BaseModel]") -> "Iterator[tuple[str, ...]]":
    schema = body.model_json_schema()
    for name, said in schema["properties"].items():
        yield f"`{name}`", type_text(said), default_text(name, schema), said["description"]
