#!/bin/sh
# Runs all tests:  sh run-tests.sh [PYTEST OPTIONS]
# Sets up what they need in .venv first; those of the Spark engine run where Java is found, those with a real Solr where
# Java and Maven are (67 MB of jars are fetched into .cache, once).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$root/tools/environment.sh"

environment dev
if java -version >/dev/null 2>&1; then environment spark; fi
cd -- "$root"
exec "$python" -P -m pytest "$@"
