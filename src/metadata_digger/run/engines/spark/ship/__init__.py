"""What nodes of a cluster are sent, so that they need a Python of the same minor version and nothing else: one archive
with this program, what it imports on nodes, and the networks of a job."""
