"""`serve` as its user meets it: an address, an end, and a sentence for whatever is not as it should be."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from checkout import ROOT
from index.rows import index, made
from metadata_digger.index import about

ROWS = made(12, seed=3)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index(ROWS, tmp_path_factory.mktemp("serving") / "out")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-P", "-m", "metadata_digger", *map(str, arguments)]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "XDG_CACHE_HOME": str(folder / "cache")}


@contextmanager
def served(folder: Path, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address that it printed."""
    given = command("serve", *arguments, "--port", "0", "--no-open")
    with subprocess.Popen(
        given, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None and process.stderr is not None
            line = ""
            while "http://" not in line:
                line = process.stdout.readline()
                assert line, process.stderr.read()
            yield process, next(word for word in line.split() if word.startswith("http://"))
        finally:
            process.kill()


def refused(folder: Path, *arguments: object) -> tuple[int, str]:
    """Exit code, and what is said."""
    given = command("serve", *arguments, "--no-open")
    done = subprocess.run(given, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def asked(address: str, path: str = "api/v2/about") -> dict[str, object]:
    with urllib.request.urlopen(f"{address}{path}", timeout=20) as answer:  # noqa: S310
        found: dict[str, object] = json.load(answer)
        return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_ends(output: Path, tmp_path: Path, how: signal.Signals) -> None:
    with served(tmp_path, output) as (process, address):
        assert asked(address)["total"] == len(ROWS)
        with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1].strip("/")))) as idle:
            idle.send(b"GET / HTTP/1.1\r\n")  # and never ends: whoever is connected keeps nobody here
            process.send_signal(how)
            process.wait(10)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read() and process.returncode == (0 if how == signal.SIGINT else -how)


def test_a_port_that_is_taken(output: Path, tmp_path: Path) -> None:
    with served(tmp_path, output) as (_, address):
        port = address.rsplit(":", 1)[1].strip("/")
        code, words = refused(tmp_path, output, "--port", port)
        assert code == 2 and "in use" in words and "--port" in words
    assert "address of this machine" in refused(tmp_path, output, "--host", "192.0.2.1", "--port", "0")[1]


def test_the_token_is_printed_once(output: Path, tmp_path: Path) -> None:
    with served(tmp_path, output, "--host", "0.0.0.0") as (_, address):  # noqa: S104
        assert "?token=" in address
        port = address.rsplit(":", 1)[1].partition("/")[0]
        with pytest.raises(urllib.error.HTTPError) as refusal:
            asked(f"http://127.0.0.1:{port}/")
        assert refusal.value.code == 401
        token = address.partition("?token=")[2]
        place, headers = f"http://127.0.0.1:{port}/api/v2/about", {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(place, headers=headers)
        assert urllib.request.urlopen(request, timeout=20).status == 200  # noqa: S310


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda folder: shutil.rmtree(folder), "no such output"),
        (lambda folder: (folder / about.FILE).unlink(), "half an index"),
        (lambda folder: form(folder, 0), "older version"),
        (lambda folder: form(folder, 99), "newer version"),
        (lambda folder: (folder / about.FILE).write_text("{"), "damaged"),
        (lambda folder: (folder / "photos.sqlite").write_bytes(b"no database" * 1_000), "damaged"),
        (lambda folder: (folder / "photos.sqlite").unlink(), "damaged"),
        (lambda folder: (folder / "search" / "meta.json").write_text("{}"), "damaged"),
        (lambda folder: [path.unlink() for path in (folder / "search").glob("*.term")], "damaged"),
    ],
)
def test_an_index_that_is_none(output: Path, tmp_path: Path, broken: object, words: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(output, copy)
    broken(copy)  # type: ignore[operator]
    code, said = refused(tmp_path, copy, "--port", "0")
    assert code in (1, 2) and words in said and "copy" in said


def form(folder: Path, number: int) -> None:
    found = json.loads((folder / about.FILE).read_text())
    (folder / about.FILE).write_text(json.dumps(found | {"form": number}))


def test_outputs_of_other_forms(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(ROOT / "demo" / "photos" / "beach.jpg", tmp_path / "in")
    config = tmp_path / "c.properties"
    config.write_text("input.paths=in\noutput.directoryPath=out\noutput.format=csv\nprocessing.cores=1\n")
    subprocess.run(command("extract", config), cwd=tmp_path, env=environment(tmp_path), check=True, capture_output=True)
    code, words = refused(tmp_path, "out", "--port", "0")
    assert code == 2 and "output.format" in words and "index" in words


def test_a_run_that_has_not_been_made_is_made_first(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(ROOT / "demo" / "photos" / "beach.jpg", tmp_path / "in")
    config = tmp_path / "c.properties"
    config.write_text("input.paths=in\noutput.directoryPath=out\noutput.format=csv\nprocessing.cores=1\n")
    with served(tmp_path, config) as (_, address):
        assert asked(address)["total"] == 1
        assert (tmp_path / "out" / "out.csv").is_file() and about.is_index(tmp_path / "out")
    with served(tmp_path, config) as (_, address):  # and not again
        assert asked(address)["total"] == 1


def test_a_read_only_output_is_served(output: Path, tmp_path: Path) -> None:
    copy = tmp_path / "read" / "out"
    shutil.copytree(output, copy)
    for path in (*copy.rglob("*"), copy, copy.parent):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with served(tmp_path, copy) as (_, address):
            assert asked(address)["total"] == len(ROWS)
    finally:
        for path in (copy.parent, copy, *copy.rglob("*")):
            path.chmod(0o755)


def test_an_index_that_is_replaced_is_noticed(output: Path, tmp_path: Path) -> None:
    copy = tmp_path / "out"
    shutil.copytree(output, copy)
    with served(tmp_path, copy) as (_, address):
        before = asked(address)
        other = index(made(5, seed=4), tmp_path / "new" / "out")
        copy.rename(tmp_path / "old")
        other.rename(copy)
        after = asked(address)
        assert after["total"] == 5 and after["state"] != before["state"]


def test_help_needs_none_of_it(tmp_path: Path) -> None:
    code = (
        "import sys; from metadata_digger.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = ('starlette', 'uvicorn', 'tantivy', 'pyarrow')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    given = [sys.executable, "-P", "-c", code]
    done = subprocess.run(given, env=environment(tmp_path), capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
