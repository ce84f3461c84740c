"""find_similar without rules: what counts, what it is worth, and the rule made of it."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence

import pytest

from metadata_digger.config.values import RULES
from metadata_digger.pipeline import Batch
from metadata_digger.steps.similar import kinds
from metadata_digger.steps.similar.base import Base
from metadata_digger.steps.similar.kinds import JUNK, KINDS, kind_of, tells
from metadata_digger.steps.similar.propose import Proposal, ProposeStep
from metadata_digger.steps.similar.step import NearStep, sought
from metadata_digger.steps.similar.weigh import (
    CANDIDATES,
    ENOUGH,
    MOST,
    Counts,
    Rule,
    candidates,
    choose,
    evidence,
    weights,
    worth,
    written,
)

Make = Callable[..., Batch]
Tags = Sequence[tuple[str, str, str]]

MODEL = ("Exif IFD0", "Model", "Canon EOS 20D")
SERIAL = ("Exif SubIFD", "Body Serial Number", "0630802204")
ARTIST = ("Exif IFD0", "Artist", "Ada Lovelace")
SOFTWARE = ("Exif IFD0", "Software", "GIMP 2.4.7")
FIRMWARE = ("Canon Makernote", "Firmware Version", "Firmware Version 1.0.9")
MAKE = ("Exif IFD0", "Make", "Canon")
INCH = ("Exif IFD0", "Resolution Unit", "Inch")


def image(*tags: tuple[str, str, str]) -> Base:
    return Base("image.jpg", ("file:/in/0",), tags)


@pytest.mark.parametrize(
    ("directory", "tag", "value", "kind"),
    [
        (*SERIAL, "device"),
        ("Canon Makernote", "Camera Serial Number", "0630802204", "device"),
        ("Panasonic Makernote", "Internal Serial Number", "F110408070237", "device"),
        ("XMP", "aux:SerialNumber", "2481220370", "device"),
        ("Canon Makernote", "Owner Name", "Alistair Dickie", "person"),
        (*ARTIST, "person"),
        ("XMP", "dc:creator[2]", "Ada", "person"),
        ("XMP", "Iptc4xmpCore:CreatorContactInfo/Iptc4xmpCore:CiEmailWork", "a@b.c", "person"),
        ("IPTC", "By-line", "Ada", "person"),
        ("XMP", "xmpMM:DocumentID", "xmp.did:E32DD368530311E29F54C1E0270410D5", "document"),
        ("XMP", "xmpMM:History[3]/stEvt:instanceID", "xmp.iid:dbe3cdf4", "document"),
        ("Exif SubIFD", "Lens Serial Number", "0123456789", "part"),
        (*SOFTWARE, "software"),
        (*FIRMWARE, "version"),
        ("Exif IFD0", "Software", "12.0", "version"),
        (*MODEL, "model"),
        (*MAKE, "maker"),
        ("JpegComment", "JPEG Comment", "made by hand", "text"),
        ("XMP", "dwc:Occurrence/dwc:recordedBy", "Oliver P. Pearson", "other"),
        # Never: what differs from shot to shot, or is shared by chance.
        (*INCH, None),
        ("Exif IFD0", "Date/Time", "2020:01:02 03:04:05", None),
        ("Exif SubIFD", "Exposure Time", "1/200 sec", None),
        ("Exif SubIFD", "ISO Speed Ratings", "100", None),
        ("Exif SubIFD", "Exif Image Width", "3504 pixels", None),
        ("Canon Makernote", "File Number", "100-1234", None),
        ("Canon Makernote", "Serial Number Format", "2684354560", None),
        ("Nikon Makernote", "Exposure Sequence Number", "1234", None),
        ("File", "File Size", "12345 bytes", None),
        ("File", "File Name", "a.jpg", None),
        ("JPEG", "Image Width", "3504 pixels", None),
        ("GPS", "GPS Latitude", "52° 13' 47\"", None),
        ("XMP", "xmp:CreateDate", "2010-10-21T11:22:48+01:00", None),
        ("XMP", "xmpMM:History[1]/stEvt:when", "2010-10-21T11:22:48+01:00", None),
        ("XMP", "dc:title[1]/xml:lang", "x-default", None),
        ("XMP", "crs:Temperature", "5500", None),
        ("XMP", "exif:ExposureTime", "1/200", None),
        ("XMP", "mwg-rs:Regions/mwg-rs:RegionList[1]/mwg-rs:Area/stArea:x", "0.5", None),
        ("IPTC", "Date Created", "2010:10:21", None),
        ("IPTC", "Coded Character Set", "UTF-8", None),
    ],
)
def test_kinds(directory: str, tag: str, value: str, kind: str | None) -> None:
    found = kind_of(directory, tag, value)
    assert (found and found.name) == kind


@pytest.mark.parametrize(
    "value",
    [
        *("", "   ", "\0\0", "0000000000", "0 0 0 0", "0.0,0.0", "----", "x", "unknown", "Unknown (0)", "None", "N/A"),
        *("False", "null", "SONY DSC", "OLYMPUS DIGITAL CAMERA         ", "uuid:FAF5BDD5-BA3D-11DA-AD31-D33D75182F1B"),
    ],
)
def test_values_that_nobody_put_there(value: str) -> None:
    for kind in KINDS:
        assert not tells(kind, value)


@pytest.mark.parametrize(("value", "expected"), [("0630802204", True), ("NO= 1005a431", True), ("abcdef", False)])
def test_serial_numbers_have_digits(value: str, expected: bool) -> None:
    assert tells(kinds.DEVICE, value) is expected


def test_junk_and_volatile_names_take_no_time() -> None:
    for text in ("0" * 100_000 + "x", "a" * 100_000, "0 " * 50_000 + "x", " " * 100_000 + "x"):
        assert not JUNK.fullmatch(text) or set(text) == {"a"}
        kind_of("XMP", "a:" + text, "x")


def test_worth_falls_with_the_number_of_files_that_share() -> None:
    values = [worth(kinds.MODEL, same, 100_000) for same in (1, 2, 10, 1_000, 50_000, 100_000)]
    assert values == sorted(values, reverse=True)
    assert values[0] == kinds.MODEL.worth
    assert values[-1] == 0
    assert worth(kinds.DEVICE, 100_000, 100_000) > 0.8  # a serial number stays one where all are by one camera
    assert worth(kinds.MODEL, 5, 5) > ENOUGH  # and five files are no collection
    # What is printed everywhere never is enough alone, however rare.
    for kind in (kinds.MAKER, kinds.PROFILE, kinds.SUBJECT, kinds.VERSION):
        assert worth(kind, 1, 10**6) < ENOUGH


def test_candidates_are_what_all_images_share() -> None:
    one = image(INCH, MODEL, SERIAL, ARTIST, SOFTWARE)
    assert [found.tag for found in candidates([one])] == ["Body Serial Number", "Artist", "Software", "Model"]
    two = image(MODEL, ARTIST, ("Exif SubIFD", "Body Serial Number", "0987654321"))
    assert [found.tag for found in candidates([one, two])] == ["Artist", "Model"]
    assert candidates([one, image(INCH)]) == ()


def test_candidates_can_stand_in_a_configuration() -> None:
    odd = [("XMP", name, "value") for name in ("my:a,b", "my:a\\b", "my:a\u202eb", "my: ", " my:c")]
    found = candidates([image(*odd, ("XMP", "dc:creator[1]", "Ada"))])
    assert [one.name for one in found] == ["XMP.dc:creator[1]", "XMP.myab"]
    rule = written(Rule((0, 1), 1), found)
    assert [(tag.directory, tag.tag) for tag in RULES.parse(rule["analytics.similar.tags"])] == [
        ("XMP", "dc:creator[1]"),
        ("XMP", "myab"),
    ]


def test_a_hostile_image_has_no_more_candidates_than_can_be_counted() -> None:
    many = [("XMP", f"my:tag{number}", f"value {number}") for number in range(20_000)]
    begin = time.process_time()
    found = candidates([image(*many, SERIAL, ("Exif IFD0", "Artist", "x" * 100_000))])
    assert time.process_time() - begin < 5  # seconds; 0.4, and 500 when each tag was looked for among all
    assert len(found) == CANDIDATES
    assert found[0].tag == "Body Serial Number"


def counts(files: int, *same: int, own: int = 1) -> Counts:
    return Counts(files, own, tuple(2 * number for number in same), same, (own,) * len(same))


@pytest.mark.parametrize(
    ("tags", "files", "same", "chosen", "least"),
    [
        ([SERIAL, MODEL], 1_000, [3, 900], ["Body Serial Number"], 1),
        ([SERIAL, MODEL], 1_000, [3, 10], ["Body Serial Number", "Model"], 1),
        ([SERIAL, MODEL], 1_000, [1, 10], ["Model"], 1),  # nobody else has the serial number
        ([SERIAL, MODEL], 1_000, [1, 1], [], 0),
        ([SERIAL, MODEL], 1_000, [1_000, 1_000], ["Body Serial Number"], 1),
        ([MODEL, SOFTWARE], 100_000, [2_000, 2_000], ["Software", "Model"], 2),  # together
        ([MODEL, SOFTWARE], 100_000, [50_000, 50_000], [], 0),
        ([FIRMWARE, MAKE], 1_000, [2, 3], [], 0),  # neither tells a camera from others
    ],
)
def test_rules(tags: Tags, files: int, same: list[int], chosen: list[str], least: int) -> None:
    found = candidates([image(*tags)])
    ordered = [same[[tag[1] for tag in tags].index(one.tag)] for one in found]
    counted = counts(files, *ordered)
    rule = choose(found, weights(found, counted), counted)
    assert [found[number].tag for number in (rule.conditions if rule else ())] == chosen
    assert (rule.least if rule else 0) == least


def test_a_rule_is_no_longer_than_one_reads() -> None:
    found = candidates([image(*(("XMP", f"dc:creator[{number}]", f"Ada {number}") for number in range(30)))])
    counted = counts(1_000, *[2] * 30)
    rule = choose(found, weights(found, counted), counted)
    assert rule is not None
    assert len(rule.conditions) == MOST


def test_evidence_of_one_kind_counts_once() -> None:
    found = candidates([image(MODEL, MAKE, ("XMP", "tiff:Model", "Canon EOS 20D"), SERIAL)])
    weight = weights(found, counts(10_000, *[3] * len(found)))
    number = {one.tag: index for index, one in enumerate(found)}
    model = evidence([number["Model"]], found, weight)
    assert evidence([number["Model"], number["tiff:Model"], number["Make"]], found, weight) == model
    both = evidence([number["Model"], number["Body Serial Number"]], found, weight)
    assert max(weight) < both < 1
    assert evidence([], found, weight) == 0


def ranked(batches: Sequence[Batch], base: Base) -> tuple[Proposal, list[tuple[str, object]]]:
    """The whole way in one process: of each row its status and score."""
    step = ProposeStep(candidates([base]), frozenset(base.urls))
    staged = [done.rows for done in pickle.loads(pickle.dumps(step)).run(iter(batches))]  # noqa: S301
    assert all(rows.schema == step.output(batch.rows.schema) for rows, batch in zip(staged, batches, strict=True))
    ranking = step.ranking()
    counted = [
        ranking.count(rows.filter(rows.column("status").to_numpy(zero_copy_only=False) == "ok")) for rows in staged
    ]
    settled = pickle.loads(pickle.dumps(ranking.settled(counted)))  # noqa: S301
    done = [settled.rank(rows) for rows in staged]
    assert all(rows.schema == settled.output(step.output(batches[0].rows.schema)) for rows in done)
    return settled, [(row["status"], row["similar_score"]) for rows in done for row in rows.to_pylist()]


def test_the_whole_way(tagged: Make) -> None:
    other = ("Exif SubIFD", "Body Serial Number", "0987654321")
    first = tagged([SERIAL, MODEL, ARTIST, INCH], [SERIAL, MODEL], [INCH], [MODEL, other], statuses=["ok"] * 4)
    # Rows are called alike in both batches, so the first one of this is no file.
    second = tagged([], [ARTIST], [], [SERIAL], statuses=["denied", "ok", "ok", "denied"])
    settled, rows = ranked([first, second], Base("image.jpg", ("file:/in/0",), (SERIAL, MODEL, ARTIST, INCH)))
    assert settled.counts is not None
    assert settled.counts.files == 6
    by_tag = {one.tag: number for number, one in enumerate(settled.candidates)}
    having, same = settled.counts.having, settled.counts.same
    assert [(having[by_tag[tag]], same[by_tag[tag]]) for tag in ("Body Serial Number", "Model", "Artist")] == [
        (3, 2),
        (3, 3),
        (2, 2),
    ]
    statuses = [status for status, _ in rows]
    assert statuses == ["ok", "ok", "filtered", "ok", "denied", "ok", "filtered", "denied"]
    scores = {number: score for number, (_, score) in enumerate(rows) if score is not None}
    assert scores[0] == 100
    assert 85 < scores[1] < 100  # the same camera
    assert scores[1] > scores[3]  # the same model, but another camera
    lines, facts = settled.told([(100, "file:/in/0", ["the image itself"])])
    assert facts["rule"] == {
        "analytics.similar.tags": ",".join(
            f"{directory}.{tag}:STRING" for directory, tag, _ in (SERIAL, ARTIST, MODEL)
        ),
        "analytics.similar.minPassingConditions": "1",
    }
    assert any(line.endswith(f"analytics.similar.tags={facts['rule']['analytics.similar.tags']}") for line in lines)


def test_reasons_name_the_other_camera_and_the_counts(tagged: Make) -> None:
    other = ("Exif SubIFD", "Body Serial Number", "0987654321")
    base = Base("image.jpg", (), (SERIAL, MODEL))
    step = ProposeStep(candidates([base]))
    (done,) = step.run(iter([tagged([MODEL, other], [MODEL])]))
    ranking = step.ranking()
    rows = ranking.settled([ranking.count(done.rows)]).rank(done.rows)
    alike = "Exif IFD0.Model: Canon EOS 20D (2 of 2 files)"
    assert rows.column("similar_reasons").to_pylist() == [
        [alike, "but another Exif SubIFD.Body Serial Number"],
        [alike],
    ]


def test_the_rule_finds_the_same_files(tagged: Make) -> None:
    """What is printed, put into a configuration, is what was done."""
    base = Base("image.jpg", ("file:/in/0",), (SERIAL, MODEL, ARTIST, SOFTWARE, INCH))
    batch = tagged([SERIAL, MODEL], [MODEL], [ARTIST, INCH], [INCH], [SOFTWARE, MODEL], [])
    settled, rows = ranked([batch], base)
    assert settled.rule is not None
    keys = written(settled.rule, settled.candidates)
    rules = RULES.parse(keys["analytics.similar.tags"])
    least = int(keys["analytics.similar.minPassingConditions"])
    (done,) = NearStep(rules, sought(rules, [base]), least).run(iter([batch]))
    assert done.rows.column("status").to_pylist() == [status for status, _ in rows]


def test_nothing_in_common(tagged: Make) -> None:
    settled, rows = ranked([tagged([INCH], [], [])], Base("image.jpg", (), (SERIAL, INCH)))
    assert settled.rule is None
    assert [status for status, _ in rows] == ["filtered"] * 3
    lines, facts = settled.told([])
    assert facts["rule"] is None
    assert any(line.startswith("no rule") for line in lines)


def test_no_files() -> None:
    ranking = ProposeStep(candidates([image(SERIAL)])).ranking()
    settled = ranking.settled([])
    assert settled.rule is None
    assert settled.told([])[1]["files"] == 0
