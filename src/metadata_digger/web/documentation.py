"""`/docs`: the interface described for people, made of the same shapes as openapi.json. No script."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from metadata_digger.web.openapi import openapi


def page() -> str:
    found = openapi()
    parts = [
        _section(method.upper(), path, operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    title = f"Metadata Digger {escape(found['info']['version'])}: REST interface"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/pages/docs.css"><link rel="icon" href="/pages/icon.svg"></head>'
        f"<body><main><h1>{title}</h1>"
        '<p>For programs: <a href="/openapi.json">openapi.json</a>. Bodies are JSON, and so are faults: '
        "<code>description</code>, with <code>at</code> and <code>length</code> where a query is wrong.</p>"
        f"{''.join(parts)}</main></body></html>\n"
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f"<td>{escape(one.get('description', ''))}</td></tr>"
        for one in operation.get("parameters", ())
    )
    table = f"<table><tr><th>Parameter</th><th>In</th><th>What</th></tr>{rows}</table>" if rows else ""
    body = ""
    if "requestBody" in operation:
        shape = operation["requestBody"]["content"]["application/json"]["schema"]
        text = escape(json.dumps(shape, indent=1, ensure_ascii=False))
        body = f'<details><summary>Body</summary><pre tabindex="0">{text}</pre></details>'
    name = escape(f"{method} {path}")
    return f"<section><h2><code>{name}</code></h2><p>{escape(operation['summary'])}</p>{table}{body}</section>"
