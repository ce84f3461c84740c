"""Makes demo/photos from pictures that packages ship under free licences.

Usage: python tools/make_demo.py WORKDIR [--notice]

Needs Pillow, and on the PATH: pip, npm, mvn, apt-get and dpkg-deb (a Debian machine), each as it is set up there. What
is fetched is kept in WORKDIR, so a second run is quick. `--notice` prints the table of pictures that stands in NOTICE.

A picture is copied byte for byte unless an edit is named. An edit re-encodes the pixels and carries the Exif block over
as it was, so makernotes stay readable; its dimensions and thumbnail then describe the original.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PHOTOS = ROOT / "demo" / "photos"
LONG_EDGE = 1200  # pixels; keeps the demo under 12 MB


@dataclass(frozen=True, slots=True)
class Package:
    """Where an archive comes from: the registry's client, the package and version, its licence and holder."""

    client: str  # "wheel", "sdist", "npm", "maven" or "debian"
    name: str
    licence: str
    holder: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One file of demo/photos: the end of its path in the package, and what to do with it ("" copies the bytes)."""

    name: str
    package: Package
    member: str
    edit: str = ""  # "crop LEFT TOP RIGHT BOTTOM", "shrink", "encode"; the new format follows from `name`
    credit: str = ""  # author and licence of this picture where they are not the package's


SKIMAGE = Package("wheel", "scikit-image==0.16.2", "BSD-3-Clause", "the scikit-image team")
SKLEARN = Package("wheel", "scikit-learn==1.5.2", "BSD-3-Clause", "the scikit-learn developers")
MATPLOTLIB = Package("wheel", "matplotlib==3.10.0", "PSF-based", "the Matplotlib development team")
IMAGING = Package(
    "maven",
    "org.apache.commons:commons-imaging:1.0.0-alpha5:jar:test-sources",
    "Apache-2.0",
    "The Apache Software Foundation",
)
TIKA = Package("maven", "org.apache.tika:tika-parsers:1.28.5:jar:tests", "Apache-2.0", "The Apache Software Foundation")
OPENCV = Package("debian", "opencv-doc", "Apache-2.0", "the OpenCV contributors")
GEOVISIO = Package("sdist", "geovisio==2.15.1", "MIT", "2022 Adrien Pavie, 2022-2024 Panoramax team")
PIEXIF = Package("sdist", "piexif==1.1.3", "MIT", "2014, 2015 hMatoba")
WAND = Package("sdist", "Wand==0.7.2", "MIT", "2011-2018 Hong Minhee, 2019-2025 E. McConville")
NODE_EXIF = Package("npm", "exif@0.6.0", "MIT", "2010 Daniel Leinich")
EXIF_JS = Package("npm", "exif-js@2.3.0", "MIT", "2008 Jacob Seidelin")
EXIF_PARSER = Package("npm", "exif-parser@0.1.12", "MIT", "2010 Bruno Windels, Daniel Leinich")
COLORTHIEF = Package("npm", "colorthief@2.4.0", "MIT", "2015 Lokesh Dhakar")

NASA = "NASA, public domain"
CHEN = "by Charles Matthew Chen"

PHOTOGRAPHS = (
    Photo("ambulance.jpg", IMAGING, "iptc added with photoshop.jpg", credit=CHEN),
    Photo("astronaut.png", SKIMAGE, "data/astronaut.png", credit=NASA),
    Photo("beach.jpg", WAND, "tests/assets/beach.jpg"),
    Photo("bicycle-square.jpg", OPENCV, "data/leuvenB.jpg"),
    Photo("bridge-and-cherry.jpg", COLORTHIEF, "examples/img/image-2.jpg"),
    Photo("car-and-people.jpg", NODE_EXIF, "test/test2.jpg"),
    Photo("car-garage.jpg", NODE_EXIF, "test/test3.jpg"),
    Photo("car-licence-plate.jpg", OPENCV, "data/licenseplate_motion.jpg"),
    Photo("car-roadside.jpg", NODE_EXIF, "test/test1.jpg"),
    Photo("cat.png", SKIMAGE, "data/chelsea.png", credit="by Stefan van der Walt, CC0-1.0"),
    Photo("chequers-and-screen.jpg", OPENCV, "data/left06.jpg"),
    Photo("church-and-cars.jpg", PIEXIF, "tests/images/L02.jpg"),
    Photo("church-dresden.jpg", PIEXIF, "tests/images/L01.jpg"),
    Photo("cup-of-coffee.tiff", SKIMAGE, "data/coffee.png", "crop 60 20 560 400", "by Rachel Michetti, CC0-1.0"),
    Photo("dinner.jpg", IMAGING, "jpg/3/img_F028c_small.jpg"),
    Photo("dog.tiff", OPENCV, "data/chicky_512.png", "encode"),
    Photo("flower.jpg", SKLEARN, "images/flower.jpg", credit="by vultilion, CC-BY-2.0"),
    Photo("fruits.jpg", OPENCV, "data/fruits.jpg"),
    Photo("go-kart.jpg", EXIF_JS, "example/dsc_09827.jpg"),
    Photo("hummingbird.jpg", WAND, "docs/_images/hummingbird.jpg"),
    Photo("inca-tern.jpg", WAND, "docs/_images/inca_tern.jpg"),
    Photo("kilimanjaro.jpg", EXIF_JS, "example/DSCN0614_small.jpg"),
    Photo("motorcycle.webp", SKIMAGE, "data/motorcycle_left.png", "encode", "by Daniel Scharstein, CC0-1.0"),
    Photo("office.heic", TIKA, "IMG_1034.heic"),
    Photo("office-building.jpg", OPENCV, "data/building.jpg"),
    Photo("officer.jpg", MATPLOTLIB, "sample_data/grace_hopper.jpg", credit="United States Navy, public domain"),
    Photo("palace.jpg", OPENCV, "data/home.jpg"),
    Photo("phones.jpg", COLORTHIEF, "examples/img/image-3.jpg"),
    Photo("picture-frame.jpg", IMAGING, "Nikon D50 - 2007.12.19.n.DSC_3656.JPG", "shrink", CHEN),
    Photo("prague.webp", PIEXIF, "tests/images/large.jpg", "encode"),
    Photo("reading.jpg", IMAGING, "Canon Powershot SD750 - 2007.12.26.n.IMG_3704.JPG", "shrink", CHEN),
    Photo("rider-statue.jpg", IMAGING, "jpg/7/_DSC6099.jpg"),
    Photo("rocket.jpg", SKIMAGE, "data/rocket.jpg", credit="SpaceX, CC0-1.0"),
    Photo("skyline.jpg", WAND, "docs/_images/enhancement.jpg"),
    Photo("snack.jpg", COLORTHIEF, "examples/img/image-1.jpg"),
    Photo("starfish.jpg", EXIF_PARSER, "test/starfish.jpg"),
    Photo("station-platform.jpg", GEOVISIO, "tests/data/b2.jpg", "shrink"),
    Photo("station-traveller.jpg", GEOVISIO, "tests/data/2.jpg", "crop 4100 1000 5300 1900"),
    Photo("street.jpg", GEOVISIO, "tests/data/e3.jpg"),
    Photo("temple.jpg", SKLEARN, "images/china.jpg", credit="by danielbuechele, CC-BY-2.0"),
)


def fetch(package: Package, work: Path) -> Path:
    """The package's archive, fetched by its registry's own client into a folder of its own."""
    folder = work / "".join(c if c.isalnum() or c in ".-" else "_" for c in f"{package.client}-{package.name}")
    if folder.is_dir() and any(folder.iterdir()):
        return next(folder.iterdir())
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", "."]
    commands = {
        # The pictures are the same in every wheel of a version: any Python and platform that has one will do.
        "wheel": [*pip, "--only-binary=:all:", "--python-version", "3.8", "--platform", "manylinux1_x86_64"],
        "sdist": [*pip, "--no-binary=:all:", package.name],
        "npm": ["npm", "pack", "--silent", package.name],
        "maven": ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={package.name}", "-DoutputDirectory=."],
        "debian": ["apt-get", "download", "-q", package.name],
    }
    command = commands[package.client]
    if package.client == "wheel":
        newer = package in (SKLEARN, MATPLOTLIB)
        command = [*pip, "--only-binary=:all:", package.name] if newer else [*command, package.name]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the table above, no input
    return next(folder.iterdir())


def read(archive: Path, member: str) -> bytes:
    """The one file of a zip, jar, tarball or Debian package whose path ends in `member`."""
    if archive.suffix == ".deb":
        listing = subprocess.run(  # noqa: S603 - a fixed program on a file fetched above
            ["dpkg-deb", "--fsys-tarfile", archive],  # noqa: S607 - Debian's own, wherever it is installed
            check=True,
            capture_output=True,
        )
        with tarfile.open(fileobj=io.BytesIO(listing.stdout)) as tar:
            return from_tar(tar, member)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as package:
            return package.read(only([n for n in package.namelist() if n.endswith(member)], member))
    with tarfile.open(archive) as tar:
        return from_tar(tar, member)


def from_tar(tar: tarfile.TarFile, member: str) -> bytes:
    stream = tar.extractfile(only([n for n in tar.getnames() if n.endswith("/" + member)], member))
    if stream is None:
        raise SystemExit(f"{member} is no plain file")
    return stream.read()


def only(names: list[str], member: str) -> str:
    if not names:
        raise SystemExit(f"no file of the package ends in {member}")
    return min(names, key=len)


def make(photo: Photo, content: bytes) -> bytes:
    """The demo file's bytes: `content` itself, or its pixels cropped, shrunk and encoded by the name's suffix."""
    if not photo.edit:
        return content
    from PIL import Image

    image = Image.open(io.BytesIO(content))
    exif = image.info.get("exif", b"")
    edit, *numbers = photo.edit.split()
    if edit == "crop":
        left, top, right, bottom = map(int, numbers)
        image = image.crop((left, top, right, bottom))
    elif edit == "shrink":
        image.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if photo.name.endswith(".tiff"):
        image.convert("RGB").save(out, "TIFF", compression="tiff_lzw")
    elif photo.name.endswith(".webp"):
        image.convert("RGB").save(out, "WEBP", quality=88, method=6, exif=exif)
    else:
        image.convert("RGB").save(out, "JPEG", quality=88, exif=exif, icc_profile=image.info.get("icc_profile"))
    return out.getvalue()


def notice() -> str:
    """The table of pictures for NOTICE: file, source, credit and licence, what was done to it."""
    lines = []
    for photo in PHOTOGRAPHS:
        package = photo.package
        place = {"wheel": "PyPI", "sdist": "PyPI", "npm": "npm", "maven": "Maven", "debian": "Debian"}[package.client]
        licence = photo.credit if "CC" in photo.credit or "domain" in photo.credit else package.licence
        credit = photo.credit or f"copyright {package.holder}"
        lines += [
            f"demo/photos/{photo.name}",
            f"    from {place} package {package.name}, {photo.member}",
            f"    {credit}" if licence == photo.credit else f"    {credit}, {licence}",
        ]
        if photo.edit:
            done = {"crop": "cropped", "shrink": f"reduced to {LONG_EDGE} pixels", "encode": "encoded anew"}
            lines.append(f"    changed: {done[photo.edit.split()[0]]}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--notice", action="store_true", help="print the table for NOTICE and make nothing")
    args = parser.parse_args()
    if args.notice:
        print(notice())
        return
    PHOTOS.mkdir(parents=True, exist_ok=True)
    for photo in PHOTOGRAPHS:
        content = make(photo, read(fetch(photo.package, args.work.resolve()), photo.member))
        (PHOTOS / photo.name).write_bytes(content)
        print(f"{len(content):>9,}  {photo.name}")


if __name__ == "__main__":
    main()
