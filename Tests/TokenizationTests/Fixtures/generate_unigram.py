"""Writes the fixtures of the unigram tokenizer with sentencepiece (training) and tokenizers (ids).

    python generate_unigram.py [CORPUS]

Two small models are trained: `deberta` is laid out as DeBERTa v3's tokenizer.json, with a few hundred
normalisation rules of its own and unknown tokens; `bytes` falls back to bytes. Everything is deterministic.
tokenizers 0.23, sentencepiece 0.2.
"""

import base64
import io
import json
import os
import random
import sys
import tempfile
import unicodedata
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from generate import strings

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("PRECIS_CACHE", Path.home() / ".cache/precis"))
CORPUS = Path(sys.argv[1]) if len(sys.argv) > 1 else CACHE / "lee_background.cor"
SPECIALS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]


def rules() -> list[tuple[str, str]]:
    """Replacements as in SentencePiece's nmt_nfkc, for a few blocks."""
    pairs = {}
    blocks = [(0xA0, 0x180), (0x2000, 0x2100), (0x2150, 0x218A), (0x2460, 0x2470), (0x3000, 0x3001),
              (0xFB00, 0xFB07), (0xFF01, 0xFF5F)]
    for first, last in blocks:
        for value in range(first, last):
            form = unicodedata.normalize("NFKC", chr(value))
            if form != chr(value):
                pairs[chr(value)] = form
    for letter in "aeiou":
        for mark in "\u0300\u0301\u0308":
            pairs[letter + mark] = unicodedata.normalize("NFC", letter + mark)
    for value in [*range(1, 9), 0xB, *range(0xE, 0x20), 0x7F, 0xAD, 0x200B, 0x200E, 0x200F, 0xFEFF]:
        pairs[chr(value)] = ""
    for value in [9, 10, 12, 13, 0xA0, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x3000]:
        pairs[chr(value)] = " "
    # Overlapping rules: the shortest beginning wins in tokenizers.
    pairs["\u1100"] = "\u1100\u1161"
    pairs["\u1100\u1161"] = "\uac00"
    return sorted(pairs.items())


def train(texts: list[str], size: int, **options) -> sentencepiece_model_pb2.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rules.tsv"
        lines = ("\t".join(" ".join(f"{ord(c):X}" for c in side) for side in pair) for pair in rules())
        table.write_text("\n".join(lines) + "\n")
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts), model_writer=model, model_type="unigram", vocab_size=size,
            normalization_rule_tsv=str(table), num_threads=1, minloglevel=2, **options)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto


def deberta(texts: list[str]) -> Tokenizer:
    proto = train(
        texts, 500, pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]",
        unk_piece="[UNK]", character_coverage=0.999)
    tokenizer = Tokenizer(models.Unigram([(p.piece, p.score) for p in proto.pieces], 3, False))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Strip(), normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
        normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(prepend_scheme="always")])
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIALS])
    tokenizer.add_special_tokens([AddedToken("[MASK]", special=True, normalized=False, lstrip=True)])
    tokenizer.add_tokens([AddedToken(s, normalized=True) for s in ["<|source|>", "<|candidate1|>", "<|candidate2|>"]])
    tokenizer.add_tokens([AddedToken("ﬁnal®", normalized=True)])
    return around(tokenizer)


def byte_fallback(texts: list[str]) -> Tokenizer:
    proto = train(
        texts, 700, byte_fallback=True, pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]",
        eos_piece="[SEP]", unk_piece="[UNK]", character_coverage=0.99, treat_whitespace_as_suffix=False)
    tokenizer = Tokenizer(models.Unigram([(p.piece, p.score) for p in proto.pieces], 3, True))
    # A start that is stripped is not the start of the text for `prepend_scheme`.
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Strip(left=True, right=False),
        normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="first")])
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIALS])
    return around(tokenizer)


def around(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    return tokenizer


def odd_texts() -> list[str]:
    generator = random.Random(8)
    atoms = [chr(v) for lo, hi in [(0x20, 0x7F), (0xA0, 0x180), (0x2000, 0x2070), (0xFF01, 0xFF5F), (0x300, 0x310)]
             for v in range(lo, hi)]
    atoms += ["ﬁ", "ﬂ", "e\u0301", "a\u0308", "\u1100\u1161", "\u1100", "\u0000", "\t", "\n", "\r\n", "  ", "   ", "▁", "▁▁",
              "👩‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "क्षि", "각", "ไทย", "漢字", "\u200b", "\ufeff", "\u3000", "[CLS]", "[SEP]", " [MASK]", "[MASK] ",
              "<|source|>", "<|candidate1|>", "＜|source|＞", "final®", "ﬁnal®", "[UNK]", "the", " and", "police", "."]
    texts = ["", " ", "  ", "\n", "▁", " ▁ ", "[CLS]", "<|source|>text", "<|source|> text", " <|source|> text <|candidate1|>",
             "ﬁ\u0301x", "e\u0301e\u0301", "\u1100\u1161\u11a8", "①②", "½", "ﬀ\u0308", "a\u0301\u0301"]
    for count in range(200):
        texts.append("".join(generator.choices(atoms, k=1 + count % 40)))
    return texts


def write(name: str, tokenizer: Tokenizer, texts: list[str]) -> None:
    folder = HERE / "unigram" / name
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text + "\n")
    rows = []
    for text in texts:
        tokenizer.encode_special_tokens = False
        parsed = tokenizer.encode(text, add_special_tokens=False).ids
        rows.append({"text": text, "ids": parsed, "decoded": tokenizer.decode(parsed)})
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "encodings.json").write_text("[\n" + body + "\n]\n")


def main() -> None:
    corpus = CORPUS.read_text().splitlines()
    texts = list(dict.fromkeys(odd_texts() + strings() + [line[:300] for line in corpus[:40]]))
    write("deberta", deberta(corpus), texts)
    write("bytes", byte_fallback(corpus[:150]), texts)


if __name__ == "__main__":
    main()
