"""Checks exported models and adapters with transformers, llama.cpp and PEFT.

    PRECIS_EXPORTS=FOLDER [PRECIS_MODEL=MODEL.gguf] swift test --filter ModelExportTests
    python verify_exports.py FOLDER [MODEL.gguf]

Needs torch, transformers, peft, gguf and llama-cpp-python. Prints one line per check; exit code 1 if one fails.
"""
import ctypes
import json
import os
import sys

import gguf
import llama_cpp
import numpy as np
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

FOLDER = sys.argv[1]
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "LanguageModelTests", "Fixtures")
TEXTS = ["The heron on 12 roofs, 1969!", "naïve café 東京 🗼\n\n  x", "<|im_start|>user\nHello<|im_end|>\n"]
failures = 0
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))


def check(name, passed, detail=""):
    global failures
    failures += not passed
    print(f"{'ok  ' if passed else 'FAIL'} {name} {detail}", flush=True)


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def logits(model, ids):
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].float()


class LlamaCpp:
    """The C interface, so that token ids go in and logits come out."""

    def __init__(self, path):
        self.quiet = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(self.quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(path.encode(), llama_cpp.llama_model_default_params())
        assert self.model, f"llama.cpp cannot load {path}"
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx, parameters.n_batch, parameters.n_ubatch = 512, 512, 512
        parameters.n_threads = parameters.n_threads_batch = torch.get_num_threads()
        # Keys and values in F32 (ggml type 0), so that only the weights' own format differs.
        parameters.flash_attn_type, parameters.type_k, parameters.type_v = 0, 0, 0
        self.context = llama_cpp.llama_init_from_model(self.model, parameters)
        self.vocabulary = llama_cpp.llama_model_get_vocab(self.model)
        self.count = llama_cpp.llama_vocab_n_tokens(self.vocabulary)

    def tokenize(self, text):
        data = text.encode()
        ids = (llama_cpp.llama_token * (len(data) + 8))()
        return list(ids[:llama_cpp.llama_tokenize(self.vocabulary, data, len(data), ids, len(ids), False, True)])

    def logits(self, ids):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        batch = llama_cpp.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = token, i, 1, 1
            batch.seq_id[i][0] = 0
        assert llama_cpp.llama_decode(self.context, batch) == 0
        rows = [np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(self.context, i), (self.count,)).copy() for i in range(len(ids))]
        llama_cpp.llama_batch_free(batch)
        return torch.tensor(np.stack(rows))

    def greedy(self, prompt, count, end):
        ids = list(prompt)
        for _ in range(count):
            ids.append(int(self.logits(ids)[-1].argmax()))
            if ids[-1] in end:
                break
        return ids[len(prompt):]


def check_tiny(name):
    original, exported = load(os.path.join(FIXTURES, name)), load(os.path.join(FOLDER, name))
    rows = json.load(open(os.path.join(FIXTURES, name, "logits.json")))["tokens"]
    difference = max((logits(original, ids) - logits(exported, ids)).abs().max().item() for ids in rows)
    check(f"{name}: transformers loads the folder", difference == 0, f"largest logit difference {difference:.2g}")
    ours, theirs = (AutoTokenizer.from_pretrained(os.path.join(f, name)) for f in (FIXTURES, FOLDER))
    check(f"{name}: tokenizer", all(ours(t).input_ids == theirs(t).input_ids for t in TEXTS))
    for kind, tolerance in (("float32", 1e-3), ("float16", 2e-2), ("q8_0", 0.5)):
        peer = LlamaCpp(os.path.join(FOLDER, f"{name}-{kind}.gguf"))
        # llama.cpp has no sliding window for this architecture, so it is compared within the window.
        ids = rows[-1][: original.config.to_dict().get("sliding_window") or len(rows[-1])]
        difference = (peer.logits(ids) - logits(original, ids)).abs().max().item()
        check(f"{name}: llama.cpp loads {kind}", difference < tolerance, f"largest logit difference {difference:.2g}")


def check_real(source):
    folder = os.path.join(FOLDER, "real")
    model, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)
    state = model.state_dict()
    worst = 0.0
    for tensor in gguf.GGUFReader(source).tensors:
        values = torch.tensor(gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))
        name = tensor.name
        if name in ("token_embd.weight", "output_norm.weight"):
            key = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}[name]
        else:
            _, layer, part, _ = name.split(".")
            key = f"model.layers.{layer}." + {
                "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
                "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
                "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}[part] + ".weight"
            if part in ("attn_q", "attn_k"):
                heads = model.config.num_attention_heads if part == "attn_q" else model.config.num_key_value_heads
                rows, columns = values.shape
                values = values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)
        worst = max(worst, (values - state[key]).abs().max().item())
    check("real: every weight equals the gguf package's", worst == 0, f"largest difference {worst:.2g}")

    rows = json.load(open(os.path.join(FIXTURES, "smollm2-log-probs.json")))
    difference = 0.0
    for row in rows:
        ids = row["tokens"]
        scores = torch.log_softmax(logits(model, ids).double(), -1)[:-1].gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
        difference = max(difference, (scores - torch.tensor(row["log_probs"], dtype=torch.float64)).abs().max().item())
    check("real: log-probabilities in transformers", difference < 1e-3, f"largest difference {difference:.2g}")

    prompts = json.load(open(os.path.join(FIXTURES, "smollm2-greedy.json")))
    peer = LlamaCpp(source)
    ours = {kind: LlamaCpp(os.path.join(FOLDER, f"real-{kind}.gguf")) for kind in ("float16", "q8_0")}
    texts = TEXTS + [p["user"] for p in prompts]
    check("real: tokenizer in transformers equals llama.cpp's", all(tokenizer(t, add_special_tokens=False).input_ids == peer.tokenize(t) for t in texts))
    rendered = [tokenizer.apply_chat_template([{"role": "user", "content": p["user"]}], add_generation_prompt=True, return_dict=False)
                == p["prompt"] for p in prompts]
    check("real: chat template in transformers", all(rendered), f"{sum(rendered)} of {len(rendered)}")
    for kind, model_ in ours.items():
        check(f"real: tokenizer of {kind} GGUF", all(model_.tokenize(t) == peer.tokenize(t) for t in texts))
        equal = 0
        for p in prompts:
            continuation = model_.greedy(p["prompt"], 24, [2])
            equal += continuation == p["continuation"][: len(continuation)]
        if kind == "float16":
            # A near tie may fall the other way under F16 arithmetic.
            check(f"real: greedy continuation of {kind} GGUF", equal >= 9, f"{equal} of {len(prompts)} equal over 24 tokens")
        else:
            # Rounding to 8 bits changes greedy choices of a model this small (5 of 10 were equal when this was
            # written), so the count is shown without a verdict; the bytes below are what the writer answers for.
            print(f"info real: greedy continuation of {kind} GGUF: {equal} of {len(prompts)} equal to float32 over 24 tokens")
    check_quantization(source)


def check_quantization(source):
    """The Q8_0 blocks against those that the gguf package makes of the same weights."""
    kind = gguf.GGMLQuantizationType.Q8_0
    originals = {t.name: t for t in gguf.GGUFReader(source).tensors}
    different = total = 0
    for tensor in gguf.GGUFReader(os.path.join(FOLDER, "real-q8_0.gguf")).tensors:
        if tensor.tensor_type != kind:
            continue
        original = originals[tensor.name]
        expected = gguf.quantize(gguf.dequantize(original.data, original.tensor_type).astype(np.float32), kind)
        different += int((expected != tensor.data).sum())
        total += expected.size
    check("real: Q8_0 blocks equal the gguf package's", total > 0 and different == 0, f"{different} of {total} bytes differ")


def check_adapter(base, adapter, expected=None):
    model = PeftModel.from_pretrained(load(os.path.join(FIXTURES, base)), adapter).eval()
    ids = list(range(3, 40))
    merged = logits(PeftModel.from_pretrained(load(os.path.join(FIXTURES, base)), adapter).merge_and_unload(), ids)
    difference = (logits(model, ids) - merged).abs().max().item()
    effect = (merged - logits(load(os.path.join(FIXTURES, base)), ids)).abs().max().item()
    check(f"{os.path.basename(adapter)}: PEFT loads the adapter", difference < 1e-4 and effect > 1e-3, f"effect on logits {effect:.2g}")
    if expected is not None:
        reference = PeftModel.from_pretrained(load(os.path.join(FIXTURES, base)), expected).eval()
        difference = (logits(model, ids) - logits(reference, ids)).abs().max().item()
        check(f"{os.path.basename(adapter)}: same logits as the adapter it was read from", difference < 1e-5, f"largest difference {difference:.2g}")


for folder in ("tiny-llama", "tiny-mistral"):
    check_tiny(folder)
if len(sys.argv) > 2:
    check_real(sys.argv[2])
adapters = os.path.join(FIXTURES, "..", "..", "AlignmentTests", "Fixtures", "tiny-llama")
for name in ("adapter", "adapter-rslora"):
    if os.path.isdir(os.path.join(FOLDER, name)):
        check_adapter("tiny-llama", os.path.join(FOLDER, name), os.path.join(adapters, name))
sys.exit(failures > 0)
