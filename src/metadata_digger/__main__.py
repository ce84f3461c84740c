"""`python -m metadata_digger`."""

from __future__ import annotations

import sys

from metadata_digger.cli import main

if __name__ == "__main__":
    sys.exit(main())
