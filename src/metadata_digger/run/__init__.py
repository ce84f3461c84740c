"""Where the steps run: on this machine (`engines.local`) or on Spark (`engines.spark`). Never what they do."""
