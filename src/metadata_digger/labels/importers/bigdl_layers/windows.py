"""What convolutions and poolings share: one window sliding over one, two or three dimensions.

BigDL takes pictures with and without a batch, channels first (NCHW) or last (NHWC); ONNX wants a batch and channels
first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from metadata_digger.labels.importers.bigdl_graph import Graph, Tensor
from metadata_digger.labels.importers.bigdl_network import MAX_INT, Layer

NHWC = 1
"""`InputDataFormat`: channels last."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window in each direction, outermost (time, height) first. `same`: output = input / stride, rounded up."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    same: bool
    dilation: tuple[int, ...]

    def attributes(self, *, dilated: bool = True) -> dict[str, tuple[int, ...] | str]:
        """As attributes of the ONNX operators."""
        found: dict[str, tuple[int, ...] | str] = {"kernel_shape": self.kernel, "strides": self.stride}
        if dilated:
            found["dilations"] = self.dilation
        if self.same:
            # Where the padding is odd, BigDL puts the larger half behind, as TensorFlow does.
            found["auto_pad"] = "SAME_UPPER"
        else:
            found["pads"] = self.padding * 2
        return found

    def sizes(self, x: Tensor, *, ceil: bool = False) -> tuple[int | None, ...]:
        """Output sizes of the moving directions, None where the input's are not known; x is channels first."""
        rank = len(self.kernel)
        return tuple(self._size(x.dim(axis - rank), axis, ceil=ceil) for axis in range(rank))

    def _size(self, size: int | None, axis: int, *, ceil: bool) -> int | None:
        if size is None:
            return None
        stride, pad = self.stride[axis], self.padding[axis]
        if self.same:
            return -(-size // stride)
        span = size + 2 * pad - (self.dilation[axis] * (self.kernel[axis] - 1) + 1)
        count = (-(-span // stride) if ceil else span // stride) + 1
        # The last window has to start inside the picture or the padding before it.
        if ceil and any(self.padding) and (count - 1) * stride >= size + pad:
            count -= 1
        return count


def window(
    layer: Layer,
    kernel: tuple[str, ...],
    stride: tuple[str, ...],
    padding: tuple[str, ...],
    dilation: tuple[str, ...] = (),
) -> Window:
    """The window that the attributes of these names describe. Raises LayerError on impossible numbers."""
    pads = tuple(layer.integer(each, 0, least=-1) for each in padding)
    same = bool(pads) and all(each == -1 for each in pads)
    if not same and min(pads, default=0) < 0:
        layer.fail(f"its padding {pads} is impossible")
    return checked(
        layer,
        Window(
            kernel=tuple(layer.integer(each, least=1) for each in kernel),
            stride=tuple(layer.integer(each, 1, least=1) for each in stride),
            padding=(0,) * len(kernel) if same else pads,
            same=same,
            dilation=tuple(layer.integer(each, 1, least=1) for each in dilation) or (1,) * len(kernel),
        ),
    )


def checked(layer: Layer, found: Window) -> Window:
    """The window, unless a number of it is beyond what BigDL itself can hold. Raises LayerError."""
    if max(found.kernel + found.stride + found.padding + found.dilation) > MAX_INT:
        layer.fail("its window is impossibly large")
    return found


def channels_last(layer: Layer, name: str = "format") -> bool:
    """True where the attribute says NHWC; some layers say it in words."""
    text = layer.text(name).upper()
    if text:
        return text in ("NHWC", "CHANNEL_LAST", "TF", "NDHWC")
    return layer.integer(name, 0) == NHWC


def slide(graph: Graph, x: Tensor, moving: int, write: Callable[[Tensor], Tensor], *, last: bool = False) -> Tensor:
    """Runs `write` on x with a batch and channels first, and turns the result back.

    `moving` is the number of directions the window moves in. A rank that is not known is taken to be that of a batch.
    """
    rank = moving + 2
    single = x.rank == rank - 1
    if single:
        x = graph.unsqueeze(x, 0)
    if last:
        x = graph.transpose(x, (0, rank - 1, *range(1, rank - 1)))
    x = write(x)
    if last:
        x = graph.transpose(x, (0, *range(2, rank), 1))
    return graph.squeeze(x, 0) if single else x
