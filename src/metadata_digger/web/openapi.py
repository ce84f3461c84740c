"""The interface described for programs: OpenAPI 3.1, made of the very shapes that requests are checked with."""

from __future__ import annotations

import re
from typing import Any

from metadata_digger import __version__
from metadata_digger.search import shapes
from metadata_digger.web.interface import PATHS, Path

_WORDS = {
    "q": "a query",
    "asked": "JSON of q, filters, from, to, box, radius, has, as the body of /api/v2/search has them",
    "sort": "path, date, size, modified or a field; down with a - before it",
    "size": "how many at most",
    "prefix": "how a word of the name or the title begins",
    "format": "csv, jsonl, kml or geojson",
    "after": "id of the picture before",
    "id": "id of a picture",
}


def openapi() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in PATHS:
        paths.setdefault(one.path.replace(":path", ""), {})[one.method.lower()] = _operation(one)
    for name, words in (
        ("preview", "A picture made for the page."),
        ("original", "The file, if they are given."),
    ):
        paths[f"/api/v2/{name}/{{id}}"] = {
            "get": {
                "summary": words,
                "parameters": [_in_path("id"), *([_size(), _absent()] if name == "preview" else [])],
                "responses": {
                    "200": {
                        "description": "the picture",
                        "content": {"image/jpeg": {}},
                    },
                    **_faults("400", "404"),
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Metadata Digger", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {"schemas": {"Fault": shapes.FAULT, "Photo": shapes.PHOTO}},
    }


def _operation(one: Path) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": one.help,
        "parameters": [
            *(_in_path(name) for name in re.findall(r"{(\w+)(?::path)?}", one.path)),
            *(
                {"name": name, "in": "query", "schema": {"type": "string"}, "description": _WORDS[name]}
                for name in one.parameters
            ),
        ],
        "responses": {
            "200": {"description": "the answer", "content": {"application/json": {}}},
            **_faults("400", "404", "409", "413", "415", "503"),
        },
    }
    if one.shape is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": one.shape}}}
    if one.path.endswith("/export"):
        types = ("text/csv", "application/x-ndjson", "application/vnd.google-earth.kml+xml", "application/geo+json")
        found["responses"]["200"]["content"] = {name: {} for name in types}
    return found


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _size() -> dict[str, Any]:
    return {"name": "size", "in": "query", "schema": {"type": "string", "enum": ["small", "large"]}}


def _absent() -> dict[str, Any]:
    words = "200: where there is no picture, the reason comes with this status instead of 404"
    return {"name": "absent", "in": "query", "schema": {"type": "string", "enum": ["200"]}, "description": words}


def _faults(*statuses: str) -> dict[str, Any]:
    fault = {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}
    return {status: {"description": "what is wrong", "content": fault} for status in statuses}
