"""What a process that does tasks sets up in itself, a worker of this machine and an executor's alike. Light to import:
some of it comes before all else."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import Any

# One thread a process: the processes are the parallelism, and every idle thread pool costs memory.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS"), "1")


class WithoutPandas:
    """pyarrow imports pandas, if it is there, to know its types: 0.6 s and 45 MB in every process for nothing."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("no pandas in worker processes", name=fullname)


def settle(timezone: str) -> None:
    """Before numpy and Arrow are imported: they look at the environment then."""
    os.environ.update(ONE_THREAD)
    os.environ["TZ"] = timezone
    time.tzset()
    sys.meta_path.insert(0, WithoutPandas())


def use_one_thread() -> None:
    import pyarrow

    pyarrow.set_cpu_count(1)
    pyarrow.set_io_thread_count(1)


def calm_collector() -> None:
    """When all is imported: the collector of cycles looks at that again and again, and runs after every 700 objects. It
    is 5 % of the time of extraction, which makes no cycles to speak of."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
