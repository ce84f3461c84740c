#!/bin/sh
# Starts Metadata Digger on Spark:  sh run-distributed-metadata-digger.sh ACTION CONFIG ...
# Where and how is set in metadata-digger-env.sh, or in the environment, which wins. Needs Java 17 or newer.
# The first start sets up .venv beside this file (see tools/environment.sh); later ones are instant.
set -eu

here=$0
while [ -L "$here" ]; do # started through a symbolic link
    target=$(readlink "$here")
    case $target in /*) here=$target ;; *) here=$(dirname -- "$here")/$target ;; esac
done
root=$(CDPATH='' cd -- "$(dirname -- "$here")" && pwd -P)
. "$root/tools/environment.sh"

. "$root/metadata-digger-env.sh"

export SPARK_MASTER DEPLOY_MODE DRIVER_MEMORY EXECUTOR_MEMORY EXECUTOR_CORES NUM_EXECUTORS QUEUE ARCHIVE_URL
# Spark's own scripts heed these too, and an empty one is not the same as none.
for name in SPARK_HOME PYSPARK_PYTHON; do
    eval "value=\$$name"
    # shellcheck disable=SC2154 # eval sets it
    if [ -n "$value" ]; then export "${name?}"; else unset "$name"; fi
done

if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; else java=java; fi
release=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\)[."].*/\1/p') || release=
if [ -z "$release" ]; then
    fail "no Java found. Spark needs Java 17 or newer: install one, or set JAVA_HOME"
elif [ "$release" -lt 17 ]; then
    fail "Java $release found ($java); Spark needs Java 17 or newer: install one, or set JAVA_HOME"
fi

# A Spark of one's own brings its own Python library.
if [ -n "${SPARK_HOME:-}" ]; then environment run; else environment spark; fi
exec "$python" -I -m metadata_digger --engine spark "$@"
