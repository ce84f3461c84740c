"""The driver of a run in a cluster (DEPLOY_MODE=cluster): spark-submit starts this file there, with a job beside it."""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import threading
import time
from pathlib import Path

PAYLOAD = "metadata-digger.job"  # a file in the driver's working directory
SECONDS = 3.0  # between two words to who waits


def main() -> int:
    """Exit code 0: the run came to its end; all else is in the mailbox."""
    faulthandler.enable()
    payload = Path(PAYLOAD)
    job, master, settings, timezone, mailbox = pickle.loads(payload.read_bytes())  # noqa: S301  # of who started this
    payload.unlink()
    os.environ["TZ"] = timezone
    time.tzset()
    from metadata_digger.run.engines.spark import engine
    from metadata_digger.run.engines.spark.ship.mailbox import Far

    ended, last = threading.Event(), [Far(0, None, 0)]

    def progress(done: int, total: int | None, failed: int = 0, *_: object) -> None:
        last[0] = Far(done, total, failed)

    def talk() -> None:
        stopped = False
        while not ended.wait(SECONDS):
            mailbox.tell(last[0])
            if not stopped and mailbox.is_stopped():
                stopped = True
                os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        report = engine.run(job, master, progress, settings)
    except BaseException as error:
        ended.set()
        thread.join()
        mailbox.end(None, error)
        if isinstance(error, Exception):
            raise
        return 1
    ended.set()
    thread.join()
    mailbox.end(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
