"""Makes a model folder of nsfwjs' MobileNet V2 (sensitive content): python tools/build_nsfwjs.py FOLDER

Not shipped with the program: docs/bring-a-model.md says why. Needs npm and node: the package is fetched with npm, its
files are JavaScript modules around the JSON and the weights, which node takes out of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from metadata_digger.labels.importers.converted import convert
from metadata_digger.labels.importers.folder import write_folder

PACKAGE = "nsfwjs@4.4.0"
MODEL = "mobilenet_v2_mid"
WEIGHTS_SHA256 = "fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e"
LABELS = ["drawing", "sexual drawing", "neutral", "pornography", "sexually suggestive"]
CARD = {
    "labels": LABELS,
    "threshold": 0.7,
    # What is neither: never given as a label, only as a score.
    "thresholds": {"drawing": 1.0, "neutral": 1.0},
    "input": {"colour": "RGB", "scale": [255.0, 255.0, 255.0]},
}
UNWRAP = """
const [from, to] = process.argv.slice(1), fs = require('fs'), path = require('path')
const value = (file) => { const found = require(path.resolve(from, file)); return found.default ?? found }
fs.writeFileSync(path.join(to, 'model.json'), JSON.stringify(value('model.min.js')))
for (const file of fs.readdirSync(from).filter((name) => name.startsWith('group')))
  fs.writeFileSync(path.join(to, file.replace('.min.js', '')), Buffer.from(value(file), 'base64'))
"""


def fetch(folder: Path) -> Path:
    """The package's models, unpacked."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not on the PATH: it fetches the weights")
    packed = subprocess.run(  # noqa: S603 - the command is fixed above
        [npm, "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, text=True, timeout=300
    )
    shutil.unpack_archive(folder / packed.stdout.strip().splitlines()[-1], folder, "gztar", filter="data")
    return folder / "package" / "dist" / "models" / MODEL


def unwrap(source: Path, target: Path) -> Path:
    """model.json and its weights out of the modules around them."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node is not on the PATH: it unpacks the weights")
    target.mkdir()
    subprocess.run(  # noqa: S603 - the command is fixed above
        [node, "-e", UNWRAP, str(source), str(target)], check=True, timeout=100
    )
    return target / "model.json"


def digest(model: Path) -> str:
    """Of the weights, in the order of the manifest."""
    paths = [name for group in json.loads(model.read_text())["weightsManifest"] for name in group["paths"]]
    return hashlib.sha256(b"".join((model.parent / name).read_bytes() for name in paths)).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="model folder of nsfwjs' MobileNet V2")
    parser.add_argument("target", type=Path, metavar="FOLDER", help="the model folder; it must not exist yet")
    target: Path = parser.parse_args().target
    if target.exists():
        raise SystemExit(f"{target} exists already")
    with tempfile.TemporaryDirectory() as folder:
        model = unwrap(fetch(Path(folder)), Path(folder) / MODEL)
        if digest(model) != WEIGHTS_SHA256:
            raise SystemExit(f"the weights of {PACKAGE} are not those that this script was written for")
        write_folder(convert(model), target, "nsfwjs", CARD)
    print(f"{target}: written")


if __name__ == "__main__":
    main()
