"""Labels by folder and by CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata_digger.errors import ConfigError
from metadata_digger.labels.training.examples import read_examples


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def found(pictures: Path) -> dict[str, list[str]]:
    return {example.name: sorted(example.labels) for example in read_examples(pictures)[0]}


def test_a_folder_for_each_label(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/a.jpg", "cat/2020/05/b.jpg", "dog/c.png", "cat/.hidden", "dog/Thumbs.db", ".git/x")
    assert found(root) == {"cat/2020/05/b.jpg": ["cat"], "cat/a.jpg": ["cat"], "dog/c.png": ["dog"]}


def test_files_beside_the_folders_are_told_of(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/a.jpg", "stray.jpg", ".DS_Store")
    examples, warnings = read_examples(root)
    assert [example.name for example in examples] == ["cat/a.jpg"]
    assert warnings == [f"1 files lie in {root} itself and belong to no label: left out"]


def test_links_to_files_and_label_folders_are_followed(tmp_path: Path) -> None:
    touch(tmp_path, "store/a.jpg", "store/in/b.jpg", "set/cat/c.jpg")
    (tmp_path / "set" / "dog").symlink_to(tmp_path / "store")
    (tmp_path / "set" / "cat" / "circle").symlink_to(tmp_path / "set")
    assert list(found(tmp_path / "set")) == ["cat/c.jpg", "dog/a.jpg", "dog/in/b.jpg"]


def test_letters_and_accents_are_put_together(tmp_path: Path) -> None:
    assert found(touch(tmp_path, "cafe\u0301/a.jpg")) == {"cafe\u0301/a.jpg": ["caf\u00e9"]}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "it has no folders; each label needs one"),
        (["a.jpg"], "it has no folders"),
        (["a\nb/a.jpg"], "control characters cannot be part of a label"),
        ([b"caf\xe9/a.jpg"], "the name of the folder is not UTF-8"),
    ],
)
def test_faults_of_folders(tmp_path: Path, names: list[str | bytes], words: str) -> None:
    for name in names:
        touch(tmp_path, name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=words):
        read_examples(tmp_path)


def test_no_such_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder or CSV file"):
        read_examples(tmp_path / "nothing")


CSV = {
    "plain": ("file,labels\na.jpg,cat\nb.jpg,dog\n", {"a.jpg": ["cat"], "b.jpg": ["dog"]}),
    "several labels, spaces, none": (
        "file,labels\na.jpg, cat ;dog;; \nb.jpg,\n",
        {"a.jpg": ["cat", "dog"], "b.jpg": []},
    ),
    "one line a label": ("file,labels\na.jpg,cat\na.jpg,dog\n./a.jpg,cow\n", {"a.jpg": ["cat", "cow", "dog"]}),
    "order, case, further columns": ("Score,Labels,File\n1,cat,a.jpg\n", {"a.jpg": ["cat"]}),
    "byte order mark, quotes, CRLF, empty line": (
        '\ufefffile,labels\r\n"sub/c, d.jpg","cat"\r\n\r\na.jpg,cat\r\n',
        {"a.jpg": ["cat"], "sub/c, d.jpg": ["cat"]},
    ),
}


@pytest.mark.parametrize("name", CSV)
def test_csv(tmp_path: Path, name: str) -> None:
    text, expected = CSV[name]
    touch(tmp_path, "a.jpg", "b.jpg", "sub/c, d.jpg")
    (tmp_path / "set.csv").write_bytes(text.encode())
    assert found(tmp_path / "set.csv") == expected


FAULTS = {
    "empty": (b"", ["line 1: no column file and no column labels; the header must be file,labels"]),
    "semicolons": (b"file;labels\na.jpg;cat\n", ["line 1: no column file and no column labels"]),
    "header only": (b"file,labels\n", ["it has no rows"]),
    "no labels column": (b"file,label\na.jpg,cat\n", ["line 1: no column labels"]),
    "all at once": (
        b'file,labels\na.jpg,cat,dog\n,cat\n"gone\nfar.jpg",cat\nb.jpg,"a\tb"\n',
        [
            "line 2: 3 cells, the header has 2",
            "line 3: no file",
            "line 4: there is no file ",
            "line 6: control characters cannot be part of a label",
        ],
    ),
    "quote left open": (b'file,labels\na.jpg,"cat\n', ["line 2: unexpected end of data"]),
    "Latin-1": (b"file,labels\na.jpg,cat\nb.jpg,caf\xe9\n", ["line 3: not UTF-8"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_of_csv(tmp_path: Path, name: str) -> None:
    content, words = FAULTS[name]
    file = touch(tmp_path, "a.jpg", "b.jpg") / "set.csv"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_examples(file)
    lines = [line for line in str(caught.value).split("\n") if line.startswith(str(file))]
    assert len(lines) == len(words)
    for line, expected in zip(lines, words, strict=True):
        assert line.startswith(f"{file}: {expected}")


def test_many_faults_are_counted(tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_text("file,labels\n" + "gone.jpg,cat\n" * 50)
    with pytest.raises(ConfigError, match=r"(?s)line 2:.*line 21:.*and 30 more$"):
        read_examples(tmp_path / "set.csv")
