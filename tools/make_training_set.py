"""Makes a set of seven kinds of pictures, fifteen each, to measure `metadata-digger train` with.

    python tools/make_training_set.py WORKDIR FOLDER

Needs apt-get and dpkg-deb (a Debian machine). The pictures are those of Debian packages with free licences: stamps of
Tux Paint (GPL-2+, drawings and cut-out photographs), the manual of KStars (screenshots, GFDL-1.2+), the gallery of
scikit-image (figures, BSD-3-Clause), calibration pictures of OpenCV (chessboards, Apache-2.0). They are taken as they
are and are not part of this repository.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from make_demo import Package, fetch

COUNT = 15
TUXPAINT = Package("debian", "tuxpaint-stamps-default", "GPL-2+", "the Tux Paint contributors")
KSTARS = Package("debian", "kstars-data", "GFDL-1.2+", "the KStars team")
SKIMAGE = Package("debian", "python-skimage-doc", "BSD-3-Clause", "the scikit-image team")
OPENCV = Package("debian", "opencv-doc", "Apache-2.0", "the OpenCV contributors")
# Label: package, and what the paths of its pictures look like.
LABELS = {
    "bird": (TUXPAINT, r"/stamps/animals/birds/.*\.png"),
    "mammal": (TUXPAINT, r"/stamps/animals/mammals/.*\.png"),
    "fruit": (TUXPAINT, r"/stamps/food/fruit/.*\.png"),
    "vehicle": (TUXPAINT, r"/stamps/vehicles/.*\.png"),
    "screenshot": (KSTARS, r"/doc/HTML/en/.*\.png"),
    "figure": (SKIMAGE, r"/_images/sphx_glr_plot_.*_001\.png"),
    "chessboard": (OPENCV, r"/examples/data/(left|right)\d\d\.jpg"),
}


def pictures(archive: IO[bytes], pattern: str) -> dict[str, bytes]:
    """Content by path, COUNT files spread evenly over all that match."""
    with tarfile.open(fileobj=archive) as tar:
        found = sorted(
            (item for item in tar if item.isfile() and item.size > 4096 and re.search(pattern + "$", item.name)),
            key=lambda item: item.name,
        )
        chosen = [found[number * len(found) // COUNT] for number in range(COUNT)]
        return {item.name: stream.read() for item in chosen if (stream := tar.extractfile(item)) is not None}


def unpacked(package: Path) -> IO[bytes]:
    """The tar in a Debian package, in a temporary file: these are too large for memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    subprocess.run(command, check=True, stdout=file)  # noqa: S603 - a fixed program on a file fetched by this one
    file.seek(0)
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description="makes a set of pictures to train with")
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    for label, (package, pattern) in LABELS.items():
        with unpacked(fetch(package, arguments.work.resolve())) as archive:
            for name, content in pictures(archive, pattern).items():
                target = arguments.folder / label / "-".join(Path(name).parts[-2:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        print(f"{label}: {len(list((arguments.folder / label).iterdir()))}")


if __name__ == "__main__":
    main()
