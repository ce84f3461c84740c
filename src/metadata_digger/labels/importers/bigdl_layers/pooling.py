"""Poolings and changes of picture size. Source: BigDL 0.9.1, `nn`, checked against its outputs."""

import numpy as np

from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Tensor
from metadata_digger.labels.importers.bigdl_layers.windows import Window, channels_last, checked, slide, window
from metadata_digger.labels.importers.bigdl_network import MAX_INT, Emit, Layer, Network

SPATIAL = (("kH", "kW"), ("dH", "dW"), ("padH", "padW"))
VOLUMETRIC = (("kT", "kH", "kW"), ("dT", "dH", "dW"), ("padT", "padH", "padW"))


def _pooling(layer: Layer, names: tuple[tuple[str, ...], ...]) -> Window:
    """The window of a pooling, whose padding is at most half of it: a window may not lie in the padding alone."""
    form = window(layer, *names)
    if any(2 * pad > size for pad, size in zip(form.padding, form.kernel, strict=True)):
        layer.fail(f"its padding {form.padding} is more than half of its window {form.kernel}")
    return form


def _max_pool(graph: Graph, x: Tensor, form: Window, *, ceil: bool) -> Tensor:
    shape = (x.dim(0), x.dim(1), *form.sizes(x, ceil=ceil))
    return graph.op("MaxPool", x, shape=shape, ceil_mode=int(ceil and not form.same), **form.attributes())


def _average_pool(graph: Graph, x: Tensor, form: Window, *, ceil: bool, count_padding: bool) -> Tensor:
    shape = (x.dim(0), x.dim(1), *form.sizes(x, ceil=ceil))
    return graph.op(
        "AveragePool",
        x,
        shape=shape,
        ceil_mode=int(ceil and not form.same),
        count_include_pad=int(count_padding),
        **form.attributes(dilated=False),
    )


def spatial_max_pooling(layer: Layer, x: Activity, network: Network) -> Tensor:
    """BigDL forgets its ceil mode for good after an input whose width divides evenly; the file has what was kept."""
    form, graph = _pooling(layer, SPATIAL), network.graph
    ceil = layer.flag("ceil_mode", False)
    return slide(graph, layer.one(x), 2, lambda y: _max_pool(graph, y, form, ceil=ceil), last=channels_last(layer))


def volumetric_max_pooling(layer: Layer, x: Activity, network: Network) -> Tensor:
    form, graph = _pooling(layer, VOLUMETRIC), network.graph
    ceil = layer.flag("ceilMode", False) or layer.flag("ceil_mode", False)
    return slide(graph, layer.one(x), 3, lambda y: _max_pool(graph, y, form, ceil=ceil))


def temporal_max_pooling(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Input (batch, time, features)."""
    kernel = layer.integer("kW")
    step = layer.integer("dW", -1)
    graph = network.graph
    if kernel == -1:  # over all of time
        return graph.reduce("ReduceMax", layer.one(x), -2, keep=True)
    if kernel < 1:
        layer.fail(f"its window {kernel} is impossible")
    form = checked(layer, Window((kernel,), (step if step > 0 else kernel,), (0,), same=False, dilation=(1,)))
    return slide(graph, layer.one(x), 1, lambda y: _max_pool(graph, y, form, ceil=False), last=True)


def spatial_average_pooling(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Without `divide` it is the sum: the average times the whole window, as BigDL computes it."""
    graph, last = network.graph, channels_last(layer)
    if layer.flag("globalPooling", False):

        def pool(y: Tensor) -> Tensor:
            shape = (y.dim(0), y.dim(1), 1, 1)
            means = graph.op("GlobalAveragePool", y, shape=shape)
            if layer.flag("divide", True):
                return means
            sizes = graph.op("Slice", graph.op("Shape", y), graph.ints([2]), graph.ints([4]))
            area = graph.op("Cast", graph.op("ReduceProd", sizes, keepdims=0), to=1)
            return graph.op("Mul", means, area, shape=shape)

        return slide(graph, layer.one(x), 2, pool, last=last)
    form = _pooling(layer, SPATIAL)
    ceil = layer.flag("ceilMode", False)
    count = layer.flag("countIncludePad", True)
    factor = 1 if layer.flag("divide", True) else form.kernel[0] * form.kernel[1]

    def write(y: Tensor) -> Tensor:
        return graph.scale(_average_pool(graph, y, form, ceil=ceil, count_padding=count), factor)

    return slide(graph, layer.one(x), 2, write, last=last)


def volumetric_average_pooling(layer: Layer, x: Activity, network: Network) -> Tensor:
    form, graph = _pooling(layer, VOLUMETRIC), network.graph
    ceil, count = layer.flag("ceilMode", False), layer.flag("countIncludePad", True)
    return slide(graph, layer.one(x), 3, lambda y: _average_pool(graph, y, form, ceil=ceil, count_padding=count))


def _resize(graph: Graph, x: Tensor, factors: list[float]) -> Tensor:
    """Each number repeated: factors for batch, channels and each direction."""
    sizes = [None if n is None else int(n * f) for n, f in zip(_padded(x, len(factors)), factors, strict=True)]
    scales = graph.constant(np.array(factors, np.float32), "scales")
    return graph.op(
        "Resize",
        x,
        "",
        scales,
        shape=tuple(sizes),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _padded(x: Tensor, rank: int) -> tuple[int | None, ...]:
    return x.shape if x.shape is not None and len(x.shape) == rank else (None,) * rank


def _factors(layer: Layer, name: str, count: int) -> list[float]:
    values = layer.integers(name)
    if values is None:
        values = (layer.integer(name),)
    if len(values) != count or not all(1 <= each <= MAX_INT for each in values):
        layer.fail(f"its attribute {name} = {values} is impossible")
    return [float(each) for each in values]


def up_sampling_1d(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Each step of (batch, time, features) repeated."""
    factors, graph = _factors(layer, "length", 1), network.graph
    return slide(graph, layer.one(x), 1, lambda y: _resize(graph, y, [1, 1, *factors]), last=True)


def up_sampling_2d(layer: Layer, x: Activity, network: Network) -> Tensor:
    factors, graph = _factors(layer, "size", 2), network.graph
    return slide(graph, layer.one(x), 2, lambda y: _resize(graph, y, [1, 1, *factors]), last=channels_last(layer))


def up_sampling_3d(layer: Layer, x: Activity, network: Network) -> Tensor:
    factors, graph = _factors(layer, "size", 3), network.graph
    return slide(graph, layer.one(x), 3, lambda y: _resize(graph, y, [1, 1, *factors]))


def resize_bilinear(layer: Layer, x: Activity, network: Network) -> Tensor:
    """TensorFlow's old rule: the corner of the first pixel is the origin, unless corners are aligned."""
    height, width = (layer.integer(each, least=1) for each in ("outputHeight", "outputWidth"))
    mode = "align_corners" if layer.flag("alignCorners", False) else "asymmetric"
    last = channels_last(layer, "dataFormat") if layer.has("dataFormat") else True
    graph = network.graph

    def write(y: Tensor) -> Tensor:
        lead = graph.op("Slice", graph.op("Shape", y), graph.ints([0]), graph.ints([2]))
        sizes = graph.op("Concat", lead, graph.ints([height, width]), axis=0)
        shape = (y.dim(0), y.dim(1), height, width)
        return graph.op("Resize", y, "", "", sizes, shape=shape, mode="linear", coordinate_transformation_mode=mode)

    return slide(graph, layer.one(x), 2, write, last=last)


POOLINGS: dict[str, Emit] = {
    "ResizeBilinear": resize_bilinear,
    "SpatialAveragePooling": spatial_average_pooling,
    "SpatialMaxPooling": spatial_max_pooling,
    "TemporalMaxPooling": temporal_max_pooling,
    "UpSampling1D": up_sampling_1d,
    "UpSampling2D": up_sampling_2d,
    "UpSampling3D": up_sampling_3d,
    "VolumetricAveragePooling": volumetric_average_pooling,
    "VolumetricMaxPooling": volumetric_max_pooling,
}
