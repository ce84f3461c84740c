"""Classifiers of other formats, read and rewritten as ONNX: one module (or a few with one prefix) for each format."""
