"""Where the steps run: on this machine (`run.local`) or on Spark (`run.spark`). Never what they do."""
