"""Unfinished work: where it lies, what is listed, what is done, and who may go on from it."""
