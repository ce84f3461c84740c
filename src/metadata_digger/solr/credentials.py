"""User and password of Solr's basic authentication, from a file or the environment; nothing here prints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from metadata_digger.errors import ConfigError

if TYPE_CHECKING:
    from metadata_digger.config import Config

KEY = "output.solr.credentialsFile"
USER = "METADATA_DIGGER_SOLR_USER"
PASSWORD = "METADATA_DIGGER_SOLR_PASSWORD"  # noqa: S105  # the name of a variable
FORM = "it must have the two lines user=NAME and password=WORD"
MOST = 64 * 1024  # bytes; a file of that size is another one


@dataclass(frozen=True, slots=True)
class Login:
    """A user of Solr's basic authentication; `source` is the key or the variables that gave it."""

    user: str
    password: str = field(repr=False)
    source: str


def login(config: Config, environment: Mapping[str, str]) -> Login | None:
    """None when neither the file nor the variables are given; raises ConfigError."""
    path = config[KEY]
    if path is not None:
        return read_login(Path(path))
    user, password = environment.get(USER), environment.get(PASSWORD)
    if not user and not password:
        return None
    if not user or not password:
        given, other = (USER, PASSWORD) if user else (PASSWORD, USER)
        raise ConfigError(f"{given} is set and {other} is not: set both, or neither")
    return Login(user, password, f"{USER} and {PASSWORD}")


def read_login(path: Path) -> Login:
    """The login in a file; raises ConfigError, without a word of its contents."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST + 1)
        lines = text.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"{KEY}={path}: {error.strerror or error}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{KEY}={path}: is not UTF-8; {FORM}") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, equals, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals or name.strip() not in ("user", "password") or name.strip() in found:
            raise ConfigError(f"{KEY}={path}: line {number} is not one of them: {FORM}")
        found[name.strip()] = value.strip()
    if not found.get("user") or not found.get("password") or len(text) > MOST:
        raise ConfigError(f"{KEY}={path}: {FORM}")
    return Login(found["user"], found["password"], KEY)
