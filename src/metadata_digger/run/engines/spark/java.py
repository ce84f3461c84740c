"""Which Spark it is, and whether that, and a Java that it runs on, are here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.run.job import Job

JAVA = 17  # the oldest that Spark 4 runs on, the newest of Spark 3.5
SPARK = (3, 5)  # the oldest


def check(job: Job) -> None:
    """Raises DiggerError where a job cannot run on Spark, or there is none."""
    if job.streams:
        raise ConfigError("output.directoryPath=- is for one machine; name a directory, or leave out --engine spark")
    check_spark()


def check_spark() -> None:
    """Raises DiggerError when pyspark, or a Java that it runs on, is missing."""
    at_home()
    try:
        import pyspark
    except ImportError:
        raise DiggerError("Spark is not installed: pip install 'metadata-digger[spark]'") from None
    if tuple(map(int, re.findall(r"\d+", pyspark.__version__)[:2])) < SPARK:
        raise DiggerError(
            f"{pyspark.__file__} is of Spark {pyspark.__version__}; 3.5 or newer is needed: see SPARK_HOME"
        )
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    advice = f"Spark needs Java {JAVA} or newer: install it or let JAVA_HOME point to it"
    if java is None:
        raise DiggerError(f"no java found. {advice}")
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise DiggerError(f"{java} cannot be started: {error.strerror}. {advice}") from error
    version = java_version(answer.stderr + answer.stdout)
    if version is None:
        raise DiggerError(f"{java} does not tell its version. {advice}")
    if version < JAVA:
        raise DiggerError(f"{java} is Java {version}. {advice}")


def at_home() -> None:
    """pyspark is that of SPARK_HOME, where it is set: driver, spark-submit and nodes have to be of one version. Raises
    DiggerError."""
    home = os.environ.get("SPARK_HOME", "").strip()
    if not home or "pyspark" in sys.modules:
        return
    archives = [Path(home, "python", "lib", "pyspark.zip"), *Path(home, "python", "lib").glob("py4j-*-src.zip")]
    if len(archives) < 2 or not all(path.is_file() for path in (Path(home, "bin", "spark-submit"), *archives)):
        raise DiggerError(
            f"SPARK_HOME={home}: no Spark is there (bin/spark-submit, python/lib/pyspark.zip); name its folder, or "
            "unset it for the Spark of .venv"
        )
    sys.path[:0] = map(str, archives)


def submit() -> Path:
    """The spark-submit that is used. `check_spark` has been called."""
    home = os.environ.get("SPARK_HOME", "").strip()
    if not home:
        import pyspark

        home = str(Path(pyspark.__file__).parent)
    return Path(home, "bin", "spark-submit")


def java_version(text: str) -> int | None:
    """The feature release in what `java -version` prints: 17 of "17.0.15", 8 of "1.8.0_392"."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None
