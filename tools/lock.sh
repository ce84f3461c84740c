#!/bin/sh
# Remakes requirements/*.lock from pyproject.toml. Needs uv. Each lock names every package with its hashes, for
# all platforms and every Python from 3.11; none names where packages are fetched from.
#
# Usage: sh tools/lock.sh [--upgrade]
set -eu
cd -- "$(dirname -- "$0")/.."

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@"
}

# The later locks take the versions of those before them, so that all fit into one environment.
compile "$@" requirements/build.in --output-file requirements/build.lock
compile "$@" pyproject.toml --extra heif --extra train --extra s3 --extra hdfs --constraint requirements/build.lock --output-file requirements/run.lock
compile "$@" pyproject.toml --extra heif --extra train --extra s3 --extra hdfs --extra spark --constraint requirements/run.lock \
    --output-file requirements/spark.lock
compile "$@" pyproject.toml --extra heif --extra train --extra s3 --extra hdfs --group dev --constraint requirements/spark.lock \
    --constraint requirements/build.lock --output-file requirements/dev.lock
if grep -l '://' requirements/*.lock; then
    echo "a lock names a place" >&2
    exit 1
fi
