"""The way back from what is shipped: a folder of int8 weights as a body that training can go on from.

NNCF's static quantisation leaves each matrix as int8 numbers times a scale a row, behind a factor a column that evens
out the activations; their product is the fp32 matrix to within one step of eight bits. What the polarity head knew was
cut off before shipping: it begins anew.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from transformers import BertConfig, BertModel

from core.errors import Invalid
from sentiment.embeddings import WordEmbeddings
from sentiment.runtime import quietly
from sentiment.training.model import Body, with_frozen_words

Floats = NDArray[np.float32]

_IN_ORDER = ("attention.output.dense", "intermediate.dense", "output.dense")
"""Of one layer, behind its attention: each reads what the one before wrote, so the graph's order is theirs."""

_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")


def from_shipped(folder: Path) -> tuple[Body, torch.Tensor]:
    """The body and the word embeddings [vocabulary, width] of a folder that `export` wrote, whole by its manifest.

    Invalid where the graph is not one of ours.
    """
    packed = load_file(folder / "embeddings.safetensors")
    rows = WordEmbeddings(packed["codes"], packed["scales"])[np.arange(len(packed["codes"]))]
    try:
        graph = _Graph(quietly("openvino").Core().read_model(folder / "body.xml"))
        tensors = _tensors(graph)
        body, _ = with_frozen_words(BertModel(_config(graph, tensors), add_pooling_layer=False))
        body.encoder.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()})
        weight, bias = graph.linear(graph.dense[-1])
    except (RuntimeError, ValueError, IndexError, KeyError) as error:
        msg = f"the graph {folder / 'body.xml'} is not that of a labeller of ours: {error}"
        raise Invalid(msg) from error
    with torch.no_grad():
        body.head.weight[: len(weight)], body.head.bias[: len(bias)] = torch.from_numpy(weight), torch.from_numpy(bias)
    return body, torch.from_numpy(rows)


class _Graph:
    """An OpenVINO model, and where in it the parts of the network are."""

    def __init__(self, model: Any) -> None:
        self.nodes = model.get_ordered_ops()
        self.attentions = [node for node in self.nodes if node.get_type_name() == "ScaledDotProductAttention"]
        self.projections = [[_back(node, k, "MatMul") for k in range(3)] for node in self.attentions]
        projected = {node.get_friendly_name() for three in self.projections for node in three}
        matmuls = [node for node in self.nodes if node.get_type_name() == "MatMul"]
        self.dense = [node for node in matmuls if node.get_friendly_name() not in projected]
        self.norms = [node for node in self.nodes if node.get_type_name() == "MVN"]

    def linear(self, matmul: Any) -> tuple[Floats, Floats]:
        """Weight [out, in] and bias [out] of a quantised product, the factors of its columns multiplied in."""
        read = _input(matmul, 0)
        read = _input(read, 0) if read.get_type_name() == "FakeQuantize" else read
        weight = _folded(_input(matmul, 1))
        if read.get_type_name() == "Multiply":
            weight = weight * _constant_of(read).reshape(1, -1)
        return np.ascontiguousarray(weight, np.float32), _constant_of(_next(matmul, "Add")).ravel()

    def norm(self, node: Any) -> tuple[Floats, Floats]:
        """Weight and bias [width] of a layer norm; OpenVINO leaves out a weight of 1 and a bias of 0."""
        width = node.get_output_partial_shape(0)[-1].get_length()
        weight, bias = np.ones(width, np.float32), np.zeros(width, np.float32)
        if (scaled := _next(node, "Multiply")) is not None:
            node, weight = scaled, _constant_of(scaled).ravel()
        if (shifted := _next(node, "Add")) is not None:
            bias = _constant_of(shifted).ravel()
        return weight, bias

    def places(self) -> Floats:
        """What is added to a word for its place in the text, and for being of the first kind: [places, width]."""
        tables = []
        node = _input(self.norms[0], 0)
        while node.get_type_name() == "Add":
            parts = [_input(node, k) for k in range(2)]
            tables += [_folded(_input(part, 0)) for part in parts if part.get_type_name() == "Gather"]
            node = next((part for part in parts if part.get_type_name() == "Add"), parts[0])
        kinds, places = sorted(tables, key=len)
        return np.asarray(places + kinds[:1], np.float32)


def _config(graph: _Graph, tensors: Mapping[str, Floats]) -> BertConfig:
    places, width = tensors["embeddings.position_embeddings.weight"].shape
    heads = graph.attentions[0].get_output_partial_shape(0)[1].get_length()
    return BertConfig(
        vocab_size=1,
        hidden_size=width,
        num_hidden_layers=len(graph.attentions),
        num_attention_heads=heads,
        intermediate_size=len(tensors["encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=places,
        layer_norm_eps=graph.norms[0].get_attributes()["eps"],
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=0,
    )


def _tensors(graph: _Graph) -> Mapping[str, Floats]:
    """The encoder's parameters by the names that transformers gives them, its frozen words left blank."""
    places = graph.places()
    found = {
        "embeddings.word_embeddings.weight": np.zeros((1, places.shape[1]), np.float32),
        "embeddings.position_embeddings.weight": places,
        "embeddings.token_type_embeddings.weight": np.zeros((2, places.shape[1]), np.float32),
    }

    def put(name: str, pair: tuple[Floats, Floats]) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = pair

    put("embeddings.LayerNorm", graph.norm(graph.norms[0]))
    for layer, three in enumerate(graph.projections):
        for name, node in zip(("query", "key", "value"), three, strict=True):
            put(f"encoder.layer.{layer}.attention.self.{name}", graph.linear(node))
        for k, name in enumerate(_IN_ORDER):
            put(f"encoder.layer.{layer}.{name}", graph.linear(graph.dense[len(_IN_ORDER) * layer + k]))
        for k, name in enumerate(_NORMS):
            put(f"encoder.layer.{layer}.{name}", graph.norm(graph.norms[1 + len(_NORMS) * layer + k]))
    return found


def _input(node: Any, k: int) -> Any:
    return node.input_value(k).get_node()


def _next(node: Any, kind: str) -> Any | None:
    """The node that alone reads this one's output, if it is of a kind: what is read twice has left its layer."""
    readers = [reader.get_node() for reader in node.output(0).get_target_inputs()]
    return readers[0] if len(readers) == 1 and readers[0].get_type_name() == kind else None


def _back(node: Any, k: int, kind: str) -> Any:
    """The nearest node of a kind above the k-th input, along first inputs."""
    node = _input(node, k)
    while node.get_type_name() != kind:
        node = _input(node, 0)
    return node


def _constant_of(node: Any) -> Floats:
    """The constant operand of a sum or a product; ValueError of what is neither."""
    if node is None:
        msg = "a constant is missing"
        raise ValueError(msg)
    parts = [_input(node, k) for k in range(node.get_input_size())]
    return _folded(next((part for part in parts if part.get_type_name() in ("Constant", "Convert")), parts[0]))


def _folded(node: Any) -> Floats:
    """The value of a node that stands on constants alone: numbers, their conversion, shift and scale."""
    kind = node.get_type_name()
    if kind == "Constant":
        return np.array(node.get_data(), np.float32)  # a copy: the graph's own memory is not to be written to
    if kind == "Convert":
        return _folded(_input(node, 0))
    if kind in ("Multiply", "Subtract"):
        left, right = _folded(_input(node, 0)), _folded(_input(node, 1))
        return left * right if kind == "Multiply" else left - right
    msg = f"a {kind} where a constant should be"
    raise ValueError(msg)
