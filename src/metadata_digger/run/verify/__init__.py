"""Whether an output, and the files that it was made of, are what they were."""
