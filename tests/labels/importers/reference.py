"""What BigDL's layers compute, written plainly in numpy: the tests' own second opinion."""

from itertools import product

import numpy as np

Array = np.ndarray


def windows(x: Array, kernel: tuple, stride: tuple, pads: list, value: float, dilation: tuple = ()) -> Array:
    """(N, C, outputs..., kernel...) of x (N, C, sizes...); pads (before, behind) a direction."""
    rank = len(kernel)
    dilation = dilation or (1,) * rank
    x = np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    views = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(2, 2 + rank)))
    steps = tuple(slice(None, None, s) for s in stride)
    taps = tuple(slice(None, None, d) for d in dilation)
    return views[(slice(None), slice(None), *steps, *taps)]


def same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def pads_of(x: Array, kernel: tuple, stride: tuple, pad: tuple) -> list[tuple[int, int]]:
    if all(each == -1 for each in pad):
        return [same(n, k, s) for n, k, s in zip(x.shape[2:], kernel, stride, strict=True)]
    return [(each, each) for each in pad]


def conv(
    x: Array, weight: Array, bias: Array | None, stride: tuple, pad: tuple, group: int = 1, dilation: tuple = ()
) -> Array:
    """weight (out, in / group, kernel...)."""
    kernel = weight.shape[2:]
    parts = []
    for g, w in enumerate(np.split(weight, group)):
        width = x.shape[1] // group
        seen = windows(
            x[:, g * width : (g + 1) * width], kernel, stride, pads_of(x, kernel, stride, pad), 0.0, dilation
        )
        rank = len(kernel)
        axes = [1, *range(2 + rank, 2 + 2 * rank)], [1, *range(2, 2 + rank)]
        parts.append(np.moveaxis(np.tensordot(seen, w, axes=axes), -1, 1))
    y = np.concatenate(parts, axis=1)
    return y if bias is None else y + bias.reshape(1, -1, *(1,) * len(kernel))


def full_conv(x: Array, weight: Array, bias: Array, stride: tuple, pad: tuple, adjust: tuple, group: int = 1) -> Array:
    """Transposed: every number of x paints the kernel; weight (in, out / group, kernel...)."""
    kernel = weight.shape[2:]
    sizes = [(n - 1) * s + k + a for n, s, k, a in zip(x.shape[2:], stride, kernel, adjust, strict=True)]
    inputs, outputs = x.shape[1], weight.shape[1] * group
    y = np.zeros((x.shape[0], outputs, *sizes))
    for place in product(*(range(n) for n in x.shape[2:])):
        where = tuple(slice(p * s, p * s + k) for p, s, k in zip(place, stride, kernel, strict=True))
        for i in range(inputs):
            g = i // (inputs // group)
            target = (slice(None), slice(g * weight.shape[1], (g + 1) * weight.shape[1]), *where)
            point = x[(slice(None), i, *place)].reshape(-1, *(1,) * (1 + len(kernel)))
            y[target] += point * weight[i]
    cut = tuple(slice(p, n - p) for p, n in zip(pad, sizes, strict=True))
    return y[(slice(None), slice(None), *cut)] + bias.reshape(1, -1, *(1,) * len(kernel))


def pool(
    x: Array, kernel: tuple, stride: tuple, pad: tuple, *, kind: str, ceil: bool = False, count: bool = True
) -> Array:
    """Each window cut at the borders; the average counts padding up to the padded border only."""
    sizes = x.shape[2:]
    pads = pads_of(x, kernel, stride, pad)
    counts = []
    for n, k, s, p, given in zip(sizes, kernel, stride, pads, pad, strict=True):
        if given == -1:
            counts.append(-(-n // s))
            continue
        out = (-(-(n + 2 * p[0] - k) // s) if ceil else (n + 2 * p[0] - k) // s) + 1
        counts.append(out - 1 if any(pad) and (out - 1) * s >= n + p[0] else out)
    y = np.zeros((*x.shape[:2], *counts))
    for place in product(*(range(n) for n in counts)):
        starts = [i * s - p[0] for i, s, p in zip(place, stride, pads, strict=True)]
        ends = [min(a + k, n + p[1]) for a, k, n, p in zip(starts, kernel, sizes, pads, strict=True)]
        area = np.prod([e - a for a, e in zip(starts, ends, strict=True)])
        inner = tuple(slice(max(a, 0), min(e, n)) for a, e, n in zip(starts, ends, sizes, strict=True))
        seen = x[(slice(None), slice(None), *inner)]
        axes = tuple(range(2, x.ndim))
        if kind == "max":
            y[(slice(None), slice(None), *place)] = seen.max(axis=axes)
        else:
            y[(slice(None), slice(None), *place)] = seen.sum(axis=axes) / (area if count else np.prod(seen.shape[2:]))
    return y


def softmax(x: Array, axis: int) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def last_to_first(x: Array) -> Array:
    return np.moveaxis(x, -1, 1)


def first_to_last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1)
