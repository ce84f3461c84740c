"""Who may ask, and what browsers are told."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from metadata_digger.web.application import application
from metadata_digger.web.guard import BODY, HEADERS
from web.conftest import Site

OUTWARDS = (
    "/pages/../guard.py",
    "/pages/%2e%2e/guard.py",
    "/vendor/..%2fguard.py",
    "/pages/..\\guard.py",
    "/pages//etc/passwd",
    "/pages/%00",
)
JSON = {"Content-Type": "application/json"}
TOKEN = "a-token_of-letters"  # noqa: S105


def test_every_answer_has_the_headers(site: Site) -> None:
    for path in ("/", "/pages/app.js", "/vendor/leaflet.js", "/api/v2/about", "/nothing", "/docs", "/openapi.json"):
        answer = site.client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert "server" not in answer.headers and "access-control-allow-origin" not in answer.headers
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8080", 200),
        ("LOCALHOST", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 421),
    ],
)
def test_only_the_names_that_are_served(site: Site, host: str, status: int) -> None:
    assert site.client.get("/api/v2/about", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 200),
        (JSON | {"Sec-Fetch-Site": "same-origin"}, 200),
        (JSON | {"Sec-Fetch-Site": "cross-site"}, 403),
        (JSON | {"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({}, 415),
    ],
)
def test_what_asks_comes_from_the_page(site: Site, headers: dict[str, str], status: int) -> None:
    answer = site.client.post("/api/v2/search", content="{}", headers=headers)
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["description"]


def test_deleting_is_not_for_other_pages(site: Site) -> None:
    assert site.client.delete("/api/v2/searches/x", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_body_has_an_end(site: Site) -> None:
    answer = site.client.post("/api/v2/search", content=b"{" + b" " * BODY + b"}", headers=JSON)
    assert answer.status_code == 413


def test_a_body_that_does_not_say_its_length(site: Site) -> None:
    pieces = (b" " * 65_536 for _ in range(40))
    answer = site.client.post("/api/v2/search", content=pieces, headers=JSON)
    assert answer.status_code == 413 and answer.json()["description"]


def test_other_pages_may_ask_where_that_is_configured(site: Site) -> None:
    page = "https://desk.example"
    client = TestClient(application(site.served, ("localhost",), origins=(page,)), base_url="http://localhost")
    answer = client.post("/api/v2/search", json={}, headers={"Origin": page, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == page
    asked = client.options("/api/v2/search", headers={"Origin": page, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204 and "POST" in asked.headers["Access-Control-Allow-Methods"]
    other = {"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post("/api/v2/search", json={}, headers=other).status_code == 403


def test_the_token(site: Site) -> None:
    client = TestClient(application(site.served, (), TOKEN), base_url="http://desk.example")
    for path in ("/", "/pages/app.js", "/api/v2/about"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.get(path, headers={"Cookie": "metadata-digger=wrong"}).status_code == 401
        assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    answer = client.get(f"/?q=a&token={TOKEN}", follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["Location"] == "/?q=a"
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get("/api/v2/about").status_code == 200  # by the cookie
    answer = client.get(f"http://desk.example//evil.example/?token={TOKEN}", follow_redirects=False)
    assert answer.headers["Location"] == "/evil.example/"


def test_no_path_leads_out_of_the_page_s_files(site: Site) -> None:
    for path in OUTWARDS:
        assert site.client.get(path).status_code == 404, path
    assert site.client.get("/guard.py").status_code == 404


def test_files_are_asked_for_again_only_when_they_changed(site: Site) -> None:
    answer = site.client.get("/pages/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    again = site.client.get("/pages/style.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
