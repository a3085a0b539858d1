"""Optimizer steps of TRL's DPOTrainer in bfloat16 (autocast) or float32, all parameters or LoRA; the first step warms up."""
import tempfile
import time

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import DPOConfig, DPOTrainer

import peer

options = peer.arguments(__doc__, steps=2, batch=4, lora=0, precision="bfloat16")
torch.set_num_threads(options.threads)
bfloat16 = peer.dtype(options.precision) == torch.bfloat16
pairs = [{key: row[key] for key in ("prompt", "chosen", "rejected")}
         for row in peer.rows(options.data, "pairs.jsonl", options.steps * options.batch)]
tokenizer = AutoTokenizer.from_pretrained(options.model)
model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)


def tokens(pair):
    return sum(len(tokenizer.apply_chat_template(pair["prompt"] + pair[side], tokenize=True, return_dict=False))
               for side in ("chosen", "rejected"))


class Clock(TrainerCallback):
    """When each optimizer step ended."""

    def __init__(self):
        self.ends = []

    def on_step_end(self, *arguments, **named):
        self.ends.append(time.perf_counter())


clock = Clock()
adapter = None
if options.lora:
    from peft import LoraConfig
    adapter = LoraConfig(r=options.lora, lora_alpha=2 * options.lora, target_modules="all-linear", task_type="CAUSAL_LM")
with tempfile.TemporaryDirectory() as output:
    trainer = DPOTrainer(
        model=model, processing_class=tokenizer, train_dataset=Dataset.from_list(pairs), callbacks=[clock],
        peft_config=adapter,
        args=DPOConfig(
            output_dir=output, per_device_train_batch_size=options.batch, max_steps=options.steps, learning_rate=1e-6,
            beta=0.1, bf16=bfloat16, use_cpu=True, report_to=[], save_strategy="no", logging_steps=1, disable_tqdm=True,
            gradient_checkpointing=False, max_length=None, precompute_ref_log_probs=True))
    # In the order of the file, so that the timed steps see the pairs that Precis's do.
    trainer._get_train_sampler = lambda *_: torch.utils.data.SequentialSampler(trainer.train_dataset)
    trainer.train()
seconds = clock.ends[-1] - clock.ends[0]
timed = pairs[options.batch:]
peer.report(
    "TRL", "lora" if options.lora else "dpo", options.threads, pairs_per_s=len(timed) / seconds,
    two_sequence_tokens_per_s=sum(map(tokens, timed)) / seconds,
    step_seconds=[b - a for a, b in zip(clock.ends, clock.ends[1:])], precision=options.precision)
