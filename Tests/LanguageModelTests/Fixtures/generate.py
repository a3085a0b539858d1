"""Reference values for the engine's tests, from PyTorch and transformers in float32.

    python generate.py tiny
    python generate.py real SMOLLM2_HF_FOLDER

`tiny` writes the random models and their logits; `real` writes log-probabilities and greedy
continuations of SmolLM2-135M-Instruct, whose folder holds the dequantised GGUF weights in float32
(see README.md). Formats: README.md.
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(2)


def write_json(name, value):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


def digits(values):
    """float32 values with the nine significant digits that identify them."""
    return [float(f"{v:.9g}") for v in values]


def randomise(model, seed):
    """Weights large enough that every part of the network matters to the logits."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(1 + 0.2 * noise if p.dim() == 1 else noise / p.shape[1] ** 0.5)


def sequences(lengths, vocabulary, seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(0, vocabulary, (n,), generator=generator).tolist() for n in lengths]


def write_logits(folder, name, model, inputs):
    tensors, log_probs = {}, []
    for index, ids in enumerate(inputs):
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].float()
        tensors[f"logits.{index}"] = logits.contiguous()
        log_softmax = torch.log_softmax(logits.double(), -1)
        log_probs.append(digits(log_softmax[t, ids[t + 1]].item() for t in range(len(ids) - 1)))
    path = os.path.join(HERE, folder, name + ".safetensors")
    save_file(tensors, path)
    os.chmod(path, 0o644)
    write_json(os.path.join(folder, name + ".json"), {"tokens": inputs, "log_probs": log_probs})


CHAT_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI "
    "assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + "
    "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def write_tokenizer(folder):
    """A byte-level vocabulary of 96 tokens of SmolLM's kind: most of ASCII and a few merges."""
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    symbols = ["\u0120", "\u010a"] + letters + [c.upper() for c in letters] + list("0123456789") + list(".,;:!?'\"-()/<>|_")
    merges = [("\u0120", "t"), ("h", "e"), ("\u0120t", "he"), ("i", "n"), ("\u0120", "a"), ("e", "r"), ("o", "n")]
    spellings = special + symbols + [a + b for a, b in merges]
    assert len(spellings) <= 96
    tokenizer = Tokenizer(models.BPE({s: i for i, s in enumerate(spellings)}, merges))
    tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    tokenizer.save(os.path.join(HERE, folder, "tokenizer.json"))
    write_json(os.path.join(folder, "tokenizer_config.json"), {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|im_end|>", "chat_template": CHAT_TEMPLATE})


def tiny():
    common = dict(vocab_size=96, tie_word_embeddings=True, attn_implementation="eager", bos_token_id=1, eos_token_id=2)
    llama = LlamaForCausalLM(LlamaConfig(
        hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        rms_norm_eps=1e-5, max_position_embeddings=256, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, **common))
    mistral = MistralForCausalLM(MistralConfig(
        hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1, head_dim=16,
        rms_norm_eps=1e-6, max_position_embeddings=256, sliding_window=7, rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        **{**common, "tie_word_embeddings": False}))
    inputs = sequences([1, 9, 33], 96, seed=3)
    for folder, model, seed in (("tiny-llama", llama, 1), ("tiny-mistral", mistral, 2)):
        randomise(model, seed)
        model.eval().save_pretrained(os.path.join(HERE, folder))
        os.remove(os.path.join(HERE, folder, "generation_config.json"))
        os.chmod(os.path.join(HERE, folder, "model.safetensors"), 0o644)
        write_logits(folder, "logits", model, inputs)
        write_tokenizer(folder)
    # The same weights under Llama 3.1's frequency scaling, in the spelling of transformers 4.
    scaling = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
    scaled_config = LlamaConfig(**{**llama.config.to_dict(), "rope_parameters": {**scaling, "rope_theta": 10000.0}})
    scaled_config._attn_implementation = "eager"
    scaled = LlamaForCausalLM(scaled_config).eval()
    scaled.load_state_dict(llama.state_dict())
    config = json.load(open(os.path.join(HERE, "tiny-llama", "config.json")))
    config.pop("rope_parameters")
    write_json("tiny-llama/config-llama3-rope.json", {**config, "rope_theta": 10000.0, "rope_scaling": scaling})
    write_logits("tiny-llama", "logits-llama3-rope", scaled, inputs[2:])


SHORT_TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "In 1969, Apollo 11 landed on the Moon with 2 astronauts; 3.5 billion people were alive.",
    "Zürich's café naïvely charged 12,50 € for a crème brûlée — très cher!",
    "def add(a, b):\n    return a + b\n\nprint(add(2, 3))",
    "東京は日本の首都です。 Tokyo is the capital of Japan. 🗼",
    "   leading spaces,\ttabs and\n\n\nblank lines   ",
]

PROMPTS = [
    "Summarize in two sentences: Heavy rain closed three roads near Sydney on Tuesday and left 4,000 homes without power.",
    "What is the capital of France?",
    "List three reasons to exercise every day.",
    "Write a haiku about the sea.",
    "Explain gravity to a child.",
    "Translate to Spanish: Good morning, my friend.",
    "What is 17 plus 25?",
    "Give me a title for a news story about a bushfire near Canberra.",
    "Who wrote Romeo and Juliet, and when?",
    "Rewrite politely: Send me the report now.",
]


NEWS_TOPICS = ["a bushfire", "a cricket match", "an airline's bankruptcy", "a flood in a river valley", "an election in Fiji",
               "a bank's interest rates", "a hospital strike", "a space telescope", "a road accident", "a film festival",
               "a peace agreement", "a police investigation", "a tennis final", "the price of wheat"]


def news(tokenizer, model):
    """The model's own news reports, sampled at temperature 1, so that no one's article is stored here."""
    for index, topic in enumerate(NEWS_TOPICS):
        turn = [{"role": "user", "content": f"Write a newspaper report about {topic}."}]
        prompt = tokenizer.apply_chat_template(turn, add_generation_prompt=True, return_dict=False)
        torch.manual_seed(index)
        output = model.generate(torch.tensor([prompt]), max_new_tokens=140, do_sample=True, temperature=1.0, top_k=0, pad_token_id=2)
        yield tokenizer.decode(output[0][len(prompt):], skip_special_tokens=True)


def smollm_tokenizer(folder):
    """transformers' GGUF conversion forgets that SmolLM splits numbers into digits (`tokenizer.ggml.pre`)."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
    assert len(tokenizer("1969", add_special_tokens=False).input_ids) == 4
    return tokenizer


def real(folder):
    tokenizer = smollm_tokenizer(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    rows = []
    for index, text in enumerate(SHORT_TEXTS + list(news(tokenizer, model))):
        ids = tokenizer(text, add_special_tokens=False).input_ids[: 20 + 7 * (index % 15)]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].double()
        log_softmax = torch.log_softmax(logits, -1)
        rows.append({"tokens": ids, "log_probs": digits(log_softmax[t, ids[t + 1]].item() for t in range(len(ids) - 1))})
    write_json("smollm2-log-probs.json", rows)

    continuations = []
    for text in PROMPTS:
        prompt = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, return_dict=False)
        with torch.no_grad():
            output = model.generate(torch.tensor([prompt]), max_new_tokens=64, do_sample=False, pad_token_id=2)[0].tolist()
            continuation = output[len(prompt):]
            logits = model(torch.tensor([output])).logits[0, len(prompt) - 1:-1]
        best = logits.topk(2, -1).values
        assert logits.argmax(-1).tolist() == continuation
        continuations.append({"user": text, "prompt": prompt, "continuation": continuation,
                              "smallest_margin": float(f"{(best[:, 0] - best[:, 1]).min().item():.4g}")})
        print(text, "->", repr(tokenizer.decode(continuation)), continuations[-1]["smallest_margin"])
    write_json("smollm2-greedy.json", continuations)


if __name__ == "__main__":
    if sys.argv[1:] == ["tiny"]:
        tiny()
    elif len(sys.argv) == 3 and sys.argv[1] == "real":
        real(sys.argv[2])
    else:
        sys.exit(__doc__)
