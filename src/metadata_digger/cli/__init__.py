"""The command line: `metadata-digger ACTION ...`.

Exit codes: 0 done; 1 the run failed; 2 usage or configuration; 3 done, but some files failed; 130 interrupted; 141 the
reader of standard output went away.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from metadata_digger.cli.terminal import abandon, flush, open_streams, printable, write
from metadata_digger.errors import DiggerError

INTERRUPTED = 128 + 2  # as a shell reports SIGINT
READER_GONE = 128 + 13  # and SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code; argparse leaves by SystemExit(2) when the usage is wrong."""
    open_streams()
    if sys.flags.isolated:
        isolate()
    try:
        from metadata_digger.cli.parser import parsed

        arguments = sys.argv[1:] if arguments is None else arguments
        options = parsed(arguments)
        options.arguments = arguments
        code = _run(options)
        flush()  # a closed pipe must show here, not while the interpreter ends
    except KeyboardInterrupt as interrupt:
        print("\nmetadata-digger: interrupted", file=sys.stderr)
        _tell_notes(interrupt)
        return INTERRUPTED
    except BrokenPipeError:
        abandon()
        return READER_GONE
    except DiggerError as error:
        if os.environ.get("METADATA_DIGGER_DEBUG"):
            raise
        for line in f"metadata-digger: {error}".split("\n"):
            write(printable(line), sys.stderr)
        _tell_notes(error)
        return error.exit_code
    return code


def isolate() -> None:
    """What this process was told not to heed, none that it starts heeds either: workers, Spark's too, and imports of
    models in a process of their own."""
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"):
        os.environ.pop(name, None)
    os.environ["PYTHONNOUSERSITE"] = "1"


def _tell_notes(error: BaseException) -> None:
    """What else there is to say, for example that a run can be gone on with."""
    for note in getattr(error, "__notes__", ()):
        write(f"metadata-digger: {printable(note)}", sys.stderr)


def _run(options: Namespace) -> int:
    """Only the module of the command is imported: extract_single starts in a tenth of the time of a run."""
    match options.action:
        case "extract_single":
            from metadata_digger.cli.single import extract_single

            return extract_single(options.files, as_json=options.json)
        case "import-model":
            from metadata_digger.cli.import_model import import_model

            return import_model(options)
        case "train":
            from metadata_digger.cli.train import train

            return train(options)
        case "solr-init":
            from metadata_digger.cli.solr_init import solr_init

            return solr_init(options)
        case "verify":
            from metadata_digger.cli.verify import verify

            return verify(options)
        case "serve":
            from metadata_digger.cli.serve import serve

            return serve(options)
        case "report":
            from metadata_digger.cli.report import report

            return report(options)
        case "config":
            from metadata_digger.cli.show_config import show_config

            return show_config(options.config, options.set, options.action_for)
        case _:
            # What is imported stays: the collector of cycles would look at it again and again, and once more at exit.
            gc.set_threshold(50_000, 20, 100)
            atexit.register(gc.freeze)
            if options.engine == "local":
                from metadata_digger.run.engines.pool import prepare

                prepare()  # while this process imports the rest
            from metadata_digger.cli.runs import run_action

            return run_action(options)
