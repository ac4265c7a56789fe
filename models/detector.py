"""RetinaNet of TensorFlow Model Garden: one class, raw heads out (decoding and suppression are in models/boxes.py).

Model Garden runs on tf-keras (Keras 2), beside our Keras 3 networks; their layers do not mix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from official.vision.configs import backbones, common, decoders, retinanet
from official.vision.modeling import factory

from models.boxes import AnchorGrid
from models.imagenet import FoldedLayer, folded_layers, normalization


@dataclass(frozen=True)
class DetectorConfig:
    """What to build. The anchors travel with the weights, because decoding needs them."""

    height: int  # pixels of the input
    width: int
    backbone: str  # "mobilenet_v2" or "resnet_<depth>"
    channels: int  # of the feature pyramid and of the heads
    head_convs: int
    anchors: AnchorGrid
    norm_momentum: float = 0.99


COMPACT = DetectorConfig(704, 448, "mobilenet_v2", 96, 2, AnchorGrid(3, 6, 3, (1.0,), 3.0), norm_momentum=0.95)
PAPER = DetectorConfig(1024, 512, "resnet_50", 256, 4, AnchorGrid(3, 7, 3, (0.5, 1.0, 2.0), 4.0))
CONVOLUTIONS = (tf_keras.layers.Conv2D, tf_keras.layers.DepthwiseConv2D)
PRESETS = {"compact": COMPACT, "paper": PAPER}


def build_detector(config: DetectorConfig) -> Any:
    """Model Garden's RetinaNet (Lin et al. 2017, arXiv:1708.02002) for (B, height, width, 3) inputs in -1..1, built."""
    specs = tf_keras.layers.InputSpec(shape=[None, config.height, config.width, 3])
    model = factory.build_retinanet(specs, garden_config(config))
    raw_heads(model, tf.zeros((1, config.height, config.width, 1)), training=False)
    return model


def garden_config(config: DetectorConfig) -> Any:
    anchors = config.anchors
    return retinanet.RetinaNet(
        num_classes=1,
        input_size=[config.height, config.width, 3],
        min_level=anchors.min_level,
        max_level=anchors.max_level,
        anchor=retinanet.Anchor(
            num_scales=anchors.num_scales,
            aspect_ratios=list(anchors.aspect_ratios),
            anchor_size=anchors.anchor_size,
        ),
        backbone=_backbone(config.backbone),
        decoder=decoders.Decoder(type="fpn", fpn=decoders.FPN(num_filters=config.channels)),
        head=retinanet.RetinaNetHead(num_convs=config.head_convs, num_filters=config.channels),
        norm_activation=common.NormActivation(activation="relu", use_sync_bn=False, norm_momentum=config.norm_momentum),
    )


def _backbone(name: str) -> Any:
    if name == "mobilenet_v2":
        return backbones.Backbone(type="mobilenet", mobilenet=backbones.MobileNet(model_id="MobileNetV2"))
    return backbones.Backbone(type="resnet", resnet=backbones.ResNet(model_id=int(name.removeprefix("resnet_"))))


def raw_heads(model: Any, images: tf.Tensor, training: bool) -> tuple[tf.Tensor, tf.Tensor]:
    """Logits (B, N) and box code (B, N, 4) for grey `images` (B, height, width, 1) in 0..1, in AnchorGrid's order."""
    rgb = tf.repeat(images, 3, axis=-1) * 2.0 - 1.0
    features = model.decoder(model.backbone(rgb, training=training), training=training)
    scores, boxes, _ = model.head(features, training=training)
    batch = tf.shape(images)[0]
    levels = sorted(scores, key=int)
    logits = tf.concat([tf.reshape(scores[level], (batch, -1)) for level in levels], axis=1)
    code = tf.concat([tf.reshape(boxes[level], (batch, -1, 4)) for level in levels], axis=1)
    return tf.cast(logits, tf.float32), tf.cast(code, tf.float32)  # also of a network that computes in bfloat16


def start_from_imagenet(model: Any, npz_path: Path) -> int:
    """Fill the MobileNetV2 backbone with ImageNet weights and freeze its batch norms; returns the convolutions set.

    The weights have batch norm folded in, so each batch norm only adds the bias and must keep its statistics.
    """
    layers = folded_layers(npz_path)
    pairs = list(_convolutions(model.backbone))
    for (convolution, norm), layer in zip(pairs, layers, strict=True):
        found = normalization(layer, norm.epsilon)
        convolution.set_weights([layer.kernel])
        norm.set_weights([found.gamma, found.beta, found.mean, found.variance])
        norm.trainable = False
    return len(pairs)


def folded_backbone(model: Any) -> list[FoldedLayer]:
    """The 52 convolutions of its MobileNetV2 with their batch norms folded in, in network order."""
    return [_folded(convolution, norm) for convolution, norm in _convolutions(model.backbone)]


def _folded(convolution: Any, norm: Any) -> FoldedLayer:
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    (kernel,), bias, stride = convolution.get_weights(), beta - mean * scale, int(convolution.strides[0])
    if isinstance(convolution, tf_keras.layers.DepthwiseConv2D):
        return FoldedLayer("depthwise", kernel * scale[:, None], bias, stride)
    return FoldedLayer("conv", kernel * scale, bias, stride)


def _convolutions(backbone: Any) -> Iterator[tuple[Any, Any]]:
    """Each convolution with the batch norm behind it, in network order."""
    leaves = [layer for layer in backbone._flatten_layers(include_self=False) if layer.weights and _is_leaf(layer)]
    convolutions = [layer for layer in leaves if isinstance(layer, CONVOLUTIONS)]
    norms = [layer for layer in leaves if isinstance(layer, tf_keras.layers.BatchNormalization)]
    return zip(convolutions, norms, strict=True)


def _is_leaf(layer: Any) -> bool:
    return not list(layer._flatten_layers(include_self=False))
