"""Which files have changed since the last output, and which of its rows stand."""
