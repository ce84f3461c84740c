"""Writes a model folder: model.onnx, model.toml, README.md."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metadata_digger.errors import ModelError
from metadata_digger.labels.card import Card
from metadata_digger.labels.importers.converted import Converted
from metadata_digger.labels.onnx_graph import Signature, Tensor, read_signature
from metadata_digger.labels.resolve import activation_of, count_of, input_of, output_of

UNKNOWN = "Unknown"  # the original's word for an output without a label

COMMENTS = {
    "layout": 'NCHW: colours, rows, columns; "NHWC": rows, columns, colours',
    "colour": 'order of the colours: "RGB" or "BGR"',
    "pictures": "as Metadata Digger 0.2.1 fed them: not turned upright, stretched, 0 to 255",
    "mean": "taken off values of 0 to 255",
    "scale": "then divided by",
}

WIDTH = 110  # of comment lines

README = """\
# {name}

{origin}, written as ONNX by `metadata-digger import-model`.

`model.onnx` takes the network's own input and gives its own outputs:

| | name | type | shape |
|---|---|---|---|
{table}

How pictures are made into that input, which output holds the scores, the labels and the threshold stand in
`model.toml`. Use it with `enrichment.classifier.modelPath` set to this folder.
"""


def write_folder(found: Converted, target: Path, name: str, card: Mapping[str, Any]) -> list[str]:
    """The folder, whole or not at all; `card` has what the user said, as in model.toml: labels, threshold,
    thresholds, input, output.

    Returns what must still be said in model.toml before pictures can be fed, one sentence each. `target` must not
    exist. Raises ModelError.
    """
    text, faults = model_toml(found, name, card)
    signature = read_signature(found.content, str(target))
    made = target.with_name(f".{target.name}-{secrets.token_hex(8)}")
    try:
        made.mkdir(parents=True)
    except OSError as error:
        raise ModelError(f"{target}: {error.strerror or error}") from error
    try:
        (made / "model.onnx").write_bytes(found.content)
        (made / "model.toml").write_text(text, "utf-8")
        (made / "README.md").write_text(readme(found, name, signature), "utf-8")
        made.rename(target)
    except OSError as error:
        raise ModelError(f"{target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return faults


def model_toml(found: Converted, name: str, card: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The card's text, and what it lacks."""
    signature = read_signature(found.content, name)
    given = {**found.input, **card.get("input", {})}
    output = {**found.output, **card.get("output", {})}
    faults: list[str] = []
    fed = input_of(Card(input=given), signature, faults)
    said = Card({"labels": card.get("labels") or []}, output=output)
    scores = output_of(said, signature, faults)
    if fed is not None:
        for key, value in (
            ("width", fed.width),
            ("height", fed.height),
            ("layout", fed.layout),
            ("colour", fed.colour),
            ("type", fed.dtype),
        ):
            given.setdefault(key, value)
    if scores is not None:
        output.setdefault("name", scores.name)
        before = len(faults)
        activation = activation_of(said, scores, signature, faults)
        if len(faults) == before:
            output.setdefault("activation", activation)
    lines = [
        "# Written by metadata-digger import-model; yours to change.",
        f"name = {toml(name)}",
        'file = "model.onnx"',
        f'sha256 = "{hashlib.sha256(found.content).hexdigest()}"',
        f"origin = {toml(found.origin)}",
        f"threshold = {toml(card.get('threshold', 0.5))}",
    ]
    labels = card.get("labels")
    if labels:
        lines += ["", "# By index, in the order of the network's outputs.", "labels = ["]
        lines += [f"    {toml(label)}," for label in labels] + ["]"]
    else:
        lines += ["", '# labels = ["first", "second", ...]   by index; without labels every output is "Unknown"']
    if faults:
        lines += ["", "# Before it can label pictures:"]
        lines += [
            f"# {line}" for fault in faults for line in textwrap.wrap(f"- {fault}", WIDTH, subsequent_indent="  ")
        ]
    lines += ["", "[input]"]
    lines += [f"{key} = {toml(value)}{comment(key)}" for key, value in given.items()]
    lines += ["", "[output]", *(f"{key} = {toml(value)}" for key, value in output.items())]
    if card.get("thresholds"):
        lines += ["", "[thresholds]", *(f"{toml(key)} = {toml(value)}" for key, value in card["thresholds"].items())]
    return "\n".join(lines) + "\n", faults


def comment(key: str) -> str:
    return f"  # {COMMENTS[key]}" if key in COMMENTS else ""


def toml(value: Any) -> str:
    """A text, number or list as TOML; a text as JSON writes it is one of TOML, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def labels_of(mapping: Mapping[int, str], signature: Signature, output: str | None = None) -> list[str]:
    """A mapping as a list by index, as long as the network has outputs; raises ModelError for one that it has not."""
    scores = next((each for each in signature.outputs if output in (None, each.name)), signature.outputs[0])
    count = count_of(scores) if scores.shape else None
    highest = max(mapping, default=-1)
    if count is not None and highest >= count:
        raise ModelError(f"there is a label for output {highest}, the network has {count} (0 to {count - 1})")
    return [mapping.get(index, UNKNOWN) for index in range(count or highest + 1)]


def readme(found: Converted, name: str, signature: Signature) -> str:
    tensors = [("input", each) for each in signature.inputs] + [("output", each) for each in signature.outputs]
    table = "\n".join(f"| {side} | `{each.name}` | {each.dtype} | {sizes(each)} |" for side, each in tensors)
    origin = f"{found.origin[:1].upper()}{found.origin[1:]}"
    return README.format(name=name, origin=origin, table=table)


def sizes(tensor: Tensor) -> str:
    return " x ".join("N" if size is None else str(size) for size in tensor.shape) or "not stated"
