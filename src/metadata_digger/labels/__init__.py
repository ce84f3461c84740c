"""What is on a picture: model folders, pre-processing, ONNX sessions.

    model = load_model(bundled_model())
    session = Session(model)
    model.labels_of(session.scores(decode(content, model.pixels)))

`card` reads model.toml, `onnx_graph` what an .onnx file says of itself, `resolve` and `modes` put the two together,
`preprocess` makes a picture the network's input, `original` as 0.2.1 did, `network` runs it on a `device`, `views`
weighs several looks (quality = best), `boxes` says where things are; `model` has Model, Session and load_model,
`bundled` finds the models that come along, `importers` makes ONNX of other formats, `training` makes models.
"""
