"""The network that is trained: some first layers of a BERT-shaped encoder, mean pooling, a head."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from sentiment.scores import LOGITS as SERVED
from sentiment.scores import STARS

POLARITY = slice(6, 9)
"""Positive, neutral, negative, behind the logits that are served: they help while training and are then cut off."""

LOGITS = 9


class Body(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """Everything after the word embeddings: `inputs_embeds` [batch, seq, width], mask [batch, seq] -> [batch, 9]."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(encoder.config.hidden_size, LOGITS)

    def forward(self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits of each row; positions where the mask is 0 have no influence."""
        hidden = self.encoder(inputs_embeds=inputs_embeds, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        logits: torch.Tensor = self.head((hidden * mask).sum(1) / mask.sum(1).clamp(min=1))
        return logits


def class_logits(logits: torch.Tensor) -> torch.Tensor:
    """Log probabilities [batch, 3] of promoter, passive and detractor out of those of the stars."""
    stars = torch.log_softmax(logits[:, STARS], dim=1)
    return torch.stack([stars[:, 4], stars[:, 3], stars[:, :3].logsumexp(1)], dim=1)


def from_encoder(encoder_dir: Path, layers: int) -> tuple[Body, torch.Tensor]:
    """A body with a fresh head, and the frozen word embeddings [vocabulary, width], of an encoder folder.

    Dropout is off: in about one epoch it costs a tenth of the speed on a processor and gains nothing.
    """
    config = BertConfig.from_pretrained(encoder_dir)
    config.num_hidden_layers = min(layers, config.num_hidden_layers)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    encoder = BertModel.from_pretrained(
        encoder_dir, config=config, add_pooling_layer=False, dtype=torch.float32, use_safetensors=True
    )
    return with_frozen_words(encoder)


def from_checkpoint(checkpoint_dir: Path) -> tuple[Body, torch.Tensor]:
    """The body and the word embeddings that `save` wrote."""
    config = BertConfig.from_pretrained(checkpoint_dir)
    body, words = with_frozen_words(BertModel(config, add_pooling_layer=False))
    tensors = load_file(checkpoint_dir / "model.safetensors")
    words = tensors.pop("words").float()
    body.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    return body.eval(), words


def save(body: Body, words: torch.Tensor, checkpoint_dir: Path) -> None:
    """Write weights (fp32; the frozen words fp16, as they came) and configuration into a folder."""
    tensors = {name: tensor.contiguous() for name, tensor in body.state_dict().items()}
    save_file({**tensors, "words": words.half().contiguous()}, checkpoint_dir / "model.safetensors")
    body.encoder.config.save_pretrained(checkpoint_dir)


def averaged(body: Body, before: Mapping[str, torch.Tensor], kept: float) -> Body:
    """The body with the mean of its weights and those of the same names `before`, of which `kept` is the share."""
    if kept:
        body.load_state_dict({name: kept * before[name] + (1 - kept) * now for name, now in body.state_dict().items()})
    return body


def cut_polarity(body: Body) -> None:
    """Leave the body the logits that are served."""
    head = torch.nn.Linear(body.head.in_features, SERVED)
    head.load_state_dict({name: tensor[:SERVED] for name, tensor in body.head.state_dict().items()})
    body.head = head


def with_frozen_words(encoder: BertModel) -> tuple[Body, torch.Tensor]:
    """Take the word embeddings out of the encoder, which is fed with looked-up rows instead.

    Attention is spelt out: on a processor the backward pass of the fused kernel takes half of a training step.
    """
    encoder.set_attn_implementation("eager")
    words = encoder.embeddings.word_embeddings.weight.detach().clone()
    encoder.embeddings.word_embeddings = torch.nn.Embedding(1, words.shape[1])
    for parameter in encoder.embeddings.parameters():
        parameter.requires_grad = False
    return Body(encoder), words
