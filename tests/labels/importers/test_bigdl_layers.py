"""Every layer of the table against numpy: written as a file, imported, run."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metadata_digger.errors import ModelError
from metadata_digger.labels.importers.bigdl_layers import LAYERS

from .build_bigdl import NHWC, Weight, box, imported, layer, run
from .reference import conv, first_to_last, full_conv, last_to_first, pool, sigmoid, softmax

R = np.random.default_rng(4)


def some(*sizes: int) -> np.ndarray:
    return R.normal(size=sizes).astype(np.float32)


V, M, T3, P = some(6), some(2, 6), some(2, 4, 5), some(2, 4, 7, 8)
Q, W4 = some(2, 3, 5, 6, 7), some(6, 4, 3, 2)
POSITIVE = np.abs(M) + 0.1
B6, B4 = some(6), some(4)


def conv2d(kind: str, weight: np.ndarray, bias: Any = None, **attributes: Any) -> Any:
    """A convolution with the attribute names of `SpatialConvolution`."""
    out, width, height, across = weight.shape
    group = attributes.get("nGroup", 1)
    base = {"nInputPlane": width * group, "nOutputPlane": out, "kernelW": across, "kernelH": height}
    base |= {"strideW": 1, "strideH": 1, "padW": 0, "padH": 0, "nGroup": 1, "withBias": bias is not None}
    stored = weight.reshape(group, out // group, width, height, across)
    return layer(kind, *([stored] if bias is None else [stored, bias]), **(base | attributes))


def pool2d(kind: str, k: tuple[int, int], s: tuple[int, int], p: tuple[int, int], **more: Any) -> Any:
    """Sizes (height, width)."""
    return layer(kind, kH=k[0], kW=k[1], dH=s[0], dW=s[1], padH=p[0], padW=p[1], **more)


def table(*modules: Any) -> Any:
    return box("ConcatTable", *modules)


def both(last: Any) -> Any:
    """A layer given the table (x, tanh x)."""
    return box("Sequential", table(layer("Identity"), layer("Tanh")), last)


def lrn(x: np.ndarray, size: int, alpha: float, beta: float, k: float) -> np.ndarray:
    y = np.zeros_like(x)
    for c in range(x.shape[1]):
        low, high = max(c - size // 2, 0), min(c + size // 2 + 1, x.shape[1])
        y[:, c] = x[:, c] / (k + alpha / size * (x[:, low:high] ** 2).sum(axis=1)) ** beta
    return y


def local(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, kernel: tuple[int, int], *, last: bool) -> np.ndarray:
    """A kernel of its own at each place, (places, out, in x taps) or (places, out, taps x in)."""
    h, w = x.shape[2] - kernel[0] + 1, x.shape[3] - kernel[1] + 1
    y = np.zeros((len(x), weight.shape[1], h, w))
    for place in range(h * w):
        i, j = divmod(place, w)
        seen = x[:, :, i : i + kernel[0], j : j + kernel[1]]
        seen = first_to_last(seen) if last else seen
        y[:, :, i, j] = seen.reshape(len(x), -1) @ weight[place].T + bias[place]
    return y


def local_mean(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    weight = np.broadcast_to(kernel / kernel.sum() / x.shape[1], (1, x.shape[1], *kernel.shape))
    pad = (kernel.shape[0] // 2, kernel.shape[1] // 2)
    return conv(x, weight, None, (1, 1), pad) / conv(np.ones_like(x), weight, None, (1, 1), pad)


def divided(x: np.ndarray, kernel: np.ndarray, threshold: float = 1e-4) -> np.ndarray:
    deviation = np.sqrt(local_mean(x**2, kernel))
    return x / np.where(deviation > threshold, deviation, threshold)


def srelu(x: np.ndarray, tl: Any, al: Any, tr: Any, ar: Any) -> np.ndarray:
    right = np.abs(tr) + tl
    return np.where(x >= right, right + ar * (x - right), np.where(x <= tl, tl + al * (x - tl), x))


KERNEL = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32)
GROUPED, SLOPES, WIDE = some(6, 2, 3, 2), some(4), some(1, 4, 1, 1)
BN = [some(4), some(4), some(4), np.abs(some(4)) + 0.5]
MATRIX, COLUMNS, CUBE = some(3, 6), some(6, 3), some(3, 6, 6)
SHARED = [some(4, 5) for _ in range(4)]
DEPTH, POINT = some(2, 4, 3, 3), some(5, 8, 1, 1)
FULL, FULL_BIAS, FULL3 = some(1, 4, 3, 3, 3), some(3), some(1, 3, 2, 2, 2, 2)
VOLUME, FRAMES, WORDS = some(2, 3, 2, 3, 3), some(7, 3 * 5), some(9, 4)
PLACES, PLACE_BIAS = some(6 * 7, 3, 4 * 4), some(6 * 7, 3)
PLACES_1D, PLACE_BIAS_1D = some(3, 2, 2 * 5), some(3, 2)
PAIRS, PAIR_KERNELS = np.array([[1, 1], [2, 1], [4, 2], [3, 3]], np.float32), some(4, 3, 3)
INDICES = np.array([[1, 3], [9, 2]], np.float32)


def mapped() -> np.ndarray:
    weight = np.zeros((3, 4, 3, 3), np.float32)
    for (i, o), kernel in zip(PAIRS.astype(int) - 1, PAIR_KERNELS, strict=True):
        weight[o, i] += kernel
    return weight


def normal(x: np.ndarray, values: list[np.ndarray], epsilon: float, rank: int) -> np.ndarray:
    gamma, beta, mean, variance = (each.reshape(-1, *(1,) * (rank - 2)) for each in values)
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


CASES: list[tuple[str, Any, np.ndarray, np.ndarray]] = [
    # Each number by itself.
    ("Abs", layer("Abs"), M, np.abs(M)),
    ("Add", layer("Add", B6, inputSize=6), M, M + B6),
    ("Add of one", layer("Add", B6[:1], inputSize=1), M, M + B6[0]),
    ("AddConstant", layer("AddConstant", constant_scalar=0.5, inplace=False), M, M + 0.5),
    ("BinaryThreshold", layer("BinaryThreshold", th=0.2, ip=False), M, (M > 0.2).astype(float)),
    ("CAdd", layer("CAdd", WIDE, size=[1, 4, 1, 1]), P, P + WIDE),
    ("CAdd of a sample", layer("CAdd", B6, size=[6]), M, M + B6),
    ("CMul", layer("CMul", WIDE, size=[1, 4, 1, 1]), P, P * WIDE),
    ("CMul of a sample", layer("CMul", WIDE[0], size=[4, 1, 1]), P, P * WIDE),
    ("Clamp", layer("Clamp", minV=-1, maxV=1), M, M.clip(-1, 1)),
    ("Dropout", layer("Dropout", initP=0.3, inplace=False, scale=True), M, M),
    ("Dropout unscaled", layer("Dropout", initP=0.3, inplace=False, scale=False), M, M * 0.7),
    ("ELU", layer("ELU", alpha=0.7, inplace=False), M, np.where(M > 0, M, 0.7 * np.expm1(M))),
    ("Exp", layer("Exp"), M, np.exp(M)),
    ("HardShrink", layer("HardShrink", **{"lambda": 0.4}), M, np.where(np.abs(M) > 0.4, M, 0)),
    ("HardSigmoid", layer("HardSigmoid"), M * 3, (0.2 * M * 3 + 0.5).clip(0, 1)),
    ("HardTanh", layer("HardTanh", minValue=-0.5, maxValue=0.8), M, M.clip(-0.5, 0.8)),
    ("HardTanh open", layer("HardTanh", minValue=0.0, maxValue=1.7976931348623157e308), M, M.clip(0)),
    ("LeakyReLU", layer("LeakyReLU", negval=0.1, inplace=False), M, np.where(M > 0, M, 0.1 * M)),
    ("Log", layer("Log"), POSITIVE, np.log(POSITIVE)),
    ("LogSigmoid", layer("LogSigmoid"), M, np.log(sigmoid(M))),
    ("LogSoftMax", layer("LogSoftMax"), M, np.log(softmax(M, 1))),
    ("LogSoftMax vector", layer("LogSoftMax"), V, np.log(softmax(V, 0))),
    ("Mul", layer("Mul", B6[:1]), M, M * B6[0]),
    ("MulConstant", layer("MulConstant", constant=0.5, inplace=False), M, M * 0.5),
    ("Negative", layer("Negative", inplace=False), M, -M),
    ("PReLU", layer("PReLU", SLOPES[:1], nOutputPlane=0), P, np.where(P > 0, P, SLOPES[0] * P)),
    ("PReLU planes", layer("PReLU", SLOPES, nOutputPlane=4), P, np.where(P > 0, P, SLOPES.reshape(4, 1, 1) * P)),
    ("PReLU features", layer("PReLU", B6, nOutputPlane=6), M, np.where(M > 0, M, B6 * M)),
    (
        "PReLU sample",
        layer("PReLU", SLOPES, nOutputPlane=4),
        P[0],
        np.where(P[0] > 0, P[0], SLOPES.reshape(4, 1, 1) * P[0]),
    ),
    ("Power", layer("Power", power=3.0, scale=0.5, shift=0.1), POSITIVE, (0.1 + 0.5 * POSITIVE) ** 3),
    ("RReLU", layer("RReLU", lower=0.125, upper=1 / 3, inplace=False), M, np.where(M > 0, M, M * (0.125 + 1 / 3) / 2)),
    ("ReLU", layer("ReLU", ip=False), M, M.clip(0)),
    ("ReLU6", layer("ReLU6", inplace=False), M * 5, (M * 5).clip(0, 6)),
    (
        "SReLU",
        layer("SReLU", shape=[4, 5], tLeft=SHARED[0], aLeft=SHARED[1], tRight=SHARED[2], aRight=SHARED[3]),
        T3,
        srelu(T3, *SHARED),
    ),
    ("SReLU parameters", layer("SReLU", *SHARED, shape=[4, 5]), T3, srelu(T3, *SHARED)),
    ("Scale", layer("Scale", WIDE, WIDE + 1, size=[1, 4, 1, 1]), P, P * WIDE + WIDE + 1),
    ("Sigmoid", layer("Sigmoid"), M, sigmoid(M)),
    ("SoftMax vector", layer("SoftMax"), V, softmax(V, 0)),
    ("SoftMax", layer("SoftMax"), M, softmax(M, 1)),
    ("SoftMax sample", layer("SoftMax"), T3, softmax(T3, 0)),
    ("SoftMax planes", layer("SoftMax"), P, softmax(P, 1)),
    ("SoftMax pos", layer("SoftMax", pos=1), P, softmax(P, 1)),
    ("SoftMin", layer("SoftMin"), M, softmax(-M, 1)),
    ("SoftPlus", layer("SoftPlus", beta=2.0), M, np.log1p(np.exp(2 * M)) / 2),
    ("SoftShrink", layer("SoftShrink", **{"lambda": 0.4}), M, np.sign(M) * (np.abs(M) - 0.4).clip(0)),
    ("SoftSign", layer("SoftSign"), M, M / (1 + np.abs(M))),
    ("Sqrt", layer("Sqrt"), POSITIVE, np.sqrt(POSITIVE)),
    ("Square", layer("Square"), M, M**2),
    ("Tanh", layer("Tanh"), M, np.tanh(M)),
    ("TanhShrink", layer("TanhShrink"), M, M - np.tanh(M)),
    ("Threshold", layer("Threshold", th=0.2, v=-0.3, ip=False), M, np.where(M > 0.2, M, -0.3)),
    # Convolutions.
    (
        "SpatialConvolution",
        conv2d("SpatialConvolution", W4, B6, padW=1, padH=2, strideW=2),
        P,
        conv(P, W4, B6, (1, 2), (2, 1)),
    ),
    ("SpatialConvolution no bias", conv2d("SpatialConvolution", W4), P, conv(P, W4, None, (1, 1), (0, 0))),
    (
        "SpatialConvolution same",
        conv2d("SpatialConvolution", W4, B6, padW=-1, padH=-1, strideW=3, strideH=2),
        P,
        conv(P, W4, B6, (2, 3), (-1, -1)),
    ),
    (
        "SpatialConvolution groups",
        conv2d("SpatialConvolution", GROUPED, B6, nGroup=2),
        P,
        conv(P, GROUPED, B6, (1, 1), (0, 0), 2),
    ),
    (
        "SpatialConvolution NHWC",
        conv2d("SpatialConvolution", W4, B6, format=NHWC, padH=1),
        first_to_last(P),
        None,
    ),
    ("SpatialShareConvolution", conv2d("SpatialShareConvolution", W4, B6), P, conv(P, W4, B6, (1, 1), (0, 0))),
    (
        "SpatialDilatedConvolution",
        layer(
            "SpatialDilatedConvolution",
            W4,
            B6,
            nInputPlane=4,
            nOutputPlane=6,
            kW=2,
            kH=3,
            dW=1,
            dH=2,
            padW=2,
            padH=1,
            dilationW=3,
            dilationH=2,
        ),
        P,
        conv(P, W4, B6, (2, 1), (1, 2), 1, (2, 3)),
    ),
    (
        "SpatialConvolutionMap",
        layer("SpatialConvolutionMap", PAIR_KERNELS, B4[:3], connTable=PAIRS, kW=3, kH=3, dW=1, dH=1, padW=1, padH=1),
        P,
        conv(P, mapped(), B4[:3], (1, 1), (1, 1)),
    ),
    (
        "SpatialSeparableConvolution",
        layer(
            "SpatialSeparableConvolution",
            nInputChannel=4,
            nOutputChannel=5,
            depthMultiplier=2,
            kW=3,
            kH=3,
            sW=2,
            sH=1,
            pW=1,
            pH=1,
            depthWeight=DEPTH,
            pointWeight=POINT,
            bias=B6[:5],
        ),
        P,
        conv(
            conv(P, DEPTH.transpose(1, 0, 2, 3).reshape(8, 1, 3, 3), None, (1, 2), (1, 1), 4),
            POINT,
            B6[:5],
            (1, 1),
            (0, 0),
        ),
    ),
    (
        "SpatialFullConvolution",
        layer("SpatialFullConvolution", FULL, FULL_BIAS, intParams=[4, 3, 3, 3, 2, 1, 1, 0, 1, 0, 1], noBias=False),
        P,
        full_conv(P, FULL[0], FULL_BIAS, (1, 2), (0, 1), (0, 1)),
    ),
    (
        "VolumetricConvolution",
        layer(
            "VolumetricConvolution",
            VOLUME,
            B6[:2],
            nInputPlane=3,
            nOutputPlane=2,
            kT=2,
            kW=3,
            kH=3,
            dT=1,
            dW=2,
            dH=1,
            padT=0,
            padW=1,
            padH=1,
            withBias=True,
        ),
        Q,
        conv(Q, VOLUME, B6[:2], (1, 1, 2), (0, 1, 1)),
    ),
    (
        "VolumetricFullConvolution",
        layer(
            "VolumetricFullConvolution",
            FULL3,
            B6[:2],
            nInputPlane=3,
            nOutputPlane=2,
            kT=2,
            kW=2,
            kH=2,
            dT=2,
            dW=1,
            dH=2,
            padT=0,
            padW=0,
            padH=1,
            adjT=1,
            adjW=0,
            adjH=0,
            nGroup=1,
            noBias=False,
        ),
        Q,
        full_conv(Q, FULL3[0], B6[:2], (2, 2, 1), (0, 1, 0), (1, 0, 0)),
    ),
    (
        "TemporalConvolution",
        layer(
            "TemporalConvolution", FRAMES, some(7) * 0 + 1, inputFrameSize=5, outputFrameSize=7, kernelW=3, strideW=1
        ),
        T3,
        first_to_last(conv(last_to_first(T3), FRAMES.reshape(7, 3, 5).transpose(0, 2, 1), np.ones(7), (1,), (0,))),
    ),
    (
        "LocallyConnected2D",
        layer(
            "LocallyConnected2D",
            PLACES,
            PLACE_BIAS,
            nInputPlane=4,
            inputWidth=8,
            inputHeight=7,
            nOutputPlane=3,
            kernelW=2,
            kernelH=2,
        ),
        P,
        local(P, PLACES, PLACE_BIAS, (2, 2), last=False),
    ),
    (
        "LocallyConnected2D NHWC",
        layer(
            "LocallyConnected2D",
            PLACES,
            PLACE_BIAS,
            nInputPlane=4,
            inputWidth=8,
            inputHeight=7,
            nOutputPlane=3,
            kernelW=2,
            kernelH=2,
            format=NHWC,
        ),
        first_to_last(P),
        first_to_last(local(P, PLACES, PLACE_BIAS, (2, 2), last=True)),
    ),
    (
        "LocallyConnected1D",
        layer(
            "LocallyConnected1D",
            PLACES_1D,
            PLACE_BIAS_1D,
            nInputFrame=4,
            inputFrameSize=5,
            outputFrameSize=2,
            kernelW=2,
            strideW=1,
        ),
        T3,
        first_to_last(local(last_to_first(T3)[:, :, :, None], PLACES_1D, PLACE_BIAS_1D, (2, 1), last=True)[..., 0]),
    ),
    # Poolings.
    (
        "SpatialMaxPooling",
        pool2d("SpatialMaxPooling", (3, 2), (2, 1), (1, 0)),
        P,
        pool(P, (3, 2), (2, 1), (1, 0), kind="max"),
    ),
    (
        "SpatialMaxPooling ceil",
        pool2d("SpatialMaxPooling", (2, 3), (2, 2), (0, 0), ceil_mode=True),
        P,
        pool(P, (2, 3), (2, 2), (0, 0), kind="max", ceil=True),
    ),
    (
        "SpatialMaxPooling same",
        pool2d("SpatialMaxPooling", (3, 2), (2, 3), (-1, -1)),
        P,
        pool(P, (3, 2), (2, 3), (-1, -1), kind="max"),
    ),
    (
        "SpatialMaxPooling NHWC",
        pool2d("SpatialMaxPooling", (2, 2), (2, 2), (0, 0), format=NHWC),
        first_to_last(P),
        first_to_last(pool(P, (2, 2), (2, 2), (0, 0), kind="max")),
    ),
    (
        "SpatialAveragePooling",
        pool2d("SpatialAveragePooling", (3, 2), (2, 1), (1, 1)),
        P,
        pool(P, (3, 2), (2, 1), (1, 1), kind="mean"),
    ),
    (
        "SpatialAveragePooling excluded",
        pool2d("SpatialAveragePooling", (3, 3), (2, 2), (1, 1), ceilMode=True, countIncludePad=False),
        P,
        pool(P, (3, 3), (2, 2), (1, 1), kind="mean", ceil=True, count=False),
    ),
    (
        "SpatialAveragePooling sum",
        pool2d("SpatialAveragePooling", (2, 3), (1, 1), (0, 0), divide=False),
        P,
        pool(P, (2, 3), (1, 1), (0, 0), kind="mean") * 6,
    ),
    (
        "SpatialAveragePooling global",
        pool2d("SpatialAveragePooling", (1, 1), (1, 1), (0, 0), globalPooling=True),
        P,
        P.mean(axis=(2, 3), keepdims=True),
    ),
    (
        "SpatialAveragePooling global sum",
        pool2d("SpatialAveragePooling", (1, 1), (1, 1), (0, 0), globalPooling=True, divide=False),
        P,
        P.sum(axis=(2, 3), keepdims=True),
    ),
    ("TemporalMaxPooling", layer("TemporalMaxPooling", kW=2, dW=-1), T3, T3.reshape(2, 2, 2, 5).max(axis=2)),
    ("TemporalMaxPooling all", layer("TemporalMaxPooling", kW=-1, dW=1), T3, T3.max(axis=1, keepdims=True)),
    (
        "VolumetricMaxPooling",
        layer("VolumetricMaxPooling", kT=2, kW=3, kH=2, dT=2, dW=2, dH=2, padT=0, padW=1, padH=0),
        Q,
        pool(Q, (2, 2, 3), (2, 2, 2), (0, 0, 1), kind="max"),
    ),
    (
        "VolumetricAveragePooling",
        layer(
            "VolumetricAveragePooling",
            kT=2,
            kW=3,
            kH=2,
            dT=2,
            dW=2,
            dH=2,
            padT=0,
            padW=1,
            padH=0,
            countIncludePad=False,
            ceilMode=True,
        ),
        Q,
        pool(Q, (2, 2, 3), (2, 2, 2), (0, 0, 1), kind="mean", ceil=True, count=False),
    ),
    ("UpSampling1D", layer("UpSampling1D", length=3), T3, T3.repeat(3, axis=1)),
    ("UpSampling2D", layer("UpSampling2D", size=[2, 3]), P, P.repeat(2, axis=2).repeat(3, axis=3)),
    ("UpSampling2D NHWC", layer("UpSampling2D", size=[2, 3], format=NHWC), P, P.repeat(2, axis=1).repeat(3, axis=2)),
    ("UpSampling3D", layer("UpSampling3D", size=[2, 1, 3]), Q, Q.repeat(2, axis=2).repeat(3, axis=4)),
    (
        "ResizeBilinear corners",
        layer("ResizeBilinear", outputHeight=2, outputWidth=2, alignCorners=True, dataFormat=NHWC),
        P,
        P[:, ::3][:, :, ::6][:, :2, :2],
    ),
    # Normalisations.
    (
        "BatchNormalization",
        layer("BatchNormalization", *BN[:2], nOutput=4, eps=1e-3, affine=True, runningMean=BN[2], runningVar=BN[3]),
        M[:, :4],
        normal(M[:, :4], BN, 1e-3, 2),
    ),
    (
        "BatchNormalization bare",
        layer("BatchNormalization", nOutput=6, eps=1e-3, affine=False, runningMean=None),
        M,
        M / np.sqrt(1.001),
    ),
    (
        "BatchNormalization means",
        layer("BatchNormalization", nOutput=4, eps=1e-3, affine=False, runningMean=BN[2], runningVar=BN[3]),
        M[:, :4],
        normal(M[:, :4], [np.ones(4), np.zeros(4), *BN[2:]], 1e-3, 2),
    ),
    (
        "SpatialBatchNormalization",
        layer(
            "SpatialBatchNormalization", *BN[:2], nOutput=4, eps=1e-3, affine=True, runningMean=BN[2], runningVar=BN[3]
        ),
        P,
        normal(P, BN, 1e-3, 4),
    ),
    (
        "SpatialBatchNormalization NHWC",
        layer(
            "SpatialBatchNormalization",
            *BN[:2],
            nOutput=4,
            eps=1e-3,
            affine=True,
            runningMean=BN[2],
            runningVar=BN[3],
            dataFormat=NHWC,
        ),
        first_to_last(P),
        first_to_last(normal(P, BN, 1e-3, 4)),
    ),
    (
        "VolumetricBatchNormalization",
        layer(
            "VolumetricBatchNormalization",
            *(each[:3] for each in BN[:2]),
            nOutput=3,
            eps=1e-3,
            affine=True,
            runningMean=BN[2][:3],
            runningVar=BN[3][:3],
        ),
        Q,
        normal(Q, [each[:3] for each in BN], 1e-3, 5),
    ),
    (
        "SpatialCrossMapLRN",
        layer("SpatialCrossMapLRN", size=3, alpha=0.5, beta=0.75, k=2.0),
        P,
        lrn(P, 3, 0.5, 0.75, 2.0),
    ),
    (
        "SpatialCrossMapLRN NHWC",
        layer("SpatialCrossMapLRN", size=3, alpha=0.5, beta=0.75, k=2.0, format=NHWC),
        first_to_last(P),
        first_to_last(lrn(P, 3, 0.5, 0.75, 2.0)),
    ),
    (
        "SpatialWithinChannelLRN",
        layer("SpatialWithinChannelLRN", size=3, alpha=1.0, beta=0.75),
        P,
        P * (1 + pool(P**2, (3, 3), (1, 1), (1, 1), kind="mean")) ** -0.75,
    ),
    ("Normalize", layer("Normalize", p=2.0, eps=1e-10), M, M / np.sqrt((M**2).sum(axis=1, keepdims=True))),
    ("Normalize vector", layer("Normalize", p=1.0, eps=1e-10), P, P / np.abs(P).sum(axis=1, keepdims=True)),
    (
        "Normalize maximum",
        layer("Normalize", p=1.7976931348623157e308, eps=1e-10),
        M,
        M / np.abs(M).max(axis=1, keepdims=True),
    ),
    (
        "NormalizeScale",
        layer("NormalizeScale", WIDE, p=2.0, eps=1e-10, scale=20.0, size=[1, 4, 1, 1]),
        P,
        P / np.sqrt((P**2).sum(axis=1, keepdims=True)) * WIDE,
    ),
    (
        "SpatialSubtractiveNormalization",
        layer("SpatialSubtractiveNormalization", nInputPlane=4, kernel=KERNEL),
        P,
        P - local_mean(P, KERNEL),
    ),
    (
        "SpatialDivisiveNormalization",
        layer("SpatialDivisiveNormalization", nInputPlane=4, kernel=KERNEL, threshold=0.9, thresval=0.9),
        P,
        divided(P, KERNEL, 0.9),
    ),
    (
        "SpatialContrastiveNormalization",
        layer("SpatialContrastiveNormalization", nInputPlane=4, kernel=KERNEL),
        P,
        divided(P - local_mean(P, KERNEL), KERNEL),
    ),
    # Matrices.
    ("Linear", layer("Linear", MATRIX, B6[:3], inputSize=6, outputSize=3, withBias=True), M, M @ MATRIX.T + B6[:3]),
    (
        "Linear vector",
        layer("Linear", MATRIX, B6[:3], inputSize=6, outputSize=3, withBias=True),
        V,
        MATRIX @ V + B6[:3],
    ),
    ("Linear no bias", layer("Linear", MATRIX, inputSize=6, outputSize=3, withBias=False), M, M @ MATRIX.T),
    (
        "Cosine",
        layer("Cosine", MATRIX, inputSize=6, outputSize=3),
        M,
        M @ MATRIX.T / np.linalg.norm(M, axis=1)[:, None] / np.linalg.norm(MATRIX, axis=1),
    ),
    (
        "Euclidean",
        layer("Euclidean", COLUMNS, inputSize=6, outputSize=3),
        M,
        np.linalg.norm(M[:, None] - COLUMNS.T, axis=2),
    ),
    (
        "Bilinear",
        both(layer("Bilinear", CUBE, B6[:3], inputSize1=6, inputSize2=6, outputSize=3, biasRes=True)),
        M,
        np.einsum("ni,kij,nj->nk", M, CUBE, np.tanh(M)) + B6[:3],
    ),
    ("LookupTable", layer("LookupTable", WORDS, nIndex=9, nOutput=4), INDICES, WORDS[INDICES.astype(int) - 1]),
    (
        "LookupTable masked",
        layer("LookupTable", WORDS, nIndex=9, nOutput=4, maskZero=True, paddingValue=0.0),
        INDICES - 1,
        np.where((INDICES > 1)[..., None], WORDS[INDICES.astype(int) - 2], 0),
    ),
    ("MM", both(layer("MM", transA=False, transB=True)), T3, T3 @ np.tanh(T3).transpose(0, 2, 1)),
    (
        "MV",
        box("Sequential", table(layer("Identity"), layer("Select", dimension=2, index=1)), layer("MV", trans=False)),
        T3,
        np.einsum("nij,nj->ni", T3, T3[:, 0]),
    ),
    ("DotProduct", both(layer("DotProduct")), M, (M * np.tanh(M)).sum(axis=1)),
    (
        "CosineDistance",
        both(layer("CosineDistance")),
        M,
        (M * np.tanh(M)).sum(axis=1) / np.linalg.norm(M, axis=1) / np.linalg.norm(np.tanh(M), axis=1),
    ),
    (
        "PairwiseDistance",
        both(layer("PairwiseDistance", norm=3)),
        M,
        (np.abs(M - np.tanh(M)) ** 3).sum(axis=1) ** (1 / 3),
    ),
    (
        "Maxout",
        layer(
            "Maxout",
            inputSize=6,
            outputSize=1,
            maxoutNumber=3,
            layer=box(
                "Sequential",
                layer("Linear", MATRIX, inputSize=6, outputSize=3, withBias=False),
                layer("View", sizes=[3, 1]),
                layer("Max", dim=1, numInputDims=2),
            ),
        ),
        M,
        (M @ MATRIX.T).max(axis=1, keepdims=True),
    ),
    # Shapes.
    ("Reshape", layer("Reshape", size=[20], batchMode=0), T3, T3.reshape(2, 20)),
    ("Reshape batch", layer("Reshape", size=[5, 4], batchMode=2), T3, T3.reshape(2, 5, 4)),
    ("Reshape all", layer("Reshape", size=[8, 5], batchMode=1), T3, T3.reshape(8, 5)),
    ("View", layer("View", sizes=[10, 2]), T3, T3.reshape(2, 10, 2)),
    ("View open", layer("View", sizes=[-1, 10]), T3, T3.reshape(4, 10)),
    ("InferReshape", layer("InferReshape", size=[0, -1], batchMode=False), T3, T3.reshape(2, 20)),
    ("InferReshape batch", layer("InferReshape", size=[-1, 2], batchMode=True), T3, T3.reshape(2, 10, 2)),
    ("InferReshape copies", layer("InferReshape", size=[-1, 0], batchMode=True), T3, T3.reshape(2, 5, 4)),
    ("Squeeze nothing", layer("Squeeze", dims=[2], batchMode=False), T3, T3),
    ("Squeeze all", layer("Squeeze", dims=None, batchMode=True), T3[:, :1, None], T3[:, 0]),
    ("Squeeze", layer("Squeeze", dims=[2], batchMode=False), T3[:, :1], T3[:, 0]),
    ("Squeeze batch", layer("Squeeze", dims=[2], batchMode=True), T3[:, :, :1], T3[:, :, 0]),
    ("Unsqueeze", layer("Unsqueeze", pos=2, numInputDims=-2147483648), T3, T3[:, None]),
    ("Unsqueeze sample", layer("Unsqueeze", pos=1, numInputDims=2), T3, T3[:, None]),
    ("Select", layer("Select", dimension=2, index=3), T3, T3[:, 2]),
    ("Select behind", layer("Select", dimension=-1, index=-2), T3, T3[..., -2]),
    ("Narrow", layer("Narrow", dimension=2, offset=2, length=2), T3, T3[:, 1:3]),
    ("Narrow to the end", layer("Narrow", dimension=-1, offset=2, length=-1), T3, T3[..., 1:]),
    ("Narrow to the last but one", layer("Narrow", dimension=3, offset=2, length=-2), T3, T3[..., 1:-1]),
    ("Transpose", layer("Transpose", size=2, permutation_0=[1, 3], permutation_1=[2, 3]), T3, T3.transpose(2, 0, 1)),
    (
        "Padding",
        layer("Padding", dim=1, pad=-2, nInputDim=2, value=7.0, nIndex=1),
        T3,
        np.pad(T3, [(0, 0), (2, 0), (0, 0)], constant_values=7),
    ),
    (
        "Padding no batch",
        layer("Padding", dim=1, pad=2, nInputDim=3, value=0.0, nIndex=1),
        T3,
        np.pad(T3, [(0, 2), (0, 0), (0, 0)]),
    ),
    (
        "SpatialZeroPadding",
        layer("SpatialZeroPadding", padLeft=1, padRight=2, padTop=3, padBottom=-1),
        P,
        np.pad(P, [(0, 0), (0, 0), (3, 0), (1, 2)])[:, :, :-1],
    ),
    ("Cropping2D", layer("Cropping2D", heightCrop=[1, 2], widthCrop=[0, 3]), P, P[:, :, 1:-2, :-3]),
    ("Cropping2D NHWC", layer("Cropping2D", heightCrop=[1, 0], widthCrop=[1, 1], dataFormat=NHWC), P, P[:, 1:, 1:-1]),
    (
        "Cropping3D",
        layer("Cropping3D", dim1Crop=[1, 1], dim2Crop=[0, 2], dim3Crop=[3, 0], format="channel_first"),
        Q,
        Q[:, :, 1:-1, :-2, 3:],
    ),
    ("Replicate", layer("Replicate", nFeatures=3, dim=2, nDim=2147483647), T3, np.stack([T3] * 3, axis=1)),
    ("Replicate sample", layer("Replicate", nFeatures=3, dim=1, nDim=2), T3, np.stack([T3] * 3, axis=1)),
    ("Tile many", layer("Tile", dim=3, copies=70), T3, np.tile(T3, (1, 1, 70))),
    ("Tile", layer("Tile", dim=2, copies=3), T3, np.tile(T3, (1, 3, 1))),
    ("ExpandSize", layer("ExpandSize", targetSizes=[-1, 4, 5]), T3[:, :1], np.broadcast_to(T3[:, :1], (2, 4, 5))),
    ("Reverse", layer("Reverse", dimension=2, isInplace=False), T3, T3[:, ::-1]),
    ("Sum", layer("Sum", dimension=2, nInputDims=-1, sizeAverage=False, squeeze=True), T3, T3.sum(axis=1)),
    (
        "Sum sample",
        layer("Sum", dimension=1, nInputDims=2, sizeAverage=True, squeeze=False),
        T3,
        T3.mean(axis=1, keepdims=True),
    ),
    ("Sum behind", layer("Sum", dimension=-1, nInputDims=-1, sizeAverage=False, squeeze=True), T3, T3.sum(axis=2)),
    ("Mean", layer("Mean", dimension=3, nInputDims=-1, squeeze=True), T3, T3.mean(axis=2)),
    ("Max", layer("Max", dim=1, numInputDims=2), T3, T3.max(axis=1)),
    ("Min", layer("Min", dim=2, numInputDims=-2147483648), T3, T3.min(axis=1)),
    (
        "Masking",
        layer("Masking", maskValue=0.0),
        T3 * np.array([[[1], [0], [1], [0]]], np.float32),
        T3 * np.array([[[1], [0], [1], [0]]]),
    ),
    # Tables.
    ("CAddTable", both(layer("CAddTable", inplace=False)), M, M + np.tanh(M)),
    ("CAveTable", both(layer("CAveTable", inplace=False)), M, (M + np.tanh(M)) / 2),
    ("CDivTable", both(layer("CDivTable")), M, M / np.tanh(M)),
    ("CMaxTable", both(layer("CMaxTable")), M, np.maximum(M, np.tanh(M))),
    ("CMinTable", both(layer("CMinTable")), M, np.minimum(M, np.tanh(M))),
    ("CMulTable", both(layer("CMulTable")), M, M * np.tanh(M)),
    ("CSubTable", both(layer("CSubTable")), M, M - np.tanh(M)),
    ("JoinTable", both(layer("JoinTable", dimension=2, nInputDims=-1)), M, np.hstack([M, np.tanh(M)])),
    ("JoinTable sample", both(layer("JoinTable", dimension=1, nInputDims=1)), M, np.hstack([M, np.tanh(M)])),
    ("JoinTable no batch", both(layer("JoinTable", dimension=1, nInputDims=2)), M, np.vstack([M, np.tanh(M)])),
    (
        "JoinTable behind",
        both(layer("JoinTable", dimension=-1, nInputDims=0)),
        T3,
        np.concatenate([T3, np.tanh(T3)], axis=2),
    ),
    (
        "FlattenTable",
        box(
            "Sequential",
            table(layer("Abs"), table(layer("Exp"), layer("Tanh"))),
            layer("FlattenTable"),
            layer("SelectTable", index=3),
        ),
        M,
        np.tanh(M),
    ),
    ("SelectTable", both(layer("SelectTable", index=-1)), M, np.tanh(M)),
    (
        "NarrowTable",
        box(
            "Sequential",
            table(layer("Abs"), layer("Exp"), layer("Tanh")),
            layer("NarrowTable", offset=2, length=-1),
            layer("CSubTable"),
        ),
        M,
        np.exp(M) - np.tanh(M),
    ),
    (
        "SplitTable",
        box(
            "Sequential",
            layer("View", sizes=[3, 2]),
            layer("SplitTable", dimension=1, nInputDims=2),
            layer("SelectTable", index=2),
        ),
        M,
        M.reshape(2, 3, 2)[:, 1],
    ),
    (
        "BifurcateSplitTable",
        box("Sequential", layer("View", sizes=[6]), layer("BifurcateSplitTable", dimension=2), layer("CSubTable")),
        M,
        M[:, :3] - M[:, 3:],
    ),
    ("Pack", both(layer("Pack", dimension=2)), M, np.stack([M, np.tanh(M)], axis=1)),
    (
        "Index",
        box(
            "Sequential",
            table(layer("Identity"), layer("BinaryThreshold", th=-9.0, ip=False)),
            layer("Index", dimension=1),
        ),
        V,
        np.repeat(V[0], 6),
    ),
    (
        "MixtureTable",
        box(
            "Sequential",
            table(layer("Narrow", dimension=2, offset=1, length=2), table(layer("Exp"), layer("Tanh"))),
            layer("MixtureTable", dim=2147483647),
        ),
        M,
        M[:, :1] * np.exp(M) + M[:, 1:2] * np.tanh(M),
    ),
    (
        "SplitTable sum",
        box("Sequential", layer("SplitTable", dimension=2, nInputDims=-1), layer("CAddTable")),
        T3,
        T3.sum(axis=1),
    ),
    (
        "SplitTable product",
        box("Sequential", layer("SplitTable", dimension=2, nInputDims=-1), layer("CMulTable")),
        T3,
        T3.prod(axis=1),
    ),
    (
        "SplitTable mean",
        box("Sequential", layer("SplitTable", dimension=2, nInputDims=-1), layer("CAveTable")),
        T3,
        T3.mean(axis=1),
    ),
    (
        "SplitTable maximum",
        box("Sequential", layer("SplitTable", dimension=2, nInputDims=-1), layer("CMaxTable")),
        T3,
        T3.max(axis=1),
    ),
    (
        "SplitTable last",
        box("Sequential", layer("SplitTable", dimension=2, nInputDims=-1), layer("SelectTable", index=-1)),
        T3,
        T3[:, -1],
    ),
    (
        "SplitTable narrow",
        box(
            "Sequential",
            layer("SplitTable", dimension=2, nInputDims=-1),
            layer("NarrowTable", offset=2, length=2),
            layer("CSubTable"),
        ),
        T3,
        T3[:, 1] - T3[:, 2],
    ),
    (
        "SplitTable parallel",
        box(
            "Sequential",
            layer("SplitTable", dimension=2, nInputDims=-1),
            box("ParallelTable", layer("Abs"), layer("Exp")),
            layer("CDivTable"),
        ),
        T3,
        np.abs(T3[:, 0]) / np.exp(T3[:, 1]),
    ),
    (
        "SplitTable keeps",
        box("Sequential", layer("SplitTable", dimension=1, nInputDims=2, keepDim=True), layer("SelectTable", index=2)),
        T3,
        T3[:, 1:2],
    ),
    (
        "BifurcateSplitTable unknown",
        box("Sequential", layer("BifurcateSplitTable", dimension=2), layer("CSubTable")),
        M,
        M[:, :3] - M[:, 3:],
    ),
    # Containers.
    ("Sequential", box("Sequential", layer("Abs"), layer("Sqrt")), M, np.sqrt(np.abs(M))),
    ("Concat", box("Concat", layer("Abs"), layer("Exp"), dimension=2), M, np.hstack([np.abs(M), np.exp(M)])),
    (
        "ParallelTable",
        box(
            "Sequential",
            table(layer("Abs"), layer("Exp")),
            box("ParallelTable", layer("Sqrt"), layer("Tanh")),
            layer("CSubTable"),
        ),
        M,
        np.sqrt(np.abs(M)) - np.tanh(np.exp(M)),
    ),
    (
        "MapTable",
        both(box("Sequential", layer("MapTable", module=layer("Exp")), layer("CSubTable"))),
        M,
        np.exp(M) - np.exp(np.tanh(M)),
    ),
    (
        "Bottle",
        layer(
            "Bottle",
            module=layer("Linear", some(2, 5) * 0 + 1, inputSize=5, outputSize=2, withBias=False),
            nInputDim=2,
            nOutputDim1=2,
        ),
        T3,
        np.repeat(T3.sum(axis=2, keepdims=True), 2, axis=2),
    ),
    (
        "TimeDistributed",
        layer("TimeDistributed", layer=layer("Linear", some(2, 5) * 0 + 1, inputSize=5, outputSize=2, withBias=False)),
        T3,
        np.repeat(T3.sum(axis=2, keepdims=True), 2, axis=2),
    ),
]


def nhwc_case() -> tuple[Any, np.ndarray, np.ndarray]:
    """Channels last has another order of weights: (group, height, width, in, out)."""
    module = conv2d("SpatialConvolution", W4, B6, format=NHWC, padH=1)
    module.parameters = (W4.transpose(2, 3, 1, 0)[None].copy(), B6)
    return module, first_to_last(P), first_to_last(conv(P, W4, B6, (1, 1), (1, 0)))


CASES = [(name, *nhwc_case()) if y is None else (name, module, x, y) for name, module, x, y in CASES]


@pytest.mark.parametrize(("module", "x", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_layer_equals_numpy(module: Any, x: np.ndarray, expected: np.ndarray, tmp_path: Path) -> None:
    (y,) = run(imported(module, tmp_path), x.astype(np.float32))
    assert y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize(("module", "x", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_layer_equals_numpy_where_the_shape_is_known(
    module: Any, x: np.ndarray, expected: np.ndarray, tmp_path: Path
) -> None:
    """The same with the number of dimensions known: decisions fall in the import, not in the graph."""
    shape = (None, *x.shape[1:]) if x.ndim > 1 else x.shape
    model = imported(module, tmp_path, input_shapes=[shape])
    (y,) = run(model, x.astype(np.float32))
    np.testing.assert_allclose(y, expected, rtol=2e-5, atol=1e-5)
    told = model.outputs[0].shape
    assert told is None or all(isinstance(n, str) or n == m for n, m in zip(told, expected.shape, strict=True))


OTHER_NAMES = {"SpatialSeperableConvolution", "InternalCAddTable", "InternalCMulTable", "InternalCSubTable"}
OTHER_NAMES |= {"InternalTimeDistributed"}

SAME_AS_IDENTITY = (
    "ActivityRegularization Contiguous Copy Echo GaussianDropout GaussianNoise GradientReversal Identity "
)
SAME_AS_IDENTITY += (
    "Input InputLayer L1Penalty NegativeEntropyPenalty SpatialDropout1D SpatialDropout2D SpatialDropout3D"
)


@pytest.mark.parametrize("kind", SAME_AS_IDENTITY.split())
def test_what_works_in_training_only_changes_nothing(kind: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(run(imported(layer(kind), tmp_path), M)[0], M)


def test_every_layer_of_the_table_has_a_case() -> None:
    kinds: set[str] = set()

    def collect(module: Any) -> None:
        kinds.add(module.kind.rpartition(".")[2])
        for each in (*module.children, *module.attributes.values()):
            if hasattr(each, "kind"):
                collect(each)

    for _, module, _, _ in CASES:
        collect(module)
    elsewhere = {"StaticGraph", "DynamicGraph", "Graph", "BiRecurrent", "InternalRecurrent", "Recurrent"}
    assert sorted(set(LAYERS) - kinds - set(SAME_AS_IDENTITY.split()) - elsewhere - OTHER_NAMES) == []


def test_shared_and_offset_weights(tmp_path: Path) -> None:
    """One storage seen by two layers, one of them transposed from an offset on."""
    values = some(20)
    whole = Weight(values, ((3, 4), (4, 1), 1))
    turned = Weight(values, ((4, 3), (1, 4), 9))
    turned.storage = whole.storage
    module = box(
        "Sequential",
        layer("Linear", whole, inputSize=4, outputSize=3, withBias=False),
        layer("Linear", turned, inputSize=3, outputSize=4, withBias=False),
    )
    x = some(2, 4)
    first, second = values[:12].reshape(3, 4), values[8:20].reshape(3, 4).T
    np.testing.assert_allclose(run(imported(module, tmp_path), x)[0], x @ first.T @ second.T, rtol=1e-5, atol=1e-6)


EXTREMES = (
    0,
    -7,
    300,
    2**31 - 1,
    -(2**63),
    0.5,
    float("nan"),
    None,
    "x",
    [2**31 - 1] * 2,
    [1] * 70,
    np.ones((1,) * 17),
)


def modules(root: Any) -> Any:
    yield root
    for each in (*root.children, *root.attributes.values()):
        if hasattr(each, "kind"):
            yield from modules(each)


@pytest.mark.parametrize("case", CASES, ids=[each[0] for each in CASES])
def test_impossible_attributes_never_escape(case: Any, tmp_path: Path) -> None:
    """Every attribute and the weights of every case, one after the other: ModelError or a graph, and at once."""
    _, root, x, _ = case
    for module in modules(root):
        for name, kept in list(module.attributes.items()):
            for value in EXTREMES:
                module.attributes[name] = value
                with suppress(ModelError):
                    imported(root, tmp_path)
            module.attributes[name] = kept
        kept = module.parameters
        for parameters in ((), (np.ones(3, np.float32),) * 4, (np.zeros(0, np.float32),) * 4):
            module.parameters = parameters
            with suppress(ModelError):
                imported(root, tmp_path, input_shapes=[(None,) * x.ndim])
        module.parameters = kept
