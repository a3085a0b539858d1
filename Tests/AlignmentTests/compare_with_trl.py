"""The real model, the same pairs, order and settings in float32: TRL's DPOTrainer beside `precis train`.

    python compare_with_trl.py PAIRS.jsonl [--model MODEL.gguf] [--precis .build/release/precis] [--steps 20] [--batch 2]

Needs torch, transformers, datasets and trl; takes minutes. Prints loss, margin and gradient norm of every step from
both, and ends with 1 where they differ by more than --tolerance (relative to the larger of 1 and the value).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["loss", "rewards/margins", "grad_norm"]


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs")
    parser.add_argument("--model", default=os.path.expanduser("~/.cache/precis/SmolLM2-135M-Instruct.Q4_1.gguf"))
    parser.add_argument("--precis", default=os.path.join(HERE, "../../.build/release/precis"))
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rate", type=float, default=4e-5)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=5e-3)
    return parser.parse_args()


def with_precis(options, pairs, folder):
    settings = {
        "preference_tuning_config.beta": options.beta, "learning_rate": options.rate, "num_epochs": 1,
        "train_batch_size_per_device": options.batch, "training.warmup_steps": options.warmup, "training.shuffle": "false",
    }
    overrides = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    subprocess.run(
        [options.precis, "train", "--model", options.model, "--pairs", pairs, "--to", os.path.join(folder, "run"),
         "--precision", "float32", *overrides], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "run", "steps.jsonl")) as lines:
        return [json.loads(line) for line in lines]


def with_trl(options, rows, folder):
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    torch.set_num_threads(os.cpu_count())
    model_folder = os.path.join(folder, "model")
    subprocess.run([options.precis, "convert", "--model", options.model, "--to", model_folder], check=True, stdout=subprocess.DEVNULL)
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32, attn_implementation="eager")

    def ids(text):
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    def completion(turns):
        # Scored through the end of turn, not the newline after it.
        return ids(turns[0]["content"]) + ids("<|im_end|>")

    tokens = [
        {
            "prompt_ids": ids(tokenizer.apply_chat_template(row["prompt"], add_generation_prompt=True, tokenize=False)),
            "chosen_ids": completion(row["chosen"]),
            "rejected_ids": completion(row["rejected"]),
        }
        for row in rows
    ]

    class PreTokenized(DPOTrainer):
        """Takes token ids, and keeps the losses unrounded."""

        def _prepare_dataset(self, dataset, *args, **kwargs):
            return dataset

        def compute_loss(self, *args, **kwargs):
            loss = super().compute_loss(*args, **kwargs)
            self.__dict__.setdefault("exact", []).append((loss[0] if isinstance(loss, tuple) else loss).item())
            return loss

    config = DPOConfig(
        output_dir=os.path.join(folder, "trl"), per_device_train_batch_size=options.batch, max_steps=options.steps,
        learning_rate=options.rate, beta=options.beta, bf16=False, use_cpu=True, report_to=[], save_strategy="no",
        logging_steps=1, max_length=None, weight_decay=0, lr_scheduler_type="cosine", warmup_steps=options.warmup,
        max_grad_norm=1.0, optim="adamw_torch", train_sampling_strategy="sequential", disable_dropout=True,
        gradient_checkpointing=False, precompute_ref_log_probs=True, remove_unused_columns=False, disable_tqdm=True)
    trainer = PreTokenized(model=model, args=config, train_dataset=Dataset.from_list(tokens), processing_class=tokenizer)
    trainer.train()
    log = [entry for entry in trainer.state.log_history if "rewards/margins" in entry]
    return [{**entry, "loss": loss} for entry, loss in zip(log, trainer.exact, strict=True)]


def main():
    options = parse()
    with open(options.pairs) as lines:
        rows = [json.loads(line) for line in lines if line.strip()][: options.steps * options.batch]
    if len(rows) < options.steps * options.batch:
        sys.exit(f"{options.pairs} has {len(rows)} pairs; {options.steps} steps of {options.batch} need more")
    with tempfile.TemporaryDirectory() as folder:
        pairs = os.path.join(folder, "pairs.jsonl")
        with open(pairs, "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        ours = with_precis(options, pairs, folder)
        theirs = with_trl(options, rows, folder)
    assert len(ours) == len(theirs) == options.steps, (len(ours), len(theirs))
    print("| step | " + " | ".join(f"{name}: Precis | TRL" for name in NAMES) + " |")
    print("|---" * (1 + 2 * len(NAMES)) + "|")
    worst = dict.fromkeys(NAMES, 0.0)
    for step, (a, b) in enumerate(zip(ours, theirs), 1):
        print(f"| {step} | " + " | ".join(f"{a[name]:.5f} | {float(b[name]):.5f}" for name in NAMES) + " |")
        for name in NAMES:
            difference = abs(a[name] - float(b[name])) / max(1, abs(float(b[name])))
            worst[name] = max(worst[name], difference)
    print("largest differences: " + ", ".join(f"{name} {value:.2e}" for name, value in worst.items()))
    return int(any(value > options.tolerance for value in worst.values()))


if __name__ == "__main__":
    sys.exit(main())
