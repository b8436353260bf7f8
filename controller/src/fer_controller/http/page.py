"""The page at /: files without a build step, with a policy that lets nothing else run in it."""

from importlib.resources import files
from pathlib import PurePath

from fastapi import APIRouter, HTTPException, Response

INDEX = "index.html"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
PARTS = {
    each.name: each.read_bytes()
    for each in files(__package__).joinpath("dashboard").iterdir()
    if PurePath(each.name).suffix in TYPES
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def index() -> Response:
    """The page."""
    return _file(INDEX)


@router.get("/dashboard/{name}")
def part(name: str) -> Response:
    """A part of the page."""
    return _file(name)


def _file(name: str) -> Response:
    if name not in PARTS:
        raise HTTPException(404, f"The page has no file {name}.")
    return Response(PARTS[name], media_type=TYPES[PurePath(name).suffix], headers=HEADERS)
