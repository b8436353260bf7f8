"""The page at /: files without a build step, with a policy that lets nothing else run in it."""

import gzip
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePath

from fastapi import APIRouter, HTTPException, Request, Response

from fer_controller.http import packing

INDEX = "index.html"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def _parts(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    """Every file that is served, by its path below the folder."""
    for each in folder.iterdir():
        if each.is_dir():
            yield from _parts(each, f"{above}{each.name}/")
        elif PurePath(each.name).suffix in TYPES:
            yield above + each.name, each.read_bytes()


PARTS = dict(_parts(files(__package__).joinpath("dashboard")))
TAGS = {name: f'"{sha256(content).hexdigest()[:16]}"' for name, content in PARTS.items()}
"""What a browser shows of a file that it has, and is told when that is still the one."""
router = APIRouter(include_in_schema=False)


@router.get("/")
def index(request: Request) -> Response:
    """The page."""
    return _file(INDEX, request)


@router.get("/dashboard/{name:path}")
def part(name: str, request: Request) -> Response:
    """A part of the page."""
    return _file(name, request)


def _file(name: str, request: Request) -> Response:
    if name not in PARTS:
        raise HTTPException(404, f"The page has no file {name}.")
    headers = {**HEADERS, **packing.VARY, "ETag": TAGS[name]}
    if request.headers.get("If-None-Match") == TAGS[name]:
        return Response(status_code=304, headers=headers)
    media_type = TYPES[PurePath(name).suffix]
    if packing.takes_gzip(request):
        return Response(_packed(name), media_type=media_type, headers={**headers, **packing.PACKED})
    return Response(PARTS[name], media_type=media_type, headers=headers)


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(PARTS[name], mtime=0)
