"""llama.cpp (through llama-cpp-python's C interface): each prompt is decoded once and shared by its sequences.

With --samples 1 --single 1 it is single-stream decoding, prompts not counted. Drawing a token (softmax over the
200 largest logits, in numpy) is reported apart: `without_drawing` leaves its time out."""
import ctypes
import time

import llama_cpp
import numpy

import peer

options = peer.arguments(__doc__, prompts=4, samples=10, tokens=96, single=0, plain=0)
samples = 1 if options.single else options.samples
generator = numpy.random.default_rng(0)
silence = llama_cpp.llama_log_callback(lambda *_: None)
llama_cpp.llama_log_set(silence, ctypes.c_void_p(0))
llama_cpp.llama_backend_init()
loading = llama_cpp.llama_model_default_params()
# --plain 1: without the kernels that keep weights in a layout of their own (AMX), which crash on some machines.
loading.use_extra_bufts = not options.plain
model = llama_cpp.llama_model_load_from_file(options.model.encode(), loading)
settings = llama_cpp.llama_context_default_params()
settings.n_ctx, settings.n_batch, settings.n_ubatch, settings.n_seq_max = 16384, 2048, 512, samples + 1
settings.n_threads = settings.n_threads_batch = options.threads
settings.kv_unified = True
context = llama_cpp.llama_init_from_model(model, settings)
vocabulary = llama_cpp.llama_model_get_vocab(model)
width = llama_cpp.llama_vocab_n_tokens(vocabulary)
memory = llama_cpp.llama_get_memory(context)
batch = llama_cpp.llama_batch_init(4096, 0, 1)
SYSTEM = "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"


def tokenize(text):
    data = text.encode()
    ids = (llama_cpp.llama_token * (len(data) + 8))()
    return list(ids[:llama_cpp.llama_tokenize(vocabulary, data, len(data), ids, len(ids), False, True)])


def decode(tokens):
    """Tokens as (id, position, sequence, wants logits)."""
    batch.n_tokens = len(tokens)
    for index, (token, position, sequence, wants) in enumerate(tokens):
        batch.token[index], batch.pos[index], batch.logits[index] = token, position, wants
        batch.n_seq_id[index], batch.seq_id[index][0] = 1, sequence
    if llama_cpp.llama_decode(context, batch) != 0:
        raise SystemExit("llama_decode failed")


def logits(index):
    return numpy.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, index), (width,))


def draw(values):
    top = numpy.argpartition(values, -200)[-200:]
    weights = numpy.exp((values[top] - values[top].max()) / 0.8)
    return int(generator.choice(top, p=weights / weights.sum()))


def sample(ids, tokens):
    """Draws `tokens` tokens of every sequence; returns seconds of the prompt, of the rest and of drawing."""
    llama_cpp.llama_memory_clear(memory, True)
    start = time.perf_counter()
    decode([(token, position, 0, position == len(ids) - 1) for position, token in enumerate(ids)])
    values = [logits(len(ids) - 1).copy()] * samples
    for sequence in range(1, samples):
        llama_cpp.llama_memory_seq_cp(memory, 0, sequence, -1, -1)
    prompt, drawing = time.perf_counter() - start, 0.0
    for step in range(tokens):
        begin = time.perf_counter()
        drawn = [draw(row) for row in values]
        drawing += time.perf_counter() - begin
        decode([(token, len(ids) + step, sequence, True) for sequence, token in enumerate(drawn)])
        values = [logits(sequence) for sequence in range(samples)]
    return prompt, time.perf_counter() - start - prompt, drawing


texts = [SYSTEM + "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in row["prompt"])
         + "<|im_start|>assistant\n" for row in peer.rows(options.data, "prompts.jsonl", options.prompts)]
prompts = [tokenize(text) for text in texts]
sample(prompts[0], 4)
parts = [sample(ids, options.tokens) for ids in prompts]
prompt, rest, drawing = (sum(column) for column in zip(*parts))
drawn = len(prompts) * samples * options.tokens
if options.single:
    peer.report("llama.cpp", "decode-1", options.threads, tokens_per_s=drawn / (rest - drawing))
else:
    peer.report("llama.cpp", "sample", options.threads, sampled_tokens_per_s=drawn / (prompt + rest),
                without_drawing=drawn / (prompt + rest - drawing), sequences=len(prompts) * samples)
