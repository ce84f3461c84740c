"""Where a picture came from, by its own words: the program that made it, IPTC's term for how, C2PA's claim and signer.

All of it is what the file says. Traces are put in and taken out with any editor, and a signature is not verified here:
nothing of this is a proof, and the absence of it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from metadata_digger.metadata.model import Directory, describe
from metadata_digger.schema import OWN_TAG

DIRECTORY = "Provenance"
(
    _GENERATOR, _GENERATOR_EVIDENCE, _SOURCE_TYPE, _SOURCE_TYPE_EVIDENCE,
    _CLAIM_GENERATOR, _CLAIM_GENERATOR_EVIDENCE, _SIGNER, _SIGNER_EVIDENCE,
) = (OWN_TAG - number for number in range(9, 17))  # fmt: skip

_LOOKED_AT = 262_144  # characters of one text: workflows are long
_SETTINGS = re.compile(r"\bSteps: \d+,.*\bSampler: ", re.DOTALL)  # how the web UI for Stable Diffusion writes them
_JOB = re.compile(r"\bJob ID: [0-9a-f]{8}-[0-9a-f-]{27}")
# Keywords of PNG's text chunks that one program writes and no other.
_KEYWORDS = {
    "invokeai_metadata": "InvokeAI",
    "invokeai_graph": "InvokeAI",
    "invokeai_workflow": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "Dream": "InvokeAI",
    "fooocus_scheme": "Fooocus",
    "sui_image_params": "SwarmUI",
}
# What programs and services call themselves in fields for that: the name that is told, and the words, in small letters.
_NAMES = {
    "NovelAI": ("novelai",),
    "Midjourney": ("midjourney",),
    "DALL-E": ("dall-e", "dall·e", "dalle"),
    "OpenAI": ("openai", "chatgpt", "gpt-4o", "gpt-image", "sora"),
    "Adobe Firefly": ("firefly",),
    "Google AI": ("google ai", "imagen", "gemini", "made with ai by google"),
    "Microsoft Designer": (
        "microsoft designer",
        "image creator from",
        "bing image creator",
        "microsoft_responsible_ai",
    ),
    "ComfyUI": ("comfyui",),
    "InvokeAI": ("invokeai", "invoke ai"),
    "Stable Diffusion": ("stable diffusion", "automatic1111", "sd.next"),
    "Stability AI": ("stability ai", "dreamstudio"),
    "Flux": ("black forest labs", "flux.1"),
    "Draw Things": ("draw things",),
    "Leonardo.Ai": ("leonardo.ai", "leonardo ai"),
    "Ideogram": ("ideogram",),
}
_SAID = {word: name for name, words in _NAMES.items() for word in words}
_NAMED = re.compile("|".join(rf"(?<![a-z]){re.escape(word)}(?![a-z])" for word in sorted(_SAID, key=len, reverse=True)))

# Directories and tags whose text names a program: Software, Artist's tools, credits.
_PROGRAMS = {
    "Exif IFD0": (0x0131,),
    "Exif SubIFD": (0x0131,),
    "IPTC": (0x0241, 0x026E),  # Originating Program, Credit
    "C2PA": (3, 4, 10),  # Claim Generator, its Info, Software Agent
}
_PROPERTIES = ("xmp:CreatorTool", "photoshop:Credit", "tiff:Software", "Iptc4xmpExt:AISystemUsed")
_CAPTION = "dc:description"
_BEGINNINGS = (*_PROPERTIES, _CAPTION)
_SOURCE = "Iptc4xmpExt:DigitalSourceType"
_TEXT, _MAKE, _MODEL, _DESCRIPTION, _COMMENT = 13, 0x010F, 0x0110, 0x010E, 0x9286
_ACTIVE, _CLAIM, _TYPE, _SIGNED_BY = 2, 3, 9, 15


class Evidence(NamedTuple):
    value: str
    place: str  # Directory.Tag


def own_tags(directories: Sequence[Directory], notes: list[str]) -> list[tuple[int, str, str]]:
    """(id, name, value): each value with the place that it was read from; several, one behind the other."""
    active = next((one for one in directories if one.name == "C2PA" and one.values.get(_ACTIVE) == "true"), None)
    told = (
        (_GENERATOR, _GENERATOR_EVIDENCE, "MD Generator", list(_generators(directories))),
        (_SOURCE_TYPE, _SOURCE_TYPE_EVIDENCE, "MD Digital Source Type", list(_source_types(directories))),
        (_CLAIM_GENERATOR, _CLAIM_GENERATOR_EVIDENCE, "MD Claim Generator", _of(active, _CLAIM)),
        (_SIGNER, _SIGNER_EVIDENCE, "MD Signer", _of(active, _SIGNED_BY)),
    )
    found: list[tuple[int, str, str]] = []
    for tag, place, name, evidence in told:
        if evidence:
            found.append((tag, name, _joined([one.value for one in evidence])))
            found.append((place, f"{name} Evidence", _joined([one.place for one in evidence])))
    return found


def _joined(words: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(words))


def _of(directory: Directory | None, tag: int) -> list[Evidence]:
    value = None if directory is None else directory.values.get(tag)
    return [Evidence(value, _place(directory, tag))] if directory is not None and isinstance(value, str) else []


def _place(directory: Directory, tag: int) -> str:
    return f"{directory.name}.{directory.tag_name(tag)}"


def _source_types(directories: Sequence[Directory]) -> Iterator[Evidence]:
    for directory in directories:
        if directory.name == "C2PA":
            yield from _of(directory, _TYPE)
        for leaf in directory.xmp:
            if _SOURCE in leaf.path and leaf.path.rpartition("/")[2].partition("[")[0] == _SOURCE:
                yield Evidence(leaf.value, f"{directory.name}.{leaf.path}")


def _generators(directories: Sequence[Directory]) -> Iterator[Evidence]:
    for directory in directories:
        if directory.name.startswith("PNG-"):
            yield from _of_png(directory)
        elif directory.name == "Exif IFD0":
            yield from _of_words(directory, _DESCRIPTION)
            # ComfyUI's nodes for WebP put the prompt and the workflow where the camera's names are.
            for tag in (_MAKE, _MODEL):
                value = directory.values.get(tag)
                if isinstance(value, str) and value.startswith(("prompt:", "workflow:")):
                    yield Evidence("ComfyUI", _place(directory, tag))
        elif directory.name == "Exif SubIFD":
            yield from _of_words(directory, _COMMENT)
        for tag in _PROGRAMS.get(directory.name, ()):
            if (value := directory.values.get(tag)) is None:
                continue
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str):
                    yield from _named(text, _place(directory, tag))
        for leaf in directory.xmp:
            if not leaf.path.startswith(_BEGINNINGS):  # a packet has hundreds of others
                continue
            name = leaf.path.partition("[")[0]
            if name in _PROPERTIES:
                yield from _named(leaf.value, f"{directory.name}.{leaf.path}")
            elif name == _CAPTION:
                yield from _in(leaf.value, f"{directory.name}.{leaf.path}")


def _of_png(directory: Directory) -> Iterator[Evidence]:
    value = directory.values.get(_TEXT)
    if not isinstance(value, tuple) or len(value) != 2:
        return
    keyword, text = (str(one) for one in value)
    place = f"{directory.name}.{keyword}"
    if keyword in _KEYWORDS:
        yield Evidence(_KEYWORDS[keyword], place)
    elif keyword in ("prompt", "workflow") and ('"class_type"' in text[:_LOOKED_AT] or '"nodes"' in text[:_LOOKED_AT]):
        yield Evidence("ComfyUI", place)
    elif keyword in ("Software", "Source", "Author", "generator"):
        yield from _named(text, place)
    else:
        yield from _in(text, place)


def _of_words(directory: Directory, tag: int) -> Iterator[Evidence]:
    value = directory.values.get(tag)
    if value is not None:
        text = describe(directory, tag, value)
        if text is not None:
            yield from _in(text, _place(directory, tag))


def _in(text: str, place: str) -> Iterator[Evidence]:
    """Settings and job numbers in a text that may say anything else."""
    text = text[:_LOOKED_AT]
    if "sui_image_params" in text[:64]:
        yield Evidence("SwarmUI", place)
    elif _SETTINGS.search(text):
        yield Evidence("Stable Diffusion", place)
    elif _JOB.search(text):
        yield Evidence("Midjourney", place)


def _named(text: str, place: str) -> Iterator[Evidence]:
    """Programs that a field for names of programs names."""
    for word in _NAMED.findall(text[:_LOOKED_AT].lower()):
        yield Evidence(_SAID[word], place)
