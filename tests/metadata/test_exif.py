"""Exif directories: which there are, and what their values say."""

import struct

import pytest

from metadata_digger.metadata.blocks import exif
from metadata_digger.metadata.errors import Malformed, MetadataError
from metadata_digger.metadata.source import Reader

A, B, S, L, R, U = 2, 1, 3, 4, 5, 7  # ASCII, BYTE, SHORT, LONG, RATIONAL, UNDEFINED
SR = 10  # SRATIONAL

# tag, type, value, description, all in one IFD0; the second item may name tags that the first one looks at
VALUES = [
    (0x0100, S, 4000, "4000 pixels"),
    (0x0102, S, (8, 8, 8), "8 8 8 bits/component/pixel"),
    (0x0103, S, 6, "JPEG (old-style)"),
    (0x0103, S, 1234, "Unknown (1234)"),
    (0x0106, S, 2, "RGB"),
    (0x0106, S, 77, "Unknown colour space"),
    (0x010E, A, b"  a picture \0rest", "  a picture "),
    (0x010E, A, "Zoë\0".encode(), "Zoë"),
    (0x0112, S, 6, "Right side, top (Rotate 90 CW)"),
    (0x0112, S, 0, "Unknown (0)"),
    (0x0111, L, tuple(range(17)), "[17 values]"),
    (0x0111, L, (8, 70000), "8 70000"),
    (0x011A, R, (72, 1), "72 dots per unit"),
    (0x011A, R, (720000, 10000), "72 dots per unit"),
    (0x011A, S, 72, "72 dots per unit"),
    (0x0153, S, (1, 3, 9), "Unsigned, Float, Unknown (9)"),
    (0x0212, S, (2, 1), "YCbCr4:2:2"),
    (0x0212, S, (2, 2), "YCbCr4:2:0"),
    (0x0212, S, (1, 1), "(Unknown)"),
    (0x0214, R, ((0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1)), "[0,128,128] [255,255,255]"),
    (0x0214, L, (0, 255, 128, 255, 128, 255), "[0,128,128] [255,255,255]"),
    (0x829A, R, (1, 100), "0.01 sec"),
    (0x829A, R, (10, 1250), "1/125 sec"),
    (0x829A, R, (3, 0), "3/0 sec"),
    (0x829A, R, (0, 0), "0 sec"),
    (0x829D, R, (28, 10), "f/2.8"),
    (0x829D, R, (225, 100), "f/2.3"),
    (0x8822, S, 2, "Program normal"),
    (0x8827, S, (100, 0), None),
    (0x8827, S, 100, "100"),
    (0x9000, U, b"0230", "2.30"),
    (0x9101, U, b"\1\2\3\0", "YCbCr"),
    (0x9102, R, (2, 1), "2 bits/pixel"),
    (0x9102, R, (4, 4), "1 bit/pixel"),
    (0x9201, SR, (6, 1), "1/64 sec"),
    (0x9201, SR, (-1, 1), "2 sec"),
    (0x9201, SR, (1, 1), "0.5 sec"),
    (0x9202, R, (5, 1), "f/5.7"),
    (0x9203, SR, (-27, 10), "-2.7"),
    (0x9203, R, (0xFFFFFFFF, 1), "Unknown"),
    (0x9204, SR, (-1, 3), "-1/3 EV"),
    (0x9204, SR, (0, 0), "0 EV"),
    (0x9206, R, (375, 100), "3.75 metres"),
    (0x9206, R, (1, 1), "1.0 metres"),
    (0x9206, R, (0xFFFFFFFF, 1), "Infinity"),
    (0x9206, R, (0, 1), "Unknown"),
    (0x9207, S, 5, "Multi-segment"),
    (0x9208, S, 10, "Cloudy"),
    (0x9209, S, 0x10, "Flash did not fire"),
    (0x9209, S, 0x5F, "Flash fired, return detected, auto, red-eye reduction"),
    (0x920A, R, (4250, 1000), "4.3 mm"),
    (0x920A, R, (50, 1), "50 mm"),
    (0x9286, U, b"ASCII\0\0\0hello ", "hello"),
    (0x9286, U, b"UNICODE\0" + "høj".encode("utf-16-le"), "høj"),
    (0x9286, U, b"JIS\0\0\0\0\0" + "日本".encode("shift_jis"), "日本"),
    (0x9286, U, b"\0" * 12, ""),
    (0x9286, U, b"plain words", "plain words"),
    (0x9400, SR, (215, 10), "21.5 °C"),
    (0x9405, SR, (1, -1), "-1 degrees"),
    (0x9C9D, B, tuple("Jo\0".encode("utf-16-le")), "Jo"),
    (0xA001, S, 65535, "Undefined"),
    (0xA302, U, b"\2\0\2\0\0\1\1\2", "[Red,Green][Green,Blue]"),
    (0xA302, U, b"\0\2\0\2\0\1\1\2", "[Red,Green][Green,Blue]"),
    (0xA302, U, b"\0\0", "<zero pattern size>"),
    (0xA302, U, b"\0\1\0\1\xff", "ERROR: -1"),
    (0xA404, R, (0, 1), "Digital zoom not used"),
    (0xA404, R, (3, 2), "1.5"),
    (0xA405, S, 28, "28 mm"),
    (0xA405, S, 0, "Unknown"),
    (0xA432, R, ((24, 1), (70, 1), (28, 10), (28, 10)), "24-70mm f/2.8"),
    (0xA432, R, ((50, 1), (50, 1), (18, 10), (2, 1)), "50mm f/1.8-2.0"),
    (0xA432, R, ((0, 0), (0, 0), (0, 0), (0, 0)), None),
    (0x1234, S, (1, 2), "1 2"),
    (0x1234, 12, 0.12345, "0.123"),
    (0x1234, 12, (-0.0001, 2.0), "0 2"),
    (0x1234, 6, (-1, 2), "255 2"),
    (0x1234, 8, (-1, 2), "-1 2"),
    (0x1234, R, ((2, 4), (1, 0)), "2/4 1/0"),
    (0x1234, U, b"\1\2\xff", "1 2 255"),
]


def directories(data):
    return list(exif.read(Reader.over(data)))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("tag", "kind", "value", "description"), VALUES)
def test_value(tiff, order, tag, kind, value, description):
    [directory] = directories(tiff({tag: (kind, value)}, order=order))
    assert not directory.errors
    assert [(found.id, found.description) for found in directory.tags()] == [(tag, description)]


def test_names_and_units(tiff):
    [directory] = directories(tiff({0x010F: (A, b"Maker\0"), 0x011A: (R, (300, 1)), 0x0128: (S, 3), 0x4242: (S, 1)}))
    assert directory.name == "Exif IFD0"
    assert [tuple(found) for found in directory.tags()] == [
        (0x010F, "Make", "Maker"),
        (0x011A, "X Resolution", "300 dots per cm"),
        (0x0128, "Resolution Unit", "cm"),
        (0x4242, "Unknown tag (0x4242)", "1"),
    ]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tag_that_comes_again_has_all_its_values(order):
    """In the file's order; the last one is the tag's, as in the reference. Entries of zeros are no tags."""
    entries = [(0x0112, S, 1), (0x0128, S, 2), (0x0112, S, 6), (0x0128, S, 2), (0x0112, S, 8), (0, S, 1), (0, S, 0)]
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(entries))
    rows = b"".join(struct.pack(order + "HHIHH", tag, kind, 1, value, 0) for tag, kind, value in entries)
    [directory] = directories(head + rows + bytes(4))
    turned = [tag.description for tag in directory.tags() if tag.name == "Orientation"]
    assert turned == [
        "Top, left side (Horizontal / normal)",
        "Right side, top (Rotate 90 CW)",
        "Left side, bottom (Rotate 270 CW)",
    ]
    assert [tag.description for tag in directory.tags() if tag.name == "Resolution Unit"] == ["Inch"]
    assert [tag.description for tag in directory.tags() if tag.id == 0] == ["0"]
    assert directory.values[0x0112] == 8
    assert not directory.errors


def test_directories_come_as_they_are_met(tiff):
    data = tiff(
        {
            0x014A: [{0x0100: (S, 1)}, {0x0100: (S, 2)}],
            0x8769: {0x9000: (U, b"0230"), 0xA005: {1: (A, b"R98\0"), 2: (U, b"0100")}},
            0x8825: {0: (B, (2, 3, 0, 0))},
        },
        {0x0201: (L, 500), 0x0202: (L, 9)},
    )
    found = directories(data)
    assert [one.name for one in found] == [
        "Exif IFD0",
        "Exif SubIFD",
        "Exif SubIFD",
        "Exif SubIFD",
        "Interoperability",
        "GPS",
        "Exif Thumbnail",
    ]
    assert [tag.description for tag in found[4].tags()] == ["Recommended Exif Interoperability Rules (ExifR98)", "1.00"]
    assert [tag.description for tag in found[6].tags()] == ["500 bytes", "9 bytes"]


def test_the_offset_of_a_thumbnail_counts_the_segments_preamble(tiff):
    data = tiff({}, {0x0201: (L, 500)})
    assert [tag.description for tag in list(exif.read(Reader.over(data), 6))[1].tags()] == ["506 bytes"]


def of_file(data):
    return list(exif.read_file(Reader.over(data)))


PAGE, FULL, SMALL, OLD = {0x0129: (S, (0, 3))}, {0xFE: (L, 0)}, {0xFE: (L, 1)}, {0xFF: (S, 2)}
PREVIEW = {0x0201: (L, 9)}
CHAINS = [
    # of a file: pages, unless they say that they are smaller forms
    (of_file, [{}, {}, {}], ["Image", "Image"]),
    (of_file, [PAGE, PAGE, PAGE], ["Image", "Image"]),
    (of_file, [FULL, SMALL, FULL], ["Thumbnail", "Image"]),
    (of_file, [{}, OLD, SMALL | PAGE], ["Thumbnail", "Image"]),
    (of_file, [{}, PREVIEW, {}, PREVIEW | FULL], ["Thumbnail", "Image", "Image"]),
    # of an Exif block: the second is the thumbnail, unless the first is a page
    (directories, [{}, {}], ["Thumbnail"]),
    (directories, [{}, FULL, {}], ["Thumbnail", "Image"]),
    (directories, [PAGE, PAGE], ["Image"]),
]


@pytest.mark.parametrize(("read", "ifds", "names"), CHAINS)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_pages(tiff, read, ifds, names, order, big):
    found = read(tiff(*({0x0100: (S, at), **ifd} for at, ifd in enumerate(ifds)), order=order, big=big))
    assert [one.name for one in found] == ["Exif IFD0", *(f"Exif {name}" for name in names)]
    assert [one.values[0x0100] for one in found] == list(range(len(ifds)))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_chain_may_lead_backwards(order):
    links = ((1, 26), (2, 8), (3, 0))
    first, second, third = (struct.pack(order + "HHHIHHI", 1, 0x0100, S, 1, at, 0, link) for at, link in links)
    data = {"<": b"II\x2a\0", ">": b"MM\0\x2a"}[order] + struct.pack(order + "I", 44) + third + second + first
    assert [one.values for one in of_file(data)] == [{0x0100: 1}, {0x0100: 2}, {0x0100: 3}]
    assert [one.name for one in directories(data)] == ["Exif IFD0", "Exif Thumbnail", "Exif Image"]


def test_a_chain_that_leads_back_to_what_is_no_directory_ends():
    words = b"words that are no directory "
    data = b"II\x2a\0" + struct.pack("<I", 36) + words + struct.pack("<HHHIII", 1, 0x0100, S, 1, 7, 8)
    assert [one.values for one in of_file(data)] == [{0x0100: 7}]


@pytest.mark.parametrize(("offsets", "counts"), [(0x0111, 0x0117), (0x0144, 0x0145)])
def test_a_picture_that_is_not_all_there_is_told(tiff, offsets, counts):
    data = tiff({offsets: (L, (8, 300, 600)), counts: (L, (8, 100, 100))}) + bytes(300)
    error = "The file ends before its picture does: {} of {} strips or tiles"
    assert of_file(data)[0].errors == [error.format(2, 3)]
    assert of_file(data + bytes(700))[0].errors == []
    assert of_file(tiff({offsets: (L, 8), counts: (L, 4000)}))[0].errors == [error.format(1, 1)]
    assert of_file(tiff({offsets: (A, b"eight\0"), counts: (L, 4000)}))[0].errors == []


def test_a_page_that_is_not_there_is_told(tiff):
    data = bytearray(tiff({0x0100: (S, 7)}))
    data[22:26] = struct.pack("<I", 90_000)
    [directory] = of_file(bytes(data))
    assert directory.errors == ["The next directory is said to begin at 90000, outside the file"]


POINTERS = [(3, "H"), (4, "I"), (9, "i"), (13, "I"), (16, "Q"), (18, "Q")]


@pytest.mark.parametrize(("kind", "code"), POINTERS)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("tag", [0x8825, 0x014A])
def test_types_of_a_pointer(order, tag, kind, code):
    """A SHORT, an IFD, or the 64-bit forms that belong to BigTIFF: an offset all the same."""
    value = struct.pack(order + code, 40).ljust(4, b"\0")
    field = value if len(value) == 4 else struct.pack(order + "I", 58)
    child = struct.pack(order + "HHHIHHI", 1, 1, S, 1, 7, 0, 0)
    data = {"<": b"II\x2a\0", ">": b"MM\0\x2a"}[order] + struct.pack(order + "IHHHI", 8, 1, tag, kind, 1) + field
    found = directories(data + bytes(40 - len(data)) + child + value)
    assert [one.name for one in found] == ["Exif IFD0", "GPS" if tag == 0x8825 else "Exif SubIFD"]
    assert found[1].values == {1: 7}
    assert not found[0].errors


@pytest.mark.parametrize("kind", [1, 7])
def test_a_pointer_of_four_bytes(tiff, kind):
    data = bytearray(tiff({0x8825: {1: (A, b"N\0")}}))
    data[12:18] = struct.pack("<HI", kind, 4)
    assert [one.name for one in directories(bytes(data))] == ["Exif IFD0", "GPS"]
    data[18:22] = struct.pack("<I", 9000)  # these lead nowhere
    [directory] = directories(bytes(data))
    assert bytes(directory.values[0x8825]) == b"\x28\x23\0\0"


def test_pointers_where_they_are_not_expected(tiff):
    gps = {0x8825: {1: (A, b"N\0")}}
    found = of_file(tiff({0x8769: gps}, {0x8769: {0x9000: (U, b"0230")}, **gps}))
    assert [one.name for one in found] == ["Exif IFD0", "Exif SubIFD", "GPS", "Exif Image", "Exif SubIFD", "GPS"]


def test_a_short_that_leads_to_no_directory_is_a_number(tiff):
    [directory] = directories(tiff({0x014A: (S, 3)}))
    assert directory.values == {0x014A: 3}


def test_long8_in_a_plain_file(tiff):
    [directory] = of_file(tiff({0x0111: (16, (1, 2**40)), 0x0117: (16, 9), 0x0100: (17, 3)}))
    assert directory.values == {0x0111: (1, 2**40), 0x0117: 9, 0x0100: 3}
    assert not directory.errors


@pytest.mark.parametrize("cut", [4, 10, 20])
def test_of_a_directory_that_is_cut_what_is_there_counts(tiff, cut):
    data = tiff({0x0100: (S, 1), 0x0101: (S, 2), 0x0112: (S, 3)})
    [directory] = of_file(data[:-cut])
    assert directory.values == dict(list({0x0100: 1, 0x0101: 2, 0x0112: 3}.items())[: 3 - (cut > 4) - (cut > 16)])
    assert directory.errors == ["Illegally sized IFD"]


def test_a_block_that_cannot_be_read_costs_its_tag(tiff, monkeypatch):
    def fail(_):
        raise Malformed("no such thing")

    monkeypatch.setattr("metadata_digger.metadata.blocks.nested.reader", lambda _: fail)
    [directory] = directories(tiff({0x0100: (S, 1), 0x8773: (U, b"a profile"), 0x0112: (S, 3)}))
    assert directory.values == {0x0100: 1, 0x0112: 3}
    assert directory.errors == ["no such thing"]


@pytest.mark.parametrize("order", ["<", ">"])
def test_big_tiff(tiff, order):
    data = tiff({0x0100: (S, 7), 0x0111: (16, (1, 2)), 0x8769: {0x9000: (U, b"0230")}}, order=order, big=True)
    first, second = directories(data)
    assert [tag.description for tag in first.tags()] == ["7 pixels", "1 2"]
    assert [tag.description for tag in second.tags()] == ["2.30"]


def test_an_ifd_in_the_other_byte_order(tiff):
    data = bytearray(tiff({0x0100: (S, 7)}))
    data[8:22] = struct.pack(">HHHIHH", 1, 0x0100, S, 1, 7, 0)
    [directory] = directories(bytes(data))
    assert directory.values == {0x0100: 7}


def entry(tag, kind, count, field):
    return struct.pack("<HHII", tag, kind, count, field)


def ifd(*entries, link=0):
    return b"II\x2a\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", link)


FAULTS = [
    (ifd(entry(0x0100, 99, 1, 1)), "Invalid TIFF tag format code 99 for tag 0x0100"),
    (ifd(entry(0x0111, L, 2, 5000)), "Illegal TIFF tag pointer offset"),
    (ifd(entry(0x0111, L, 0x40000000, 8)), "Illegal TIFF tag pointer offset"),
    (b"II\x2a\0\x08\0\0\0\x09\0" + bytes(20), "Illegally sized IFD"),
    (b"II\x2a\0\xff\xff\xff\xff", "Ignored IFD marked to start outside data segment"),
]


@pytest.mark.parametrize(("data", "message"), FAULTS)
def test_a_fault_is_a_text_on_its_directory(data, message):
    [directory] = directories(data)
    assert directory.errors == [message]


def test_too_many_bad_types_end_a_directory():
    [directory] = directories(ifd(*[entry(tag, 99, 1, 1) for tag in range(9)]))
    assert len(directory.errors) == 7
    assert directory.errors[-1] == "Stopping processing as too many errors seen in TIFF IFD"


def test_an_offset_beyond_the_end_is_taken_for_the_usual_one():
    data = bytearray(ifd(entry(0x0100, S, 1, 7)))
    data[4:8] = struct.pack("<I", 4000)
    [directory] = directories(bytes(data))
    assert directory.values == {0x0100: 7}
    assert directory.errors == ["First IFD offset is beyond the end of the TIFF data segment -- trying default offset"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"XX\x2a\0\x08\0\0\0", "Unclear distinction between Motorola/Intel byte ordering: 22616"),
        (b"II\x2c\0\x08\0\0\0", "Unexpected TIFF marker: 0x2C"),
    ],
)
def test_no_tiff_header(data, message):
    [directory] = directories(data)
    assert (directory.name, directory.errors) == ("Error", [f"Exception processing TIFF data: {message}"])
    with pytest.raises(MetadataError, match=message):
        list(exif.read_file(Reader.over(data)))


def test_directories_that_point_to_each_other():
    loop = ifd(entry(0x8769, L, 1, 8), entry(0x014A, L, 1, 8), link=8)
    names = [one.name for one in directories(loop)]
    assert names == ["Exif IFD0", "Exif SubIFD", "Exif SubIFD"]


def test_a_pointer_to_thousands_of_directories_costs_little():
    [*_, last] = found = directories(ifd(entry(0x014A, L, 10_000, 26)) + bytes(40_000))
    assert len(found) == 256
    assert last.errors[-1] == "Exception processing TIFF data: More than 256 directories"


def test_values_that_overlap_cost_no_more_than_the_file():
    blob = bytes(1 << 20)
    data = ifd(*[entry(0x4000 + index, U, len(blob), 0) for index in range(1000)]) + blob
    [directory] = directories(data)
    assert sum(map(len, directory.values.values())) < 40 << 20
    assert "larger than the file" in directory.errors[-1]


def test_a_long_array_of_fractions_is_compact(tiff):
    [directory] = directories(tiff({0x1234: (R, tuple((number, 2) for number in range(1000)))}))
    value = directory.values[0x1234]
    assert (len(value), value[3], value[-1], value[1:3]) == (1000, (3, 2), (999, 2), ((1, 2), (2, 2)))
    assert [tag.description for tag in directory.tags()] == ["[1000 values]"]


def test_a_value_past_the_first_block(tiff):
    data = tiff({0x0111: (U, bytes(100_000)), 0x010E: (A, b"far away\0"), 0x829A: (R, (1, 8))})
    [directory] = directories(data)
    assert [tag.description for tag in directory.tags()] == ["[100000 values]", "far away", "1/8 sec"]


PRINT_IM = b"PrintIM\x000250\0\0"


@pytest.mark.parametrize(
    ("data", "tags", "errors"),
    [
        (PRINT_IM + b"\2\0" + b"\1\0\x16\0\x16\0" + b"\0\1\5\0\0\0", ["0250", "0x00160016", "0x00000005"], []),
        (PRINT_IM + b"\0\1" + b"\0\1\0\x16\0\x16", ["0250", "0x00160016"], []),
        (PRINT_IM + b"\2\0", [], ["Bad PrintIM size"]),
        (b"PrintIM\0\xed\xed\x95\0\0\0\0\0", [], []),
        (b"PrintIM\0", [], ["Bad PrintIM data"]),
        (b"PrintIn\x000250\0\0\0\0", [], ["Invalid PrintIM header"]),
    ],
)
def test_print_im(tiff, data, tags, errors):
    _, directory = directories(tiff({0xC4A5: (U, data)}))
    assert (directory.name, directory.errors) == ("PrintIM", errors)
    assert [tag.description for tag in directory.tags()] == tags


def test_embedded_blocks(tiff):
    iptc = b"\x1c\2\x69\0\5hello"
    found = directories(tiff({0x83BB: (U, iptc), 0x0100: (S, 1)}))
    assert [one.name for one in found] == ["Exif IFD0", "IPTC"]
    # a block that is none stays a value
    [directory] = directories(tiff({0x83BB: (U, b"no iptc here")}))
    assert 0x83BB in directory.values
