"""transformers generate in bfloat16 or float32: several summaries of each prompt, all prompts in one padded batch."""
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

import peer

options = peer.arguments(__doc__, prompts=4, samples=10, tokens=96, precision="bfloat16")
torch.set_num_threads(options.threads)
torch.manual_seed(0)
tokenizer = AutoTokenizer.from_pretrained(options.model)
tokenizer.padding_side = "left"
model = AutoModelForCausalLM.from_pretrained(options.model, dtype=peer.dtype(options.precision)).eval()
texts = [tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False)
         for row in peer.rows(options.data, "prompts.jsonl", options.prompts)]
batch = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)


def generate(tokens):
    with torch.no_grad():
        return model.generate(
            **batch, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=True, temperature=0.8, top_p=0.95,
            num_return_sequences=options.samples, pad_token_id=tokenizer.pad_token_id or 0)


generate(2)
start = time.perf_counter()
sequences = generate(options.tokens).shape[0]
seconds = time.perf_counter() - start
peer.report("transformers", "sample", options.threads, sampled_tokens_per_s=sequences * options.tokens / seconds,
            sequences=sequences, precision=options.precision)
