"""Classifiers of other formats, read and rewritten as ONNX: one module (or a few with one prefix) for each format.

`kinds` says what a file is, `converted` turns it into ONNX, `folder` writes a model folder of it, `cache` keeps what
was converted once. A new format: a row in `kinds.KINDS`, a module with `convert`, a test.
"""
