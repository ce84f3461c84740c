"""Runs a job on Spark: the very same steps and sinks, tasks as partitions of RDDs. Executors import this folder first,
before they have set themselves up."""
