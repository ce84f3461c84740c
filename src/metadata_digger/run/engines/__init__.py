"""Who does tasks: worker processes of this machine, or Spark."""
