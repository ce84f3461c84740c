"""What workers need, imported once, by the process that they are forked from (`engines.pool`). Networks are not among
it: their runtime has threads."""

import gc
import sys

from metadata_digger.run.engines.process import WithoutPandas

sys.meta_path.insert(0, WithoutPandas())

from metadata_digger.metadata.blocks import exif, icc, iptc, photoshop, xmp  # noqa: E402, F401
from metadata_digger.metadata.formats import jpeg  # noqa: E402, F401
from metadata_digger.run import work  # noqa: E402, F401
from metadata_digger.steps import extract  # noqa: E402, F401

gc.freeze()  # the collector would write to every object, and pages that are written to are shared no longer
