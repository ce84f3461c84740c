"""The arguments of every command. docs/reference/actions.md is made from these parsers."""

from __future__ import annotations

import re
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from metadata_digger import __version__

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from metadata_digger.actions import Action

    Commands: TypeAlias = _SubParsersAction[ArgumentParser]

DESCRIPTION = """\
Metadata Digger reads photographs and other picture files: everything that they say
about themselves (camera, time, place, software, ...) and what can be seen on them
(people, cars, animals, ...). It writes one table or JSON file of it all."""

EXAMPLES = """\
start here:
  metadata-digger extract_single photo.jpg       what one file says about itself
  metadata-digger full my.properties             metadata and labels of whole directories
  metadata-digger config my.properties           check a configuration

A configuration is a text file with one key=value a line. The least that a run needs:
  input.paths=/home/me/photos
  output.directoryPath=/home/me/result
  output.format=csv

'metadata-digger ACTION --help' explains an action; docs/reference lists all keys.
- and _ are the same in the name of an action: find-similar, solr_init.
exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 done, but some files failed; 130 interrupted;
141 the reader of standard output went away"""

OVERWRITE = "replace the output directory if it exists, and throw away what an interrupted run has done"
RESUME = "go on with a run that was interrupted, from what it has done; without one, do what there is to do"
UPDATE = "bring the output up to date: read only files that are new or have changed, take out the rows of those gone"
ACCEPT_GONE = (
    "what --update does not find is gone for good, however much it is; without it, an entry of input.paths that lacks "
    "more than half of its files stops the update"
)
DRY_RUN = "say what would be read, check everything else (configuration, models, output, Solr), and write nothing"
BEFORE = ("--help", "--version", "--engine")  # options that stand before the action
SET = "set a configuration key, over what the file says; may be given several times"


def parsed(arguments: Sequence[str]) -> Namespace:
    """The command line; argparse leaves by SystemExit when it is wrong. It takes a list of files from one place alone:
    those behind the next option are put to them here."""
    root, commands = _parsers(single=[*map(_dashed, arguments[:1])] == ["extract-single"])
    options, rest = root.parse_known_args(_named(arguments, root, commands))
    files: list[str] | None = getattr(options, "image", getattr(options, "files", None))
    if files is not None and not any(one.startswith("-") for one in rest):
        files += rest
    elif rest:
        known = re.findall(r"(?<=\[)--?[\w-]+", commands[options.action].format_usage())
        meant = next((words for one in rest if one.startswith("-") and (words := _meant(one, known))), "")
        root.error(f"unrecognized arguments: {' '.join(rest)}{meant}")
    return options


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _named(arguments: Sequence[str], root: ArgumentParser, commands: Mapping[str, ArgumentParser]) -> list[str]:
    """The arguments with the action's own name for the one that is given."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        option = arguments[place].partition("=")[0]
        if option not in ("-h", *BEFORE):
            meant = _meant(option, BEFORE, 0.8)  # --overwrite is somewhat like --version
            words = meant and f"unrecognized argument: {option}{meant}"
            root.error(words or f"{option} stands behind the action: metadata-digger ACTION ... {option}")
        place += 2 if arguments[place] == "--engine" else 1
    if place >= len(arguments) or arguments[place] in commands:
        return [*arguments]
    given, names = arguments[place], {_dashed(name): name for name in commands}
    if _dashed(given) not in names:
        root.error(f"there is no action {given!r}{_meant(given, commands) or '; --help lists them'}")
    return [*arguments[:place], names[_dashed(given)], *arguments[place + 1 :]]


def _meant(given: str, names: Collection[str], cutoff: float = 0.6) -> str:
    """Which name may have been meant, as the end of a sentence; "" when none is like it."""
    from difflib import get_close_matches  # takes longer than all the rest of a command line that is right

    by_form = {_dashed(name).lower(): name for name in names}
    found = get_close_matches(_dashed(given.partition("=")[0]).lower(), by_form, n=1, cutoff=cutoff)
    return f"; did you mean {by_form[found[0]]}?" if found else ""


def parser(*, single: bool = False) -> ArgumentParser:
    """The parser of the whole command line; every command is a subparser that stores its name as `action`.

    `single`: of extract_single alone, which starts in half the time without the others.
    """
    return _parsers(single=single)[0]


def _parsers(*, single: bool) -> tuple[ArgumentParser, Mapping[str, ArgumentParser]]:
    """The parser of the whole command line, and those of the commands by name."""
    root = ArgumentParser(
        prog="metadata-digger",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"metadata-digger {__version__}")
    # For run-distributed-metadata-digger.sh, which passes the settings of metadata-digger-env.sh in the environment.
    root.add_argument("--engine", choices=("local", "spark"), default="local", help=SUPPRESS)
    commands = root.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    if not single:
        from metadata_digger.actions import ACTIONS

        for action in ACTIONS:
            _add_action(_command(commands, action.name, action.help, action.more), action)
    _add_single(
        _command(
            commands,
            "extract_single",
            "print what single files say about themselves",
            "Needs no configuration. Exit code 3 when one of the files cannot be read.",
        )
    )
    if not single:
        _add_others(commands)
    return root, commands.choices


def _add_others(commands: Commands) -> None:
    from metadata_digger.cli import import_model, report, serve, solr_init, train, verify
    from metadata_digger.config.keys import SOLR_INIT

    serve.add_arguments(_command(commands, "serve", serve.LINE, serve.MORE))
    report.add_arguments(_command(commands, "report", report.LINE, report.MORE))
    verify.add_arguments(_command(commands, "verify", verify.LINE, verify.MORE))
    import_model.add_arguments(_command(commands, "import-model", import_model.LINE, import_model.MORE))
    train.add_arguments(_command(commands, "train", train.LINE, train.MORE))
    command = _command(commands, SOLR_INIT, solr_init.LINE, solr_init.MORE)
    _add_configuration(command, needed=False)  # --print-configset goes without
    solr_init.add_arguments(command)
    _add_config(
        _command(
            commands,
            "config",
            "check a configuration and print what it amounts to",
            "Prints every key with its value and where the value is from, then every fault (exit code 2 if any).",
        )
    )


def _command(commands: Commands, name: str, line: str, more: str) -> ArgumentParser:
    description = f"{line[:1].upper()}{line[1:]}.\n{more}".rstrip()
    return commands.add_parser(
        name, help=line, description=description, formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False
    )


def _add_action(command: ArgumentParser, action: Action) -> None:
    _add_configuration(command)
    if action.takes_image:
        command.add_argument("image", metavar="IMAGE", nargs="+", help="a file of this machine to compare with")
    command.add_argument("--dry-run", action="store_true", help=DRY_RUN)
    if action.writes:
        command.add_argument("--overwrite", action="store_true", help=OVERWRITE)
        command.add_argument("--resume", action="store_true", help=RESUME)
        command.add_argument("--update", action="store_true", help=UPDATE)
        command.add_argument(
            "--update-by",
            choices=("time", "hash"),
            help="what shows --update that a file has changed: its size and time, or its size and hash (default: time)",
        )
        command.add_argument("--accept-gone", action="store_true", help=ACCEPT_GONE)


def _add_single(command: ArgumentParser) -> None:
    command.add_argument("files", metavar="FILE", nargs="+", help="picture files")
    command.add_argument("--json", action="store_true", help="print one JSON object a line, one line a file")
    command.add_argument("--includeAWS", action="store_true", help=SUPPRESS)


def _add_config(command: ArgumentParser) -> None:
    from metadata_digger.actions import ACTIONS
    from metadata_digger.config.keys import SOLR_INIT

    _add_configuration(command)
    names = [*(action.name for action in ACTIONS), SOLR_INIT]
    command.add_argument(
        "--for",
        dest="action_for",
        metavar="ACTION",
        type=lambda name: {_dashed(one): one for one in names}.get(_dashed(name), name),
        choices=names,
        default="full",
        help="check what this action needs (default: full)",
    )


def _add_configuration(command: ArgumentParser, *, needed: bool = True) -> None:
    words = "configuration file (Java .properties: key=value lines)"
    command.add_argument("config", metavar="CONFIG", help=words, nargs=None if needed else "?")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=SET)
    # The original needed this word for S3; old scripts still say it.
    command.add_argument("--includeAWS", action="store_true", help=SUPPRESS)
