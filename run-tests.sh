#!/bin/sh
# Runs the tests:  sh run-tests.sh [PYTEST OPTIONS]
# Without options: all but the slow ones (-m slow), as many at once as there are processors, but four at most (-n 0: one).
# Sets up what they need in .venv first; those of the Spark engine run where Java is found, those with a real Solr where
# Java and Maven are (67 MB of jars are fetched into .cache, once).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$root/tools/environment.sh"

environment dev
if java -version >/dev/null 2>&1; then environment spark; fi
cd -- "$root"
exec "$python" -P -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder "$@"
