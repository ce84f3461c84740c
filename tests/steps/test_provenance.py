"""Where a picture came from, by the traces that programs and services leave, and where they were read."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.build_c2pa import manifest, store
from metadata.build_xmp import packet
from metadata_digger.metadata.blocks import c2pa, exif, xmp
from metadata_digger.metadata.blocks.iptc import TABLE as IPTC
from metadata_digger.metadata.extract import read_metadata
from metadata_digger.metadata.formats.png import TABLE as PNG
from metadata_digger.metadata.model import Directory
from metadata_digger.metadata.source import Reader
from metadata_digger.steps.own_tags import OWN_DIRECTORIES
from metadata_digger.steps.provenance import own_tags


def text(keyword: str, content: str, kind: str = "tEXt") -> Directory:
    return Directory(f"PNG-{kind}", PNG, {13: (keyword, content)})


def told(*directories: Directory) -> dict[str, str]:
    notes: list[str] = []
    found = {name: value for _, name, value in own_tags(directories, notes)}
    assert notes == []
    return found


SETTINGS = "a lighthouse\nNegative prompt: fog\nSteps: 30, Sampler: Euler a, CFG scale: 7, Seed: 1"
JOB = "a lighthouse --v 6 Job ID: 01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("directory", "name", "place"),
    [
        (text("parameters", SETTINGS), "Stable Diffusion", "PNG-tEXt.parameters"),
        (text("parameters", SETTINGS, "iTXt"), "Stable Diffusion", "PNG-iTXt.parameters"),
        (text("prompt", '{"3": {"class_type": "KSampler"}}'), "ComfyUI", "PNG-tEXt.prompt"),
        (text("workflow", '{"nodes": []}'), "ComfyUI", "PNG-tEXt.workflow"),
        (text("invokeai_metadata", "{}"), "InvokeAI", "PNG-tEXt.invokeai_metadata"),
        (text("Dream", '"a cat" -s 50'), "InvokeAI", "PNG-tEXt.Dream"),
        (text("Software", "NovelAI"), "NovelAI", "PNG-tEXt.Software"),
        (text("Source", "Stable Diffusion 1D44365E"), "Stable Diffusion", "PNG-tEXt.Source"),
        (text("Description", JOB), "Midjourney", "PNG-tEXt.Description"),
        (text("parameters", '{"sui_image_params": {}}'), "SwarmUI", "PNG-tEXt.parameters"),
        (text("fooocus_scheme", "a1111"), "Fooocus", "PNG-tEXt.fooocus_scheme"),
    ],
)
def test_text_chunks(directory: Directory, name: str, place: str) -> None:
    assert told(directory) == {"MD Generator": name, "MD Generator Evidence": place}


@pytest.mark.parametrize(
    "directory",
    [
        text("Software", "GIMP 2.10"),
        text("Comment", "Steps: to the beach"),
        text("prompt", "a word"),
        text("Description", "Job ID: 5"),
        text("Software", "Imagenomic Portraiture, OpenAIDE, resorampler"),
    ],
)
def test_other_words_are_no_traces(directory: Directory) -> None:
    assert told(directory) == {}


def test_exif_iptc_and_xmp() -> None:
    table = exif.IFD0.table
    assert told(Directory("Exif IFD0", table, {0x0131: "Adobe Firefly"}))["MD Generator"] == "Adobe Firefly"
    nodes = Directory("Exif IFD0", table, {0x010F: 'workflow:{"nodes": []}', 0x0110: 'prompt:{"1": {}}'})
    assert told(nodes) == {"MD Generator": "ComfyUI", "MD Generator Evidence": "Exif IFD0.Make; Exif IFD0.Model"}
    credit = told(Directory("IPTC", IPTC, {0x026E: "Made with Google AI"}))
    assert credit == {"MD Generator": "Google AI", "MD Generator Evidence": "IPTC.Credit"}
    body = (
        '<p:Credit xmlns:p="http://ns.adobe.com/photoshop/1.0/">Edited with Google AI</p:Credit>'
        '<e:DigitalSourceType xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">http://cv.iptc.org/x/'
        "compositeWithTrainedAlgorithmicMedia</e:DigitalSourceType>"
    )
    assert told(*xmp.read(Reader.over(packet(body)))) == {
        "MD Generator": "Google AI",
        "MD Generator Evidence": "XMP.photoshop:Credit",
        "MD Digital Source Type": "http://cv.iptc.org/x/compositeWithTrainedAlgorithmicMedia",
        "MD Digital Source Type Evidence": "XMP.Iptc4xmpExt:DigitalSourceType",
    }


def test_a_manifest() -> None:
    old = manifest("urn:1", claim={"claim_generator": "Old/1"})
    new = manifest("urn:2", claim={"claim_generator_info": {"name": "ChatGPT"}})
    assert told(*c2pa.read(Reader.over(store(old, new)))) == {
        "MD Generator": "OpenAI",
        "MD Generator Evidence": "C2PA.Claim Generator; C2PA.Claim Generator Info",
        "MD Digital Source Type": "http://cv.iptc.org/x/trainedAlgorithmicMedia",
        "MD Digital Source Type Evidence": "C2PA.Digital Source Type",
        "MD Claim Generator": "ChatGPT",
        "MD Claim Generator Evidence": "C2PA.Claim Generator",
        "MD Signer": "Ann, Paper",
        "MD Signer Evidence": "C2PA.Signer",
    }


def test_it_is_a_directory_of_its_own() -> None:
    assert dict(OWN_DIRECTORIES)["Provenance"] is own_tags


@pytest.mark.parametrize("value", [(), ("a",), ("a", "b", "c"), 5, None, b"x"])
def test_values_of_other_kinds(value: Any) -> None:
    assert told(Directory("PNG-tEXt", PNG, {13: value}), Directory("Exif IFD0", exif.IFD0.table, {0x0131: value})) == {}


def test_a_photograph_has_none() -> None:
    assert told(*read_metadata(b"\xff\xd8\xff\xfe\0\x07hello\xff\xd9")) == {}
