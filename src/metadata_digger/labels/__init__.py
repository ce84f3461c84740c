"""What is on a picture: model folders, pre-processing, ONNX sessions.

    model = load_model(bundled_model())
    session = Session(model)
    model.labels_of(session.scores(decode(content, model.pixels)))

`card` reads model.toml, `onnx_graph` what an .onnx file says of itself, `resolve` puts the two together, `preprocess`
makes a picture the network's input, `model` has Model, Session and load_model, `bundled` finds the models that come
along.
"""
