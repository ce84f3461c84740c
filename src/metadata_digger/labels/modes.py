"""What a model can do beyond one score a label: the tables [boxes] and [quality.best] of its card, checked against the
networks that they name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from metadata_digger.errors import ModelError
from metadata_digger.labels.boxes import Maps
from metadata_digger.labels.card import Card
from metadata_digger.labels.onnx_graph import Signature, read_signature
from metadata_digger.labels.resolve import count_of, input_of
from metadata_digger.labels.views import View


def examined(file: Path, stated: str, verify: bool) -> tuple[str, Signature]:
    """The file's sha256 and what its graph says; raises ModelError when it is not the file that the card states."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file}: {error.strerror or error}") from error
    digest = stated.lower()
    if verify or not digest:
        actual = hashlib.sha256(content).hexdigest()
        if digest and actual != digest:
            raise ModelError(
                f"{file}: its sha256 is {actual}, its card says {digest}: the file is damaged or was exchanged"
            )
        digest = actual
    return digest, read_signature(content, str(file))


def views_of(card: Card, usual: View, own: Signature, verify: bool, faults: list[str]) -> tuple[View, ...]:
    """The views of [quality.best]; of a model without that table the `usual` one, which needs no calibration."""
    if not card.best:
        return (usual,)
    count, labels = len(card.best["offsets"]), len(card.top.get("labels", ()))
    if count != labels:
        faults.append(f"[quality.best] offsets: {count} of them, {labels} labels")
    views = []
    for index, given in enumerate(card.best["views"]):
        place = f"[[quality.best.views]] {index}: "
        path, signature, fed = usual.path, own, usual.input
        if "file" in given:
            path = usual.path.with_name(given["file"])
            _, signature = examined(path, given.get("sha256", ""), verify)
            found: list[str] = []
            other = input_of(Card(input=given.get("input", {})), signature, found)
            faults += [place + fault for fault in found]
            if other is None:
                continue
            fed = other
        outputs = {output.name: output for output in signature.outputs}
        if given["output"] not in outputs:
            faults.append(f"{place}output: must be one of the network's outputs: {', '.join(outputs)}")
        elif count_of(outputs[given["output"]]) not in (None, count):
            numbers = count_of(outputs[given["output"]])
            faults.append(f"{place}output: {given['output']} has {numbers} numbers, there are {count} offsets")
        else:
            views.append(View(path, fed, given["output"], float(given["weight"]), given.get("mirrored", False)))
    return tuple(views)


def maps_of(card: Card, signature: Signature, faults: list[str]) -> Maps | None:
    """The maps of [boxes]; slope and offsets are those of [calibration], where they stand."""
    given = card.boxes
    outputs = {output.name for output in signature.outputs}
    missing = [name for name in given["outputs"] if name not in outputs]
    if missing:
        faults.append(f"[boxes] outputs: the network has no {', '.join(missing)}")
    if len(given["outputs"]) != len(given["strides"]):
        faults.append(f"[boxes] strides: {len(given['strides'])} of them, {len(given['outputs'])} outputs")
    calibration = card.top.get("calibration", {})
    slope, offsets = calibration.get("slope", 1.0), calibration.get("offsets", ())
    labels = len(card.top.get("labels", ()))
    if offsets and len(offsets) != labels:
        faults.append(f"[calibration] offsets: {len(offsets)} of them, {labels} labels")
    if faults:
        return None
    return Maps(
        tuple(given["outputs"]), tuple(given["strides"]), given["bins"], float(slope), tuple(map(float, offsets))
    )
