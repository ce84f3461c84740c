"""Rows of parts become the files of the output and its records."""
