"""Writes the fixtures of PairRankingTests with transformers' DeBERTa-v2 and small random weights.

    python generate.py

`pairrm` has the layout of llm-blender/PairRM-hf, with the tokenizer of TokenizationTests' unigram fixtures;
`plain` is an encoder with the other switches. Deterministic. transformers 5.23, torch 2.
"""

import json
import math
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from transformers import DebertaV2Config, DebertaV2Model
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position

HERE = Path(__file__).parent
TOKENIZER = HERE.parents[1] / "TokenizationTests/Fixtures/unigram/deberta/tokenizer.json"
LENGTHS = [1, 20, 300, 700]
torch.manual_seed(20)
torch.use_deterministic_algorithms(True)


def randomize(module: nn.Module) -> None:
    """Weights large enough that every part shows in the result."""
    for name, tensor in module.named_parameters():
        with torch.no_grad():
            if "LayerNorm.weight" in name:
                tensor.copy_(1 + 0.2 * torch.randn(tensor.shape))
            elif name.endswith("bias"):
                tensor.copy_(0.2 * torch.randn(tensor.shape))
            elif "embeddings" in name:
                tensor.copy_(torch.randn(tensor.shape))
            else:
                tensor.copy_(1.5 / math.sqrt(tensor.shape[-1]) * torch.randn(tensor.shape))


def config(**options) -> DebertaV2Config:
    defaults = dict(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40, max_position_embeddings=512,
        relative_attention=True, position_buckets=256, norm_rel_ebd="layer_norm", share_att_key=True,
        pos_att_type="p2c|c2p", position_biased_input=False, max_relative_positions=-1, type_vocab_size=0,
        layer_norm_eps=1e-7, hidden_act="gelu")
    return DebertaV2Config(**(defaults | options))


def states(model: DebertaV2Model, vocabulary: int, lengths: list[int]) -> dict[str, torch.Tensor]:
    """Ids and last hidden states; padded with a mask for the shorter ones, as a batch of the original would be."""
    tensors = {}
    for length in lengths:
        ids = torch.randint(0, vocabulary, (1, length))
        padded = nn.functional.pad(ids, (0, 7))
        mask = (torch.arange(length + 7) < length).long()[None]
        if length + 7 > model.config.max_position_embeddings and model.config.position_biased_input:
            padded, mask = ids, torch.ones_like(ids)
        with torch.no_grad():
            hidden = model(padded, attention_mask=mask).last_hidden_state[0, :length]
        tensors[f"ids.{length}"] = ids[0].float()
        tensors[f"hidden.{length}"] = hidden.contiguous()
    return tensors


class PairRM(nn.Module):
    """The layers and names of llm-blender's DebertaV2PairRM."""

    def __init__(self, config, markers):
        super().__init__()
        self.pretrained_model = DebertaV2Model(config)
        hidden = config.hidden_size
        self.head_layer = nn.Sequential(
            nn.Dropout(0), nn.Linear(2 * hidden, hidden), nn.Tanh(), nn.Dropout(0), nn.Linear(hidden, config.n_tasks))
        self.markers = markers

    def forward(self, ids: list[int]) -> float:
        ids = torch.tensor([ids])
        hidden = self.pretrained_model(ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
        source, first, second = (hidden[(ids[0] == marker).nonzero()[0, 0]] for marker in self.markers)
        left = self.head_layer(torch.cat([source, first]))
        right = self.head_layer(torch.cat([source, second]))
        return (left - right).mean().item()


def pair_ids(tokenizer: Tokenizer, source: str, first: str, second: str) -> list[int]:
    """As the model card of llm-blender/PairRM-hf tokenizes: source 1224, candidates 412 and what is left over."""

    def encode(text: str, limit: int) -> list[int]:
        tokenizer.enable_truncation(limit)
        return tokenizer.encode(text).ids

    ids = encode("<|source|>" + source, 1224)
    limit = (1224 + 2 * 412 - len(ids)) // 2
    return ids + encode("<|candidate1|>" + first, limit) + encode("<|candidate2|>" + second, limit)


def pairrm() -> None:
    folder = HERE / "pairrm"
    folder.mkdir(exist_ok=True)
    shutil.copy(TOKENIZER, folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    markers = [tokenizer.token_to_id(token) for token in ["<|source|>", "<|candidate1|>", "<|candidate2|>"]]
    settings = config(
        vocab_size=tokenizer.get_vocab_size(), n_tasks=3, drop_out=0.05, source_prefix_id=markers[0],
        cand1_prefix_id=markers[1], cand2_prefix_id=markers[2], sep_token_id=2)
    model = PairRM(settings, markers).eval()
    randomize(model)
    save_file(
        {name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / "model.safetensors",
        metadata={"format": "pt"})
    saved = settings.to_dict()
    saved["pos_att_type"] = "p2c|c2p"
    (folder / "config.json").write_text(json.dumps(saved, indent=2, sort_keys=True) + "\n")
    words = "police said the fire near Sydney was under control and no one is hurt , but winds of 60 km may return".split()
    long = [" ".join(words[(i * k + k) % len(words)] for i in range(n)) for n, k in [(300, 3), (420, 7), (900, 5), (10, 2)]]
    groups = [
        {"source": "What is the capital of France?", "texts": ["Paris.", "The capital is Paris, on the Seine.", "", "Lyon", "Paris."]},
        {"source": "  Name\tthree ﬁsh. ", "texts": ["Cod,\nhaddock and herring", "  I don't know", "e\u0301① ½"]},
        {"source": "Summarise: " + long[2], "texts": [long[1], long[2], long[3]]},
        {"source": "Continue the report.", "texts": [long[2] + " " + long[2], long[1]]},
    ]
    with torch.no_grad():
        for group in groups:
            texts = group["texts"]
            group["ids"] = pair_ids(tokenizer, group["source"], texts[0], texts[1])
            group["comparisons"] = [
                [0.0 if i == j else model(pair_ids(tokenizer, group["source"], texts[i], texts[j]))
                 for j in range(len(texts))] for i in range(len(texts))]
    (HERE / "rankings.json").write_text("[\n" + ",\n".join(json.dumps(group) for group in groups) + "\n]\n")
    save_file(states(model.pretrained_model, settings.vocab_size, LENGTHS), HERE / "pairrm-states.safetensors")


def plain(name: str, **options) -> None:
    settings = config(vocab_size=30, **options)
    model = DebertaV2Model(settings).eval()
    randomize(model)
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    save_file(
        {key: tensor.contiguous() for key, tensor in model.state_dict().items()}, folder / "model.safetensors",
        metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(settings.to_dict(), indent=2, sort_keys=True) + "\n")
    save_file(states(model, 30, [20, 60]), HERE / f"{name}-states.safetensors")


def buckets() -> None:
    distances = torch.arange(-2047, 2048)
    table = {}
    for count, most in [(256, 512), (32, 64), (256, 1024)]:
        table[f"{count}/{most}"] = make_log_bucket_position(distances, count, most).long().tolist()
    (HERE / "buckets.json").write_text(json.dumps(table, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    pairrm()
    plain("own-projections", share_att_key=False, position_biased_input=True, max_position_embeddings=64, position_buckets=-1,
          type_vocab_size=2, norm_rel_ebd="none")
    plain("content-to-position", pos_att_type="c2p", share_att_key=False, max_position_embeddings=64, position_buckets=16)
    plain("position-to-content", pos_att_type="p2c", max_position_embeddings=64, position_buckets=16)
    buckets()
