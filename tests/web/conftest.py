"""The application over an index of rows with many coincidences, without a port."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from index.rows import index, made
from metadata_digger.index.asking import IndexCollection
from metadata_digger.index.marks import Marks
from metadata_digger.previews.pictures import Previews
from metadata_digger.web.application import application
from metadata_digger.web.served import Served
from metadata_digger.web.serving import Files

ROWS = made(120, seed=2)


@dataclass(frozen=True, slots=True)
class Site:
    client: TestClient
    served: Served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    marks = Marks(folder / "out-marks.sqlite")
    collection = IndexCollection(index(ROWS, folder / "out"), marks.ids)
    previews = Previews("site", workers=1, folder=folder / "cache")
    served = Served(collection, marks, Files(previews), title="site")
    with TestClient(application(served, ("localhost",)), base_url="http://localhost") as client:
        yield Site(client, served)
    previews.close()
