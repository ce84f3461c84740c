"""The model folder that training leaves: model.onnx, model.toml, README.md, and report/ with what concerns the
pictures."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metadata_digger.errors import OutputError
from metadata_digger.labels.training.base import FEATURES, Base
from metadata_digger.labels.training.head import Head
from metadata_digger.labels.training.measure import Figure, Figures

if TYPE_CHECKING:
    import onnx
    from PIL import Image

SCORES = "scores"

README = """\
# {name}

Made by `metadata-digger train` from {pictures} pictures ({different} different ones). To use it:

    enrichment.classifier.modelPath=PATH OF THIS FOLDER

| label | pictures | precision | recall | F1 | average precision |
|---|---|---|---|---|---|
{rows}

{best}All labels were exactly right for {exact}; micro-average F1 {f1:.2f}.

Figures are cross-validated in {folds} parts: each picture was judged by a head, a calibration and thresholds that had
not seen it. In parentheses: where the figure would lie in 95 of 100 sets of this size drawn in the same way. They hold
for pictures like those; where most pictures show none of the labels, expect lower precision. Series of one scene make
them too good.

Scores are probabilities of each label by itself; a label is given above its threshold in `model.toml`.
`enrichment.classifier.threshold` replaces all of them.

The network is {base} (licence: {licence}) up to tensor `{tensor}`, and one row of weights a label. `report/` has small
copies and names of the pictures: leave it out when the model is handed on. The model works without it.
"""


def check_target(target: Path, pictures: Path, overwrite: bool) -> None:
    """Raises OutputError before any work when the folder cannot be written or must not be replaced."""
    place, source = target.resolve(), pictures.resolve()
    if place == source or place in source.parents or (source.is_dir() and source in place.parents):
        raise OutputError(f"{target}: the model folder and the pictures must lie apart")
    if target.exists() or target.is_symlink():
        if not overwrite:
            raise OutputError(f"{target} exists already: add --overwrite, or name another folder")
        if not target.is_dir() or not ((target / "model.toml").is_file() or not any(target.iterdir())):
            raise OutputError(f"{target} is no model folder (it has no model.toml): it is not replaced")
    above = next(folder for folder in place.parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(f"{target}: {above} cannot be written to")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A folder to write into, which takes the place of `target` at the end; nothing is left of it when that fails."""
    new = target.parent / f".{target.name}.metadata-digger-{os.getpid()}"
    old = new.with_name(new.name + "-old")
    try:
        new.mkdir(parents=True)
        yield new
        try:
            if target.exists():
                target.rename(old)
            new.rename(target)
        except BaseException:
            if old.exists() and not target.exists():
                old.rename(target)
            raise
    except OSError as error:
        raise OutputError(f"{target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_folder(
    folder: Path,
    name: str,
    labels: Sequence[str],
    base: Base,
    head: Head,
    figures: Figures,
    report: dict[str, Any],
    sheet: Image.Image,
) -> None:
    """Everything; the same arguments give the same bytes."""
    content = with_head(base, head).SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (folder / "model.toml").write_text(card(name, labels, base, head, figures, report, digest), "utf-8")
    (folder / "README.md").write_text(readme(name, base, figures, report), "utf-8")
    if base.licence_file is not None:
        shutil.copyfile(base.licence_file, folder / "LICENSE")
    (folder / "report").mkdir()
    text = json.dumps(report, indent=1, ensure_ascii=False)
    (folder / "report" / "report.json").write_text(text + "\n", "utf-8", errors="surrogateescape")
    sheet.save(folder / "report" / "mistakes.jpg", quality=85)


def with_head(base: Base, head: Head) -> onnx.ModelProto:
    """The whole network: uint8 pictures in, SCORES (N, labels) out."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.ModelProto()
    model.CopyFrom(base.network)
    model.producer_name, model.producer_version = "metadata-digger train", ""
    graph = model.graph
    graph.name = "trained"
    graph.node.extend(
        [
            helper.make_node("LpNormalization", [FEATURES], ["train/unit"], axis=1, p=2),
            helper.make_node("Gemm", ["train/unit", "train/weights", "train/offsets"], ["train/logits"], transB=1),
            helper.make_node("Sigmoid", ["train/logits"], [SCORES]),
        ]
    )
    graph.initializer.extend(
        [numpy_helper.from_array(head.weights, "train/weights"), numpy_helper.from_array(head.offsets, "train/offsets")]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["N", len(head.offsets)]))
    onnx.checker.check_model(model)
    return model


def card(
    name: str, labels: Sequence[str], base: Base, head: Head, figures: Figures, report: dict[str, Any], digest: str
) -> str:
    licence = f"base network: {base.licence or 'not known'}; head: whatever its maker says"
    padding = ", ".join(map(str, base.input.padding))
    lines = [
        "# Written by `metadata-digger train`; README.md says how good it is.",
        f"name = {quoted(name)}",
        'file = "model.onnx"',
        f'sha256 = "{digest}"',
        f"licence = {quoted(licence)}",
        f"origin = {quoted(f'a head on features of {base.name} (sha256 {base.sha256}), tensor {base.tensor}')}",
        "threshold = 0.5  # of labels that [thresholds] does not name",
        "",
        "labels = [",
        *(f"    {quoted(label)}," for label in labels),
        "]",
        "",
        "# uint8 values, batch first, height, width, red green blue; all else is in the graph.",
        "[input]",
        f'name = "{base.input.name}"',
        f"width = {base.input.width}",
        f"height = {base.input.height}",
        'layout = "NHWC"',
        'colour = "RGB"',
        'type = "uint8"',
        f'fit = "{base.input.fit}"',
        f'resample = "{base.input.resample}"',
        f"padding = [{padding}]",
        "",
        "[output]",
        f'name = "{SCORES}"',
        'activation = "none"',
        "",
        "# Best F1, cross-validated.",
        "[thresholds]",
        *(f"{quoted(label)} = {limit:.2f}" for label, limit in zip(labels, head.thresholds, strict=True)),
        "",
        "# Scores are probabilities among pictures like those of the training; the calibration is in the graph.",
        "[calibration]",
        f"pictures = {report['pictures']}",
        f"folds = {report['folds']}",
        f"strength = {head.strength}",
        f"f1_cross_validated = {figures.f1:.3f}",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A basic string of TOML: JSON's but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def readme(name: str, base: Base, figures: Figures, report: dict[str, Any]) -> str:
    rows = [
        f"| {row.label.replace('|', '/')} | {row.pictures} | {cell(row.precision)} | {cell(row.recall)} "
        f"| {cell(row.f1)} | {cell(row.average_precision)} |"
        for row in figures.labels
    ]
    best = f"The highest score was the right label for {cell(figures.best)} of the pictures. " if figures.best else ""
    return README.format(
        name=name,
        pictures=report["pictures"],
        different=report["different"],
        rows="\n".join(rows),
        best=best,
        exact=cell(figures.exact),
        f1=figures.f1,
        folds=report["folds"],
        base=base.name,
        licence=base.licence or "not known",
        tensor=base.tensor,
    )


def cell(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "-"
    return f"{figure.value:.2f} ({figure.interval[0]:.2f} to {figure.interval[1]:.2f})"


def figures_as_data(figures: Figures) -> dict[str, Any]:
    """For report.json, rounded: the last digits of a float are no finding."""
    return dict(rounded(asdict(figures)))


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list | tuple) else value
