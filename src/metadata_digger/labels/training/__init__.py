"""Models of one's own: a frozen base network's features and a linear head, fitted to labelled pictures.

    training.train.train(Settings(pictures=..., target=...), progress)

`examples` says which picture has which labels, `base` cuts a network at its features, `features` computes them in
worker processes (`cache` keeps them), `duplicates` finds the same picture twice, `folds` and `head` fit and
cross-validate, `measure` counts, `sheet` paints the worst mistakes, `folder` writes the model folder, `train` calls
them in this order.
"""
