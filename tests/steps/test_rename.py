from __future__ import annotations

import pytest

from metadata_digger.steps.rename import Naming, safe

# Seen in the output of Metadata Digger 0.2.1, but for the last three rows.
COLUMNS = [
    ("JPEG", "Component 1", "JPEGComponent1", "jpeg_component_1"),
    ("Exif SubIFD", "Date/Time Original", "ExifSubIFDDateTimeOriginal", "exif_subifd_datetime_original"),
    ("Exif SubIFD", "F-Number", "ExifSubIFDFNumber", "exif_subifd_f_number"),
    ("Exif IFD0", "Unknown tag (0x011e)", "ExifIFD0UnknownTag0x011e", "exif_ifd0_unknown_tag_0x011e"),
    ("PNG-bKGD", "Background Color", "PNGBKGDBackgroundColor", "png_bkgd_background_color"),
    ("IPTC", "By-line Title", "IPTCByLineTitle", "iptc_by_line_title"),
    ("MP4 Sound", "ISO 639-2 Language Code", "MP4SoundISO6392LanguageCode", "mp4_sound_iso_639_2_language_code"),
    (
        "Nikon Makernote",
        "Quality & File Format",
        "NikonMakernoteQualityFileFormat",
        "nikon_makernote_quality__file_format",
    ),
    ("A.B", "{}.(),'\"?;:<>*&%$#@!`[]/", "AB", "ab_"),
    ("Ünï", "ölçü_x", "ÜnïÖlçü_x", "ünï_ölçü_x"),
    ("X", "", "X", "x_"),
]


@pytest.mark.parametrize(("directory", "tag", "camel", "snake"), COLUMNS)
def test_column(directory: str, tag: str, camel: str, snake: str) -> None:
    assert Naming().column(directory, tag) == camel
    assert Naming("snakeCase").column(directory, tag) == snake


@pytest.mark.parametrize(
    ("naming", "expected"),
    [
        (Naming(prefix="md_"), "Md_JPEGImageWidth"),
        (Naming("snakeCase", "md_"), "md_jpeg_image_width"),
        (Naming("camelCase", "my "), "MyJPEGImageWidth"),
        (Naming(include_directories=False), "ImageWidth"),
        (Naming("snakeCase", "md_", include_directories=False), "md_image_width"),
    ],
)
def test_prefix_and_directory(naming: Naming, expected: str) -> None:
    assert naming.column("JPEG", "Image Width") == expected


def test_title_has_no_prefix() -> None:
    assert Naming(prefix="md_").title("File Path") == "FilePath"
    assert Naming("snakeCase", "md_").title("ID") == "id"


def test_safe_keeps_letters_digits_spaces_and_hyphens() -> None:
    assert safe("Profile Date/Time - 2+2=4") == "Profile DateTime - 2+2=4"
