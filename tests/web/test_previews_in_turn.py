"""Previews that are slow: other answers do not wait for them, and what nobody waits for is not made."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from starlette.concurrency import run_in_threadpool

from metadata_digger.previews.pictures import Preview, Previews
from metadata_digger.query.asking import Photo
from metadata_digger.web.serving import Files


class Slow:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = threading.Event()

    def get(self, url: str, *_: object) -> Preview:
        self.asked.append(url)
        assert self.go.wait(30)
        return Preview(b"x", "image/jpeg", "tag")


class At:
    def __init__(self, path: str) -> None:
        self.path = path


def test_the_others_do_not_wait_and_the_gone_are_left_out() -> None:
    slow = Slow()

    async def asking() -> list[Any]:
        files = Files(cast("Previews", slow))
        left = asyncio.Event()

        async def gone() -> bool:
            return left.is_set()

        async def one(number: int) -> Any:
            photo = cast("Photo", At(f"file:/{number}"))
            return await files.preview(photo, "file:/", lambda: None, "small", gone)

        tasks = [asyncio.create_task(one(number)) for number in range(100)]
        while len(slow.asked) < 16:
            await asyncio.sleep(0.01)
        assert await asyncio.wait_for(run_in_threadpool(lambda: "found"), 10) == "found"
        left.set()
        slow.go.set()
        return await asyncio.gather(*tasks)

    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop of its own in this one, once a browser was driven
        answers = thread.submit(asyncio.run, asking()).result(60)
    assert len(slow.asked) == 16
    assert sum(not isinstance(one, str) for one in answers) == 16
    assert {one for one in answers if isinstance(one, str)} == {"nobody waits for it any more"}
