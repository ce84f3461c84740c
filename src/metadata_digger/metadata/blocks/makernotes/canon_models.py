"""What Canon's makernote says in a way of each model: serial number, file numbers, shutter count, temperature.

After ExifTool's Canon tables, which are where these layouts were gathered. In the arrays of the digital SLRs the
positions move with the firmware, but not against the firmware's own version, which stands in them: that is the anchor.
"""

from __future__ import annotations

import re
from array import array
from struct import error, unpack_from
from typing import NamedTuple

from metadata_digger.metadata.model import Directory

FILE_NUMBER, FILE_INDEX, DIRECTORY_INDEX, SHUTTER_COUNT, LENS_SERIAL = range(0xC801, 0xC806)
_FIRMWARE, _SERIAL, _CAMERA_INFO, _FILE_INFO = 0x0007, 0x000C, 0x000D, 0x0093
_LENS_MODEL, _LENS_INFO, _TEMPERATURE = 0x0095, 0x4019, 0xC40C
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_FREEZING = 128  # temperatures are that much too high
_OLD_LENS_MODEL = 0x82C  # behind the firmware's version in the 40D, 450D and 1000D, 64 bytes


class _Index(NamedTuple):
    """Where numbers stand behind the version of the firmware: of the last file, of its directory, which may be one
    too high; of pictures taken; whether a lens has its name there."""

    file: int
    directory: int
    later: int = 1
    shutter: int | None = None
    lens: bool = False


_INDEXES: tuple[tuple[re.Pattern[str], _Index], ...] = tuple(
    (re.compile(rf"\b({models})$"), index)
    for models, index in (
        (r"1Ds? Mark III", _Index(0x3C, 0x48, shutter=0x40)),
        (r"1D Mark IV|EOS 7D", _Index(0x3F, 0x4B)),
        (r"1D X|EOS 5D Mark III", _Index(0x50, 0x5C)),
        (r"EOS 5D Mark II|EOS 50D", _Index(0x3D, 0x49)),
        (r"EOS 40D", _Index(0x34, 0x40, lens=True)),
        (r"(450D|1000D)( DIGITAL)?|REBEL XSi?|Kiss (X2|F)", _Index(0x38, 0x2C, later=0, lens=True)),
        (r"500D|REBEL T1i|Kiss X3", _Index(0x43, 0x4F)),
        (r"60D|550D|600D|1100D|REBEL T(2i|3i?)|Kiss X(4|5|50)", _Index(0x40, 0x4C)),
        (r"6D|80D|700D|REBEL T5i|Kiss X7i", _Index(0x54, 0x60)),
        (r"70D|650D|REBEL T4i|Kiss X6i", _Index(0x55, 0x61)),
    )
)
# Compact cameras: place of the temperature in the array of so many numbers, from its end.
_COMPACT = {72: 1, 85: 2, 93: 2, 94: 3, 96: 4, 104: 4, **dict.fromkeys((138, 148, 156, 162, 167, 171, 264), 3)}
_NEWER_COMPACT = 400  # numbers: from there on the third from the end


def finish(directory: Directory, model: str) -> None:
    """Adds what the arrays say, and puts numbers into the form that people search for."""
    values = directory.values
    if isinstance(number := values.get(_SERIAL), int):
        values[_SERIAL] = serial(number, model)
    _temperature(directory, model)
    _file_info(directory, model)
    _camera_info(directory, model)
    lens = values.get(_LENS_INFO)
    if isinstance(lens, bytes) and any(lens[:5]) and len(lens) >= 5:
        values[LENS_SERIAL] = lens[:5].hex()


def serial(number: int, model: str) -> str:
    """As it is written on the camera: ten digits, six at least of an EOS-1D; the D30's has a hexadecimal part."""
    number &= 0xFFFFFFFF
    if re.search(r"EOS D30\b", model):
        return f"{number >> 16:04x}{number & 0xFFFF:05d}"
    return f"{number:06d}" if "EOS-1D" in model else f"{number:010d}"


def _temperature(directory: Directory, model: str) -> None:
    values = directory.values
    raw = values.get(_TEMPERATURE)
    info = values.get(_CAMERA_INFO)
    if isinstance(raw, int) and raw and "EOS" in model and not re.search(r"EOS-1Ds?$", model, re.I):
        values[_TEMPERATURE] = f"{raw - _FREEZING} °C"
    elif isinstance(info, tuple | array) and "EOS" not in model:
        back = 3 if len(info) > _NEWER_COMPACT else _COMPACT.get(len(info))
        if back is not None and isinstance(info[-back], int):
            values[_TEMPERATURE] = f"{info[-back]} °C"


def _file_info(directory: Directory, model: str) -> None:
    """The array of the first SLRs has two SHORTs that are one number, whose bits are in no order."""
    info = directory.values.get(_FILE_INFO)
    if not isinstance(info, tuple | array) or len(info) < 3:
        return
    if not (isinstance(info[1], int) and isinstance(info[2], int)):
        return
    low, high = info[1] & 0xFFFF, info[2] & 0xFFFF
    if directory.order == ">" or re.search(r"\b1Ds? Mark II\b", model):  # EOS-1D and 1Ds
        directory.values[SHUTTER_COUNT] = low << 16 | high
    elif re.search(r"\b(20D|350D|REBEL XT|Kiss Digital N)\b", model):
        _numbered(directory, low >> 6, (low & 0x3F) << 8 | high & 0xFF)
    elif re.search(r"\b(30D|400D|REBEL XTi|Kiss Digital X|K236)\b", model):
        folder = low >> 10 | (high & 0xF) << 6
        if folder < 100:  # its upper bits are not there
            folder += -(-(100 - folder) // 64) * 64
        _numbered(directory, folder, (low & 0x3FF) << 4 | high >> 4 & 0xF)


def _numbered(directory: Directory, folder: int, file: int) -> None:
    if 100 <= folder <= 999 and 0 < file <= 9999:  # DCF allows no others
        directory.values[FILE_NUMBER] = f"{folder}-{file:04d}"


def _camera_info(directory: Directory, model: str) -> None:
    info, firmware = directory.values.get(_CAMERA_INFO), directory.values.get(_FIRMWARE)
    version = _VERSION.search(firmware) if isinstance(firmware, str) else None
    if not isinstance(info, bytes) or version is None:
        return
    index = next((index for models, index in _INDEXES if models.search(model)), None)
    at = info.find(version[0].encode() + b"\0")
    if index is None or at < 0:
        return
    layout = directory.order + "I"
    try:
        file = unpack_from(layout, info, at + index.file)[0] + 1
        folder = unpack_from(layout, info, at + index.directory)[0] - index.later
        shots = None if index.shutter is None else unpack_from(layout, info, at + index.shutter)[0] + 1
    except error:
        return
    if 100 <= folder <= 999 and 0 < file <= 10_000:
        directory.values[DIRECTORY_INDEX], directory.values[FILE_INDEX] = folder, file
    if shots is not None:
        directory.values[SHUTTER_COUNT] = shots
    lens = info[at + _OLD_LENS_MODEL : at + _OLD_LENS_MODEL + 64].split(b"\0")[0]
    if _LENS_MODEL not in directory.values and index.lens and lens.isascii() and lens:
        directory.values[_LENS_MODEL] = lens.decode()
