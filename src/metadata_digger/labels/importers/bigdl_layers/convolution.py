"""Convolutions in one, two and three dimensions. Source: BigDL 0.9.1, `nn`, checked against its outputs."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from metadata_digger.labels.importers.bigdl_graph import Activity, Graph, Tensor
from metadata_digger.labels.importers.bigdl_layers.windows import Window, channels_last, checked, slide, window
from metadata_digger.labels.importers.bigdl_network import Emit, Layer, Network

MAX_DENSE = 1 << 26
"""Largest kernel, in numbers, that is built from a smaller one (connection tables): 256 MB."""

Array = NDArray[np.float32]


def _biased(layer: Layer, parameters: list[Array], size: int, *, has_bias: bool = True) -> Array | None:
    """The second parameter as bias; None where the layer has none."""
    if not has_bias:
        return None
    if len(parameters) < 2:
        layer.fail("its bias is missing")
    return layer.shaped(parameters[1], (size,))


def _conv(graph: Graph, x: Tensor, kernel: Array, bias: Array | None, form: Window, group: int = 1) -> Tensor:
    """ONNX Conv; kernel (outputs, inputs / group, ...)."""
    inputs = [x, graph.constant(kernel, "kernel")]
    if bias is not None:
        inputs.append(graph.constant(bias, "bias"))
    shape = (x.dim(0), kernel.shape[0], *form.sizes(x))
    return graph.op("Conv", *inputs, shape=shape, group=group, **form.attributes())


def spatial_convolution(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Kernel (group, out / group, in / group, height, width); channels last: (group, height, width, in, out)."""
    names = ("kernelH", "kernelW") if layer.has("kernelW") else ("kH", "kW")
    steps = ("strideH", "strideW") if layer.has("strideW") else ("dH", "dW")
    dilation = ("dilationH", "dilationW") if layer.has("dilationW") else ()
    form = window(layer, names, steps, ("padH", "padW"), dilation)
    inputs, outputs = layer.integer("nInputPlane", least=1), layer.integer("nOutputPlane", least=1)
    group = layer.integer("nGroup", 1, least=1)
    if inputs % group or outputs % group:
        layer.fail(f"its {group} groups do not divide {inputs} inputs and {outputs} outputs")
    parameters = layer.parameters(1)
    last = channels_last(layer)
    if last:
        parts = layer.shaped(parameters[0], (group, *form.kernel, inputs // group, outputs // group))
        kernel = parts.transpose(0, 4, 3, 1, 2).reshape(outputs, inputs // group, *form.kernel)
    else:
        kernel = layer.shaped(parameters[0], (outputs, inputs // group, *form.kernel))
    bias = _biased(layer, parameters, outputs, has_bias=layer.flag("withBias", True))
    graph = network.graph
    return slide(graph, layer.one(x), 2, lambda y: _conv(graph, y, kernel, bias, form, group), last=last)


def volumetric_convolution(layer: Layer, x: Activity, network: Network) -> Tensor:
    form = window(layer, ("kT", "kH", "kW"), ("dT", "dH", "dW"), ("padT", "padH", "padW"))
    inputs, outputs = layer.integer("nInputPlane", least=1), layer.integer("nOutputPlane", least=1)
    parameters = layer.parameters(1)
    kernel = layer.shaped(parameters[0], (outputs, inputs, *form.kernel))
    bias = _biased(layer, parameters, outputs, has_bias=layer.flag("withBias", True))
    graph = network.graph
    return slide(graph, layer.one(x), 3, lambda y: _conv(graph, y, kernel, bias, form))


def temporal_convolution(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Input (batch, time, features); kernel (out, time x features)."""
    form = window(layer, ("kernelW",), ("strideW",), ())
    form = Window(form.kernel, form.stride, (0,), same=False, dilation=(1,))
    inputs, outputs = layer.integer("inputFrameSize", least=1), layer.integer("outputFrameSize", least=1)
    parameters = layer.parameters(1)
    kernel = layer.shaped(parameters[0], (outputs, form.kernel[0], inputs)).transpose(0, 2, 1)
    bias = _biased(layer, parameters, outputs)
    graph = network.graph
    return slide(graph, layer.one(x), 1, lambda y: _conv(graph, y, kernel, bias, form), last=True)


def spatial_separable_convolution(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Each input plane by `depthMultiplier` kernels of its own, then a 1 x 1 convolution over all of them."""
    form = window(layer, ("kH", "kW"), ("sH", "sW"), ("pH", "pW"))
    inputs, outputs = layer.integer("nInputChannel", least=1), layer.integer("nOutputChannel", least=1)
    times = layer.integer("depthMultiplier", 1, least=1)
    last = channels_last(layer, "dataFormat")
    kept = [layer.tensor("depthWeight"), layer.tensor("pointWeight"), layer.tensor("bias")]
    parameters = layer.parameters(0 if kept[0] is not None and kept[1] is not None else 2)
    depth = kept[0] if kept[0] is not None else parameters[0]
    point = kept[1] if kept[1] is not None else parameters[1]
    bias = kept[2] if kept[2] is not None else parameters[2] if len(parameters) > 2 else None
    if last:
        first = layer.shaped(depth, (*form.kernel, inputs, times)).transpose(2, 3, 0, 1)
        second = layer.shaped(point, (inputs * times, outputs)).T
    else:
        first = layer.shaped(depth, (times, inputs, *form.kernel)).transpose(1, 0, 2, 3)
        second = layer.shaped(point, (outputs, inputs * times))
    if bias is not None:
        bias = layer.shaped(bias, (outputs,)) if layer.flag("hasBias", True) else None
    one = Window((1, 1), (1, 1), (0, 0), same=False, dilation=(1, 1))
    graph = network.graph

    def write(y: Tensor) -> Tensor:
        y = _conv(graph, y, first.reshape(inputs * times, 1, *form.kernel), None, form, inputs)
        return _conv(graph, y, second.reshape(outputs, -1, 1, 1), bias, one)

    return slide(graph, layer.one(x), 2, write, last=last)


def _full_convolution(layer: Layer, x: Activity, network: Network, form: Window, more: list[int]) -> Tensor:
    """Transposed convolution; `more`: inputs, outputs, groups, then the rows added behind in each direction."""
    inputs, outputs, group, *added = more
    if min(inputs, outputs, group) < 1 or min(added) < 0 or inputs % group or outputs % group:
        layer.fail(f"its {group} groups do not divide {inputs} inputs and {outputs} outputs")
    if isinstance(x, tuple) and len(x) == 2:
        layer.fail("an output size that is given as a second input is not supported")
    parameters = layer.parameters(1)
    kernel = layer.shaped(parameters[0], (inputs, outputs // group, *form.kernel))
    bias = _biased(layer, parameters, outputs, has_bias=not layer.flag("noBias", False))
    graph = network.graph

    def write(y: Tensor) -> Tensor:
        parts = [y, graph.constant(kernel, "kernel")]
        if bias is not None:
            parts.append(graph.constant(bias, "bias"))
        sizes = [
            None if size is None else (size - 1) * step - 2 * pad + span + plus
            for size, step, pad, span, plus in zip(
                [y.dim(at - len(added)) for at in range(len(added))],
                form.stride,
                form.padding,
                form.kernel,
                added,
                strict=True,
            )
        ]
        shape = (y.dim(0), outputs, *sizes)
        return graph.op("ConvTranspose", *parts, shape=shape, group=group, output_padding=added, **form.attributes())

    return slide(graph, layer.one(x), len(form.kernel), write)


def spatial_full_convolution(layer: Layer, x: Activity, network: Network) -> Tensor:
    names = ("nInputPlane", "nOutputPlane", "kW", "kH", "dW", "dH", "padW", "padH", "adjW", "adjH", "nGroup")
    defaults = (None, None, None, None, 1, 1, 0, 0, 0, 0, 1)
    values = layer.integers("intParams")
    if values is None:
        values = tuple(layer.integer(name, default) for name, default in zip(names, defaults, strict=True))
    if len(values) != len(names):
        layer.fail(f"its attribute intParams has {len(values)} numbers instead of {len(names)}")
    inputs, outputs, k_w, k_h, d_w, d_h, pad_w, pad_h, adj_w, adj_h, group = values
    if min(k_w, k_h, d_w, d_h) < 1 or min(pad_w, pad_h) < 0:
        layer.fail(f"its window {values[2:8]} is impossible")
    form = checked(layer, Window((k_h, k_w), (d_h, d_w), (pad_h, pad_w), same=False, dilation=(1, 1)))
    return _full_convolution(layer, x, network, form, [inputs, outputs, group, adj_h, adj_w])


def volumetric_full_convolution(layer: Layer, x: Activity, network: Network) -> Tensor:
    form = window(layer, ("kT", "kH", "kW"), ("dT", "dH", "dW"), ("padT", "padH", "padW"))
    if form.same:
        layer.fail("its padding is impossible")
    names = (("nInputPlane", None), ("nOutputPlane", None), ("nGroup", 1), ("adjT", 0), ("adjH", 0), ("adjW", 0))
    more = [layer.integer(name, default) for name, default in names]
    return _full_convolution(layer, x, network, form, more)


def spatial_convolution_map(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Connection table of (input, output) pairs, 1-based, one kernel each: written as one kernel with zeros."""
    form = window(layer, ("kH", "kW"), ("dH", "dW"), ("padH", "padW"))
    pairs = layer.tensor("connTable")
    parameters = layer.parameters(1)
    if pairs is None or pairs.ndim != 2 or pairs.shape[1] != 2 or not np.isfinite(pairs).all() or pairs.min() < 1:
        layer.fail("its connection table is missing or impossible")
    inputs, outputs = (int(each) for each in pairs.max(axis=0))
    if inputs * outputs * form.kernel[0] * form.kernel[1] > MAX_DENSE:
        layer.fail(f"its connection table asks for {inputs} inputs and {outputs} outputs")
    parts = layer.shaped(parameters[0], (len(pairs), *form.kernel))
    kernel = np.zeros((outputs, inputs, *form.kernel), np.float32)
    for (source, target), part in zip(pairs.astype(int) - 1, parts, strict=True):
        kernel[target, source] += part
    bias = _biased(layer, parameters, outputs)
    graph = network.graph
    return slide(graph, layer.one(x), 2, lambda y: _conv(graph, y, kernel, bias, form))


def locally_connected(layer: Layer, x: Activity, network: Network) -> Tensor:
    """`LocallyConnected2D`: a kernel for each place, (places, out, in x height x width); channels last: (..., in)."""
    form = window(layer, ("kernelH", "kernelW"), ("strideH", "strideW"), ("padH", "padW"))
    inputs, outputs = layer.integer("nInputPlane", least=1), layer.integer("nOutputPlane", least=1)
    size = (layer.integer("inputHeight", least=1), layer.integer("inputWidth", least=1))
    last = channels_last(layer)
    return _local(layer, x, network, form, (inputs, outputs), size, last=last)


def locally_connected_1d(layer: Layer, x: Activity, network: Network) -> Tensor:
    """Input (batch, time, features); kernel (places, out, time x features)."""
    kernel, stride = layer.integer("kernelW", least=1), layer.integer("strideW", 1, least=1)
    form = checked(layer, Window((kernel,), (stride,), (0,), same=False, dilation=(1,)))
    planes = (layer.integer("inputFrameSize", least=1), layer.integer("outputFrameSize", least=1))
    return _local(layer, x, network, form, planes, (layer.integer("nInputFrame", least=1),), last=True)


def _local(
    layer: Layer,
    x: Activity,
    network: Network,
    form: Window,
    planes: tuple[int, int],
    size: tuple[int, ...],
    *,
    last: bool,
) -> Tensor:
    """Windows cut out by an identity convolution, then one matrix product at each place."""
    inputs, outputs = planes
    places = form.sizes(Tensor("", (None, inputs, *size)))
    count, taps = prod(each or 0 for each in places), prod(form.kernel)
    if count < 1:
        layer.fail("its window is larger than its input")
    parameters = layer.parameters(1)
    if last:
        kernel = layer.shaped(parameters[0], (count, outputs, taps, inputs)).transpose(0, 1, 3, 2)
    else:
        kernel = layer.shaped(parameters[0], (count, outputs, inputs, taps))
    if taps * taps > MAX_DENSE:
        layer.fail("its window is too large")
    bias = _biased(layer, parameters, count * outputs, has_bias=layer.flag("withBias", True))
    # Depthwise, one output plane for each tap of the window: the windows as planes (batch, in x taps, places).
    cut = np.tile(np.eye(taps, dtype=np.float32), (inputs, 1)).reshape(inputs * taps, 1, *form.kernel)
    graph = network.graph

    def write(y: Tensor) -> Tensor:
        planes_cut = _conv(graph, y, cut, None, form, inputs)
        columns = graph.transpose(graph.reshape(planes_cut, [0, inputs * taps, count]), (2, 0, 1))
        weight = graph.constant(kernel.reshape(count, outputs, -1).transpose(0, 2, 1), "kernel")
        product = graph.op("MatMul", columns, weight, shape=(count, None, outputs))
        if bias is not None:
            product = graph.binary("Add", product, graph.constant(bias.reshape(count, 1, outputs), "bias"))
        rows = graph.transpose(product, (1, 2, 0))
        return graph.reshape(rows, [0, outputs, *(each or 0 for each in places)])

    return slide(graph, layer.one(x), len(size), write, last=last)


CONVOLUTIONS: dict[str, Emit] = {
    "LocallyConnected1D": locally_connected_1d,
    "LocallyConnected2D": locally_connected,
    "SpatialConvolution": spatial_convolution,
    "SpatialConvolutionMap": spatial_convolution_map,
    "SpatialDilatedConvolution": spatial_convolution,
    "SpatialFullConvolution": spatial_full_convolution,
    "SpatialSeparableConvolution": spatial_separable_convolution,
    "SpatialSeperableConvolution": spatial_separable_convolution,  # spelt so up to 0.6
    "SpatialShareConvolution": spatial_convolution,
    "TemporalConvolution": temporal_convolution,
    "VolumetricConvolution": volumetric_convolution,
    "VolumetricFullConvolution": volumetric_full_convolution,
}
