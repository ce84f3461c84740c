"""The configuration of a run: a .properties file and what `--set` puts over it, checked as a whole.

Every fault is found before anything else happens, and all of them are reported at once, each with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metadata_digger.config.contradictions import cautions, contradictions
from metadata_digger.config.keys import BY_NAME, KEYS, PLACEHOLDER, WITHOUT_EFFECT, Key, is_secret, keys_of, named
from metadata_digger.config.properties import Entry, read
from metadata_digger.config.values import NONE
from metadata_digger.errors import ConfigError

MASK = "********"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as read, the text it was read from, and where that stood."""

    value: Any
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Config:
    """Every key with a value of the type that `keys.KEYS` gives it; cannot be changed, can be pickled.

    Lists are tuples of str (None where `*` allows everything), the mapping is a dict of int to str or None, dimensions
    are (width, height) or None, text that is not given is None.
    """

    settings: Mapping[str, Setting]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, key: str) -> Any:
        return self.settings[key].value

    @property
    def classifiers(self) -> tuple[str, ...]:
        """NAME of each `enrichment.classifier.NAME.modelPath`, in the order of the file; each has all keys of NAMED."""
        return tuple(dict.fromkeys(name for key in self.settings if (name := named(key)) is not None))

    def source(self, key: str) -> str:
        """Where the value is from: "line 12 of x.properties", "--set" or "default"."""
        return self.settings[key].source

    def effective(self) -> dict[str, str]:
        """Every key with its value as one would write it; secrets are masked."""
        return {name: shown(name, setting.text) for name, setting in self.settings.items()}


@dataclass(slots=True)
class _Examination:
    """What has been found so far."""

    settings: dict[str, Setting] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # key -> how a fault names its place
    faults: list[tuple[str, str]] = field(default_factory=list)  # (key, text)
    warnings: list[str] = field(default_factory=list)


def load(path: str, overrides: Sequence[str], action: str) -> Config:
    """The configuration for an action; raises ConfigError with every fault, one a line."""
    config, faults = examine(path, overrides, action)
    if faults:
        error = ConfigError(faults_text(path, faults))
        for warning in config.warnings:
            error.add_note(f"warning: {warning}")
        raise error
    return config


def faults_text(path: str, faults: Sequence[str]) -> str:
    """One fault stands alone, several get a headline."""
    if len(faults) == 1:
        return faults[0]
    return f"{len(faults)} faults in the configuration {path}:\n  " + "\n  ".join(faults)


def examine(path: str, overrides: Sequence[str], action: str) -> tuple[Config, list[str]]:
    """The configuration as far as it can be read, and every fault.

    `overrides` are texts "key=value". A key that is missing or faulty has its default. Raises ConfigError when there is
    no reading the file.
    """
    found = _Examination()
    for entry in read(Path(path)):
        _take(found, entry, f"{path}:{entry.line}", f"line {entry.line} of {path}")
    for override in overrides:
        name, equals, value = override.partition("=")
        if equals and name.strip():
            # An override is no repetition, and what it replaces need not be right: a sample's placeholder, for example.
            found.places.pop(name.strip(), None)
            found.faults = [(key, text) for key, text in found.faults if key != name.strip()]
            _take(found, Entry(0, name.strip(), value), "--set", "--set")
        else:
            found.faults.append((name, f"--set {override}: write --set key=value"))
    broken = {name for name in found.places if name not in found.settings}
    for key in KEYS:
        if key.name not in found.settings:
            if action in key.required and key.name not in broken:
                found.faults.append((key.name, f"{path}: {key.name} is missing: {_wanted(key)}"))
            found.settings[key.name] = Setting(_default(key), key.default, "default")
    further = [key for name in dict.fromkeys(map(named, found.places)) if name is not None for key in keys_of(name)]
    for key in further:
        found.settings.setdefault(key.name, Setting(_default(key), key.default, "default"))
    settings = {key.name: found.settings[key.name] for key in (*KEYS, *further)}
    values = {name: setting.value for name, setting in settings.items()}
    for name, sentence in contradictions(values, action):
        if name not in broken:
            found.faults.append((name, f"{found.places.get(name, path)}: {sentence}"))
    found.warnings += [f"{found.places.get(name, path)}: {sentence}" for name, sentence in cautions(values)]
    return Config(settings, tuple(found.warnings)), [text for _, text in found.faults]


def _take(found: _Examination, entry: Entry, place: str, source: str) -> None:
    """One entry of the file or the command line."""
    if entry.key in WITHOUT_EFFECT:
        found.warnings.append(f"{place}: {entry.key} has no effect; it never had one")
        return
    key = BY_NAME.get(entry.key) or _named_key(entry.key)
    if key is None:
        _take_unknown(found, entry, place)
        return
    if key.name in found.places:
        found.warnings.append(f"{place}: {key.name} is set again and replaces the value of {found.places[key.name]}")
    found.places[key.name] = place
    found.settings.pop(key.name, None)
    if entry.fault is not None:
        found.faults.append((key.name, f"{place}: {key.name}: {entry.fault}"))
        return
    text = key.kind.written(entry.value if key.kind.exact else entry.value.strip())
    hint = _hint(entry, key)
    try:
        value = _value(key, text)
    except ValueError as error:
        words = f"{place}: {key.name}={_short(shown(key.name, text))}: {error}"
        found.faults.append((key.name, f"{words}; {hint}" if hint else words))
        return
    if hint:
        found.warnings.append(f"{place}: {key.name}: {hint}")
    found.settings[key.name] = Setting(value, text, source)
    if text == NONE and value == ():
        found.warnings.append(
            f"{place}: {key.name}=* asks for nothing, as in the original; it does not mean all of them"
        )


def _hint(entry: Entry, key: Key) -> str:
    """What to do when backslashes were meant to stand in a value; "" when none was lost."""
    # A tab is no part of a path or a name, but it may well divide labels.
    lost = entry.swallowed + ("" if key.kind.exact else entry.blanks)
    if not lost:
        return ""
    which = "a backslash" if is_secret(key.name) else f"the backslash before {lost[0]!r}"
    return f"{which} is not in the value, as in every Java .properties file: write two for one"


def _take_unknown(found: _Examination, entry: Entry, place: str) -> None:
    # Imported where it is needed: difflib takes longer than reading a configuration.
    from metadata_digger.config.unknown import foreign, nearest

    if entry.fault is None and entry.line and foreign(entry.key):
        found.warnings.append(f"{place}: {entry.key} has no effect; it is no key of Metadata Digger")
    else:
        found.faults.append((entry.key, f"{place}: {entry.key}: {entry.fault or 'unknown key' + nearest(entry.key)}"))


def _named_key(text: str) -> Key | None:
    name = named(text)
    return next((key for key in keys_of(name) if key.name == text), None) if name is not None else None


def _value(key: Key, text: str) -> Any:
    """The value of a text; raises ValueError, saying what is allowed."""
    if re.search(PLACEHOLDER, text):
        raise ValueError("is still the sample's placeholder: put your own value there, or delete the line")
    if key.required and not text.strip(" ,"):
        raise ValueError(f"is empty: {_wanted(key)}")
    return key.kind.parse(text)


def _default(key: Key) -> Any:
    return None if key.required and not key.default else key.kind.parse(key.default)


def _wanted(key: Key) -> str:
    return f"{key.help[:1].lower()}{key.help[1:].rstrip('.')} ({key.kind.name.replace('`', '')})"


def shown(name: str, text: str) -> str:
    """A value as it may be printed."""
    return MASK if text and is_secret(name) else text


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
