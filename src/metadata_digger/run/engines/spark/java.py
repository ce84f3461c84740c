"""Whether Spark, and a Java that it runs on, are here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from metadata_digger.errors import ConfigError, DiggerError
from metadata_digger.run.job import Job

JAVA = 17  # the oldest that Spark 4 runs on


def check(job: Job) -> None:
    """Raises DiggerError where a job cannot run on Spark, or there is none."""
    if job.streams:
        raise ConfigError("output.directoryPath=- is for one machine; name a directory, or leave out --engine spark")
    check_spark()


def check_spark() -> None:
    """Raises DiggerError when pyspark, or a Java that it runs on, is missing."""
    try:
        import pyspark  # noqa: F401  # only whether it is there
    except ImportError:
        raise DiggerError("Spark is not installed: pip install 'metadata-digger[spark]'") from None
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


def java_version(text: str) -> int | None:
    """The feature release in what `java -version` prints: 17 of "17.0.15", 8 of "1.8.0_392"."""
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found[1]) if found else None
