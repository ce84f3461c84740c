"""How each kind of BigDL layer is written as ONNX: one table, by the simple class name."""

from metadata_digger.labels.importers.bigdl_layers.containers import CONTAINERS
from metadata_digger.labels.importers.bigdl_layers.convolution import CONVOLUTIONS
from metadata_digger.labels.importers.bigdl_layers.elementwise import ELEMENTWISE
from metadata_digger.labels.importers.bigdl_layers.linear import LINEAR
from metadata_digger.labels.importers.bigdl_layers.normalization import NORMALIZATIONS
from metadata_digger.labels.importers.bigdl_layers.pooling import POOLINGS
from metadata_digger.labels.importers.bigdl_layers.recurrent import RECURRENT
from metadata_digger.labels.importers.bigdl_layers.shapes import SHAPES
from metadata_digger.labels.importers.bigdl_layers.tables import TABLES
from metadata_digger.labels.importers.bigdl_network import Emit

LAYERS: dict[str, Emit] = (
    CONTAINERS | CONVOLUTIONS | POOLINGS | NORMALIZATIONS | LINEAR | ELEMENTWISE | RECURRENT | SHAPES | TABLES
)
