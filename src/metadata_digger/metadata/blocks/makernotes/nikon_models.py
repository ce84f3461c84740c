"""What Nikon's makernote says in arrays of its own: time zone, file number, number of the lens.

After ExifTool's tables. The lens's array is written over with a key of the serial number and of the shutter count.
"""

from __future__ import annotations

from struct import unpack_from

from metadata_digger.metadata.model import Directory

TIME_ZONE, DAYLIGHT_SAVINGS, DIRECTORY_NUMBER, FILE_NUMBER, LENS_ID = range(0xC801, 0xC806)
_SERIAL, _WORLD_TIME, _LENS_DATA, _SHUTTER_COUNT, _FILE_INFO = 0x001D, 0x0024, 0x0098, 0x00A7, 0x00B8
# Place of the lens's number by the version of its array; from 0201 on the array is written over.
_LENS_IDS = {b"0100": 6, b"0101": 0x0B, b"0201": 0x0B, b"0202": 0x0B, b"0203": 0x0B, b"0204": 0x0C}
_PLAIN = b"0200"
_DIGITS = 20  # that a serial number may have
_KEY, _D50_KEY = 0x60, 0x22  # of cameras whose serial number is no number
_BY_SERIAL = bytes.fromhex(
    "c1bf6d0d59c5139d83616b4fc77f3d3d5359e3c7e92f95a7951fdf7f2b29c70ddf07ef71893d133d3b13fb0d89c1651f"
    "b30d6b29e3fbefa36b477f9535a7474fc7f1599535112961f13db32b0d4389c19d9d8965f1e9dfbf3d7f5397e5e99517"
    "1d3d8bfbc7e367a707f171a753b52989e52ba71729e94fc5656d6bef0d89492fb34353651d49a3138959ef6bef651d0b"
    "5913e34f9db329432b071d95595947fbe5e961472f357f177fef7f959571d3a30b71a3ad0b3bb5fba3bf4f831dade92f"
    "7165a3e507353d0db5e9e5473b9def35a3bfb3df53d397534971073561712f432f11df1797fb953b7f6bd325bfadc7c5"
    "c5b58bef2fd3076b25499525496d71c7"
)
_BY_COUNT = bytes.fromhex(
    "a7bcc9ad91df85e5d478d517467c294c4d03e925681186b3bdf76f6122a226342abe1e4614689d4418c240f47e5f1bad"
    "0b94b667b40be1ea959c66dce75d6c05dad5df7aeff6db1f824cc06847a1bdee3950564adddfa5f8c6daca90ca01429d"
    "8b0c7343750594de24b38034e52cdc9b3fca3345d0db5ff552c321dae222726b3ed05ba8878c065d0fdd091993d0b9fc"
    "8b0f8460331c9b45f1f0a3943a1277334d4478283c9efd655716946bfb59d0c82236dbd2639843a1048786f7a626bbd6"
    "594dbf6a2eaa2befe678b64ee02fdc7cbe5719327e2ad0b8ba29003c527da8493b2deb2549faa3aa39a7c5a7501136fb"
    "c6674af5a512657eb0dfaf4eb3617f2f"
)


def finish(directory: Directory, model: str) -> None:
    """Adds what the arrays say; one that is too short or has another form says nothing."""
    values, order = directory.values, directory.order
    world = values.get(_WORLD_TIME)
    if isinstance(world, bytes) and len(world) >= 4:
        minutes = unpack_from(order + "h", world)[0]
        values[TIME_ZONE] = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        values[DAYLIGHT_SAVINGS] = "Yes" if world[2] else "No"
    info = values.get(_FILE_INFO)
    if isinstance(info, bytes) and len(info) >= 10:
        for layout in (order + "HH", ("<" if order == ">" else ">") + "HH"):  # some models have it the other way round
            folder, file = unpack_from(layout, info, 6)
            if 100 <= folder <= 999 and file <= 9999:  # DCF allows no others
                values[DIRECTORY_NUMBER], values[FILE_NUMBER] = folder, f"{file:04d}"
                break
    lens = values.get(_LENS_DATA)
    if isinstance(lens, bytes):
        _lens(directory, lens, model)


def _lens(directory: Directory, data: bytes, model: str) -> None:
    at = _LENS_IDS.get(data[:4])
    if at is None or at >= len(data):
        return
    if data[:4] < _PLAIN:
        directory.values[LENS_ID] = data[at]
        return
    serial, count = directory.values.get(_SERIAL), directory.values.get(_SHUTTER_COUNT)
    if isinstance(serial, str) and isinstance(count, int):
        number = serial.strip()
        key = (
            int(number)
            if number.isascii() and number.isdecimal() and len(number) < _DIGITS
            else _D50_KEY
            if model.endswith("D50")
            else _KEY
        )
        directory.values[LENS_ID] = decoded(data[4 : at + 1], key, count)[-1]


def decoded(data: bytes, serial: int, count: int) -> bytes:
    """What was there before the key of a serial number and a shutter count was written over it."""
    mask = 0
    for byte in (count & 0xFFFFFFFF).to_bytes(4, "big"):
        mask ^= byte
    step, key, factor = _BY_SERIAL[serial & 0xFF], _BY_COUNT[mask], 0x60
    result = bytearray()
    for byte in data:
        key = (key + step * factor) & 0xFF
        factor = (factor + 1) & 0xFF
        result.append(byte ^ key)
    return bytes(result)
