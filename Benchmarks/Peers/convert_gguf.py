"""Writes a GGUF model as a Hugging Face folder (float32 safetensors and tokenizer), so that the PyTorch peers
train and sample the very weights that Precis and llama.cpp read: python convert_gguf.py MODEL.gguf FOLDER"""
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

source, target = sys.argv[1], sys.argv[2]
folder, name = os.path.split(os.path.abspath(source))
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
loaded = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
# A model built afresh has no trace of the quantisation, which training would refuse.
settings = loaded.config.to_dict()
settings.pop("quantization_config", None)
model = LlamaForCausalLM(LlamaConfig(**settings))
model.load_state_dict(loaded.state_dict())
model.tie_weights()
model.save_pretrained(target + ".part")
tokenizer.save_pretrained(target + ".part")
os.rename(target + ".part", target)
