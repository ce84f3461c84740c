# Sourced by the start scripts, with $root set to the checkout: makes .venv there and keeps it right. POSIX sh.
#
#   environment run|spark|dev   makes sure that .venv holds requirements/GROUP.lock; instant when it does
#   $python                     that environment's Python, run with -I: neither files lying about nor PYTHONPATH nor the
#                               user's own site-packages are ever imported
#
# Everything said goes to standard error: standard output belongs to the program.
# PYTHON names the Python to use; pip's and uv's own variables and configuration files are honoured.

venv=${root:?}/.venv
lock=$root/.venv.lock # a symbolic link whose target is the process that sets up: made in one step, or not at all
log=$root/.venv.log
python=$venv/bin/python

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "metadata-digger: $*"
    exit 1
}

# The environment is right when it was finished for this group, from this lock, in this place, by a Python that is still
# the one it links to. One process (cmp) and one more (readlink): a start costs some milliseconds.
ready() {
    [ -f "$venv/ready/$1" ] && in_place && cmp -s "$root/requirements/$1.lock" "$venv/ready/$1"
}

in_place() {
    [ -x "$python" ] && [ -f "$venv/ready/place" ] || return 1
    { IFS= read -r was_root && IFS= read -r was_python; } <"$venv/ready/place"
    [ "$was_root" = "$root" ] && [ "$was_python" = "$(readlink -f "$python")" ]
}

environment() {
    if ready "$1"; then
        is_current || write_program || : # a checkout that cannot be written to goes on with what it has
        return
    fi
    take_lock
    trap 'rm -f "$lock"' EXIT
    # A shell that waits for a child acts on these once the child is gone; Ctrl-C reaches the child as well.
    trap 'say ""; say "metadata-digger: set-up interrupted; the next start takes it up again"; exit 130' INT
    trap 'exit 143' TERM HUP
    ready "$1" || set_up "$1" # it may have become ready while we waited
    rm -f "$lock"
    trap - EXIT INT TERM HUP
}

# One at a time. A lock whose process is gone is taken away, by whoever holds the right to do that.
take_lock() {
    told=
    tries=0
    while ! ln -s "process $$" "$lock" 2>/dev/null; do
        holder=$(readlink "$lock") || { # gone in this moment, or never to be had
            tries=$((tries + 1))
            [ "$tries" -lt 20 ] || fail "cannot write to $root, where .venv has to be made"
            continue
        }
        process=${holder#process }
        if kill -0 "$process" 2>/dev/null || ps -p "$process" >/dev/null 2>&1; then
            [ -n "$told" ] || say "Another start (process $process) is setting up .venv; waiting for it ..."
            told=yes
            sleep 1
        elif ln -s "process $$" "$lock.$process" 2>/dev/null; then
            [ "$(readlink "$lock")" != "$holder" ] || rm -f "$lock"
            rm -f "$lock.$process"
        else
            sleep 1
        fi
    done
}

set_up() {
    : >"$log" || fail "cannot write to $root, where .venv has to be made"
    kept= # the groups that are there already and stay
    if in_place; then
        say "Adding to .venv what $1 needs ..."
        for group in run spark dev; do
            if ready "$group"; then kept="$kept $group"; fi
        done
    else
        find_python
        case $1 in run) size=170 ;; spark) size=620 ;; *) size=240 ;; esac
        say "Setting up .venv with Python $version, once: some $size MB of packages, about a minute ..."
        rm -rf "$venv"
    fi
    rm -rf "$venv/ready" # from here on half done; an interrupted set-up starts afresh
    if [ ! -x "$python" ]; then
        make_venv
    fi
    case $1 in
    spark)
        install build
        install spark --no-build-isolation
        ;;
    dev)
        install build
        install dev
        ;;
    *) install "$1" ;;
    esac
    finish "$1"
    say "Ready."
}

# The locks agree with each other (tools/lock.sh), so a group that was there is still complete.
finish() {
    site=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$root/src" >"$site/metadata_digger.pth"
    write_program || fail "cannot write to $venv/bin"
    mkdir -p "$venv/ready.new"
    printf '%s\n%s\n' "$root" "$(readlink -f "$python")" >"$venv/ready.new/place"
    for group in $kept run "$1"; do
        cp "$root/requirements/$group.lock" "$venv/ready.new/$group"
    done
    mv "$venv/ready.new" "$venv/ready"
}

# shellcheck disable=SC2016 # to be expanded when that script runs
program='exec "$(dirname -- "$0")/python" -I -m metadata_digger "$@"'

# Whether .venv/bin/metadata-digger is this version's; no process is started to find out.
is_current() {
    { IFS= read -r _ && IFS= read -r was_program; } <"$venv/bin/metadata-digger" && [ "$was_program" = "$program" ]
} 2>/dev/null

write_program() {
    printf '#!/bin/sh\n%s\n' "$program" >"$venv/bin/metadata-digger.$$" &&
        chmod +x "$venv/bin/metadata-digger.$$" && mv -f "$venv/bin/metadata-digger.$$" "$venv/bin/metadata-digger"
} 2>/dev/null

# The newest Python that is new enough; $python_found is its real path (a pyenv or asdf shim is not), $version its own.
find_python() {
    python_found=
    too_old=
    if [ -n "${PYTHON:-}" ]; then
        if try_python "$PYTHON"; then return; fi
        [ -z "$too_old" ] || fail "Python 3.11 or newer is needed; PYTHON=$PYTHON is $too_old"
        fail "PYTHON=$PYTHON cannot be run"
    fi
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null 2>&1 && try_python "$name"; then return; fi
    done
    if command -v uv >/dev/null 2>&1; then
        managed=$(uv python find --no-python-downloads '>=3.11' 2>/dev/null) && try_python "$managed" && return
    fi
    if [ -n "$too_old" ]; then
        fail "Python 3.11 or newer is needed, the newest found is $too_old. Install one (python.org has it), or name it: PYTHON=/path/to/python3 sh $0 ..."
    fi
    fail "no Python found. Install Python 3.11 or newer (python.org has it), or name it: PYTHON=/path/to/python3 sh $0 ..."
}

try_python() {
    found=$("$1" -E -s -c 'import sys; print(sys.version_info >= (3, 11), "%d.%d.%d" % sys.version_info[:3], sys.executable)' \
        2>/dev/null) || return 1
    version=${found#* }
    version=${version%% *}
    case $found in
    True*)
        python_found=${found#* * }
        return 0
        ;;
    esac
    too_old=${too_old:-$version}
    return 1
}

make_venv() {
    if use_uv && uv venv --quiet --python "$python_found" --no-python-downloads "$venv" >>"$log" 2>&1; then return; fi
    rm -rf "$venv"
    if ! "$python_found" -I -m venv "$venv" >>"$log" 2>&1; then
        tail -n 5 "$log" >&2
        fail "Python $version could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"
    fi
}

# uv does not read pip's configuration: where somebody has told pip what index to use, pip it is, unless uv was told too.
use_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    [ -z "${UV_INDEX_URL:-}${UV_DEFAULT_INDEX:-}${UV_INDEX:-}" ] || return 0
    [ -z "${PIP_INDEX_URL:-}${PIP_EXTRA_INDEX_URL:-}${PIP_NO_INDEX:-}${PIP_CONFIG_FILE:-}" ] || return 1
    for pip_conf in /etc/pip.conf /etc/xdg/pip/pip.conf "${XDG_CONFIG_HOME:-${HOME:-}/.config}/pip/pip.conf" \
        "${HOME:-}/.pip/pip.conf"; do
        if grep -Eqs '^[[:space:]]*((extra-)?index-url|no-index)' "$pip_conf"; then return 1; fi
    done
}

# install LOCK [OPTION...]: by uv, or by the environment's own pip when there is no uv or it fails.
# Wheels only, so that nothing is compiled behind the user's back; pyspark has none and is plain Python. Without their
# dependencies, which the locks name all: pip 23 takes coverage[toml], wanted by pytest-cov, for a package that
# coverage==... does not pin, and stops as soon as there is a newer one.
install() {
    requirements=$root/requirements/$1.lock
    shift
    if use_uv && uv pip install --quiet --compile-bytecode --python "$python" --require-hashes --no-deps \
        --only-binary :all: --no-binary pyspark "$@" --requirement "$requirements" >>"$log" 2>&1; then
        return
    fi
    if ! "$python" -I -m pip --version >/dev/null 2>&1; then
        "$python" -I -m ensurepip >>"$log" 2>&1 || install_failed # uv makes environments without pip
    fi
    # What pip says goes to the log; the packages' names, one after the other, to a terminal.
    {
        "$python" -I -m pip install --require-hashes --no-deps --only-binary :all: --no-binary pyspark \
            --disable-pip-version-check --no-input "$@" --requirement "$requirements" 2>&1 || echo "pip failed"
    } | while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
        Collecting*)
            name=${line#Collecting }
            if [ -t 2 ]; then printf '\r  %-40s' "${name%%[= ;]*}" >&2; fi
            ;;
        "Installing collected"*) if [ -t 2 ]; then printf '\r  %-40s' installing >&2; fi ;;
        esac
    done
    if [ -t 2 ]; then printf '\r%-42s\r' '' >&2; fi
    if [ "$(tail -n 1 "$log")" = "pip failed" ]; then install_failed; fi
}

install_failed() {
    if grep -Eqi 'connection|resolve|network|timed out|retrying|unreachable|dns|offline|proxy|no matching distribution' "$log"; then
        say "The packages could not be fetched: is the network reachable from here? What was said last:"
    else
        say "The packages could not be installed. What was said last:"
    fi
    grep -v -e '^pip failed$' -e 'WARNING: Retrying' "$log" | tail -n 4 | cut -c 1-300 >&2
    fail "set-up stopped; all of it is in $log. Start again when that is mended: it takes it up from there."
}
