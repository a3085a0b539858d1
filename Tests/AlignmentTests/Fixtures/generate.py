"""Reference values for objectives, gradients and trajectories, from PyTorch and TRL in float32.

    python generate.py

Needs the tiny models of ../../LanguageModelTests/Fixtures (generate them first). Formats: README.md.
"""
import copy
import json
import math
import os
import shutil
import sys
import tempfile

import torch
import torch.nn.functional as F
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from tokenizers import Tokenizer, models
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, get_cosine_schedule_with_warmup
from trl import DPOConfig, DPOTrainer

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "..", "..", "LanguageModelTests", "Fixtures")
BETA = 0.1
torch.set_num_threads(2)


def write_json(name, value):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


def rounded(value):
    return float(f"{value:.9g}")


def load(name):
    return AutoModelForCausalLM.from_pretrained(os.path.join(HERE, name), dtype=torch.float32, attn_implementation="eager").eval()


def log_prob(model, prompt, completion):
    """Sum over the completion's tokens of their log-probability, float32 network, float64 sum."""
    logits = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1:-1]
    return torch.log_softmax(logits.double(), -1).gather(1, torch.tensor(completion)[:, None]).sum()


def random_pairs(count, prompt_lengths, completion_lengths, seed):
    g = torch.Generator().manual_seed(seed)
    ids = lambda low, high: torch.randint(3, 96, (int(torch.randint(low, high + 1, (1,), generator=g)),), generator=g).tolist()
    return [{"prompt": ids(*prompt_lengths), "chosen": ids(*completion_lengths) + [2], "rejected": ids(*completion_lengths) + [2]}
            for _ in range(count)]


def objectives(h, chosen_lengths, rejected_lengths):
    """Losses per pair from h = (chosen, rejected) log-ratios to the reference."""
    delta = h[0] - h[1]
    sigmoid, flipped = -F.logsigmoid(BETA * delta), -F.logsigmoid(-BETA * delta)
    per_token = h[0] / chosen_lengths - h[1] / rejected_lengths
    return {
        "sigmoid": sigmoid,
        # Chowdhury et al. 2024 call it conservative DPO (cDPO); eric-mitchell's trainers.py.
        "sigmoid_label_smoothing_0.1": 0.9 * sigmoid + 0.1 * flipped,
        "hinge": torch.relu(1 - BETA * delta),
        # Azar et al. 2023, equation 17, on sums; and on means over tokens, as TRL computes it.
        "ipo": (delta - 1 / (2 * BETA)) ** 2,
        "ipo_per_token": (per_token - 1 / (2 * BETA)) ** 2,
    }


def gradients(model):
    return {name: p.grad.clone() for name, p in model.named_parameters()}


def write_gradients(folder):
    model = load(folder)
    pairs = random_pairs(3, (3, 12), (4, 14), seed=11)
    pairs[1]["prompt"] = pairs[0]["prompt"]
    reference = load(folder)
    with torch.no_grad():
        g = torch.Generator().manual_seed(12)
        for p in reference.parameters():
            p.add_(0.05 * torch.randn(p.shape, generator=g))
        for pair in pairs:
            pair["reference_chosen"] = rounded(log_prob(reference, pair["prompt"], pair["chosen"]).item())
            pair["reference_rejected"] = rounded(log_prob(reference, pair["prompt"], pair["rejected"]).item())

    # SFT: mean over the completion tokens of the whole batch.
    tokens = sum(len(p["chosen"]) for p in pairs)
    model.zero_grad()
    sft = -sum(log_prob(model, p["prompt"], p["chosen"]) for p in pairs) / tokens
    sft.backward()
    save_file(gradients(model), os.path.join(HERE, folder, "gradients-sft.safetensors"))

    def log_ratios():
        chosen = torch.stack([log_prob(model, p["prompt"], p["chosen"]) for p in pairs])
        rejected = torch.stack([log_prob(model, p["prompt"], p["rejected"]) for p in pairs])
        return (chosen, rejected, chosen - torch.tensor([p["reference_chosen"] for p in pairs]),
                rejected - torch.tensor([p["reference_rejected"] for p in pairs]))

    chosen_lengths = torch.tensor([len(p["chosen"]) for p in pairs])
    rejected_lengths = torch.tensor([len(p["rejected"]) for p in pairs])
    model.zero_grad()
    chosen, rejected, *h = log_ratios()
    objectives(h, chosen_lengths, rejected_lengths)["sigmoid"].mean().backward()
    save_file(gradients(model), os.path.join(HERE, folder, "gradients-dpo.safetensors"))

    result = {"beta": BETA, "pairs": pairs, "sft_loss": rounded(sft.item()),
              "chosen": [rounded(v) for v in chosen.tolist()], "rejected": [rounded(v) for v in rejected.tolist()],
              "reward_chosen": [rounded(BETA * v) for v in h[0].tolist()],
              "reward_rejected": [rounded(BETA * v) for v in h[1].tolist()], "losses": {}}
    for name, losses in objectives(h, chosen_lengths, rejected_lengths).items():
        model.zero_grad()
        _, _, *again = log_ratios()
        objectives(again, chosen_lengths, rejected_lengths)[name].mean().backward()
        norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients(model).values()))
        result["losses"][name] = {"per_pair": [rounded(v) for v in losses.tolist()], "mean": rounded(losses.mean().item()),
                                  "gradient_norm": rounded(norm)}
    write_json(os.path.join(folder, "objectives.json"), result)


# ---- Trajectories ------------------------------------------------------------------------------

BATCH, STEPS, RATE, WARMUP = 4, 20, 2e-3, 4


def decayed(name, parameter):
    """As the Hugging Face Trainer: everything but norms."""
    return parameter.dim() > 1


def plain_loop(model, pairs, weight_decay):
    named = list(model.named_parameters())
    groups = [{"params": [p for n, p in named if decayed(n, p)], "weight_decay": weight_decay},
              {"params": [p for n, p in named if not decayed(n, p)], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    schedule = get_cosine_schedule_with_warmup(optimizer, WARMUP, STEPS)
    steps = []
    for step in range(STEPS):
        batch = pairs[step * BATCH:(step + 1) * BATCH]
        chosen = torch.stack([log_prob(model, p["prompt"], p["chosen"]) for p in batch])
        rejected = torch.stack([log_prob(model, p["prompt"], p["rejected"]) for p in batch])
        h = (chosen - torch.tensor([p["reference_chosen"] for p in batch]), rejected - torch.tensor([p["reference_rejected"] for p in batch]))
        loss = -F.logsigmoid(BETA * (h[0] - h[1])).mean()
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        rate = schedule.get_last_lr()[0]
        optimizer.step()
        schedule.step()
        steps.append({key: rounded(value) for key, value in {
            "loss": loss.item(), "grad_norm": norm.item(), "learning_rate": rate,
            "rewards/chosen": BETA * h[0].mean().item(), "rewards/rejected": BETA * h[1].mean().item(),
            "rewards/margins": BETA * (h[0] - h[1]).mean().item(), "rewards/accuracies": (h[0] > h[1]).double().mean().item(),
            "logps/chosen": chosen.mean().item(), "logps/rejected": rejected.mean().item()}.items()})
    return steps


class PreTokenizedDPOTrainer(DPOTrainer):
    """TRL's trainer on token ids; keeps the unrounded losses."""
    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset

    def compute_loss(self, *args, **kwargs):
        loss = super().compute_loss(*args, **kwargs)
        self.__dict__.setdefault("exact_losses", []).append((loss[0] if isinstance(loss, tuple) else loss).item())
        return loss


def trl_loop(model, pairs, weight_decay):
    rows = [{"prompt_ids": p["prompt"], "chosen_ids": p["chosen"], "rejected_ids": p["rejected"]} for p in pairs]
    words = {f"t{i}": i for i in range(96)}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="t0")), pad_token="t0", eos_token="t2")
    with tempfile.TemporaryDirectory() as folder:
        config = DPOConfig(
            output_dir=folder, per_device_train_batch_size=BATCH, max_steps=STEPS, learning_rate=RATE, beta=BETA, bf16=False,
            use_cpu=True, report_to=[], save_strategy="no", logging_steps=1, max_length=None, weight_decay=weight_decay,
            lr_scheduler_type="cosine", warmup_steps=WARMUP, max_grad_norm=1.0, adam_beta1=0.9, adam_beta2=0.999, adam_epsilon=1e-8,
            optim="adamw_torch", train_sampling_strategy="sequential", disable_dropout=True, gradient_checkpointing=False,
            precompute_ref_log_probs=True, remove_unused_columns=False, disable_tqdm=True)
        trainer = PreTokenizedDPOTrainer(model=model, args=config, train_dataset=Dataset.from_list(rows), processing_class=tokenizer)
        trainer.train()
    logs = [entry for entry in trainer.state.log_history if "rewards/margins" in entry]
    for entry, loss in zip(logs, trainer.exact_losses, strict=True):
        entry["loss"] = loss
    return logs


def write_trajectory(folder):
    start = load(folder)
    pairs = random_pairs(BATCH * STEPS, (2, 10), (3, 12), seed=21)
    with torch.no_grad():
        for p in pairs:
            p["reference_chosen"] = rounded(log_prob(start, p["prompt"], p["chosen"]).item())
            p["reference_rejected"] = rounded(log_prob(start, p["prompt"], p["rejected"]).item())
    result = {"beta": BETA, "batch": BATCH, "warmup_steps": WARMUP, "total_steps": STEPS, "peak_learning_rate": RATE,
              "max_grad_norm": 1.0, "pairs": pairs, "runs": []}
    for weight_decay in (0.0, 0.01):
        model = copy.deepcopy(start)
        steps = plain_loop(model, pairs, weight_decay)
        peer = copy.deepcopy(start)
        logs = trl_loop(peer, pairs, weight_decay)
        worst = max(abs(a[k] - b[k]) / max(1, abs(b[k])) for a, b in zip(steps, logs, strict=True)
                    for k in ("loss", "grad_norm", "learning_rate", "rewards/margins", "rewards/chosen", "logps/chosen", "logps/rejected"))
        drift = max((p - q).abs().max().item() for p, q in zip(model.parameters(), peer.parameters()))
        print(f"{folder} weight decay {weight_decay}: largest difference from TRL {worst:.2g} in logs, {drift:.2g} in final weights")
        assert worst < 1e-4 and drift < 1e-4
        norms = {n: rounded(p.detach().double().norm().item()) for n, p in model.named_parameters()}
        change = {n: rounded((p.detach() - q.detach()).double().norm().item())
                  for (n, p), q in zip(model.named_parameters(), start.parameters())}
        result["runs"].append({"weight_decay": weight_decay, "steps": steps, "final_norms": norms, "distances_from_start": change})
    write_json(os.path.join(folder, "dpo-trajectory.json"), result)


# ---- LoRA ----------------------------------------------------------------------------------------

def write_adapter(folder):
    objective = json.load(open(os.path.join(HERE, folder, "objectives.json")))
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    tokens = torch.Generator().manual_seed(31)
    tokens = torch.randint(0, 96, (24,), generator=tokens).tolist()
    for name, stabilised in (("adapter", False), ("adapter-rslora", True)):
        torch.manual_seed(32)
        config = LoraConfig(r=4, lora_alpha=8, target_modules=targets, use_rslora=stabilised, task_type="CAUSAL_LM")
        model = get_peft_model(load(folder), config).eval()
        with torch.no_grad():
            for n, p in model.named_parameters():
                if "lora_B" in n:
                    p.copy_(0.1 * torch.randn(p.shape))
            logits = model(torch.tensor([tokens])).logits[0]
        path = os.path.join(HERE, folder, name)
        model.save_pretrained(path)
        for extra in ("README.md",):
            if os.path.exists(os.path.join(path, extra)):
                os.remove(os.path.join(path, extra))
        save_file({"tokens": torch.tensor(tokens, dtype=torch.float32), "logits": logits.contiguous()}, os.path.join(path, "logits.safetensors"))
        if stabilised:
            continue
        pairs = objective["pairs"]
        loss = 0
        for p in pairs:
            h = [log_prob(model, p["prompt"], p[side]) - p["reference_" + side] for side in ("chosen", "rejected")]
            loss = loss - F.logsigmoid(BETA * (h[0] - h[1])) / len(pairs)
        loss.backward()
        grads = {n.replace(".default", ""): p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
        save_file(grads, os.path.join(path, "gradients-dpo.safetensors"), metadata={"loss": repr(loss.item())})
    config_path = os.path.join(HERE, folder, "adapter", "adapter_config.json")
    for name in ("adapter", "adapter-rslora"):
        config_path = os.path.join(HERE, folder, name, "adapter_config.json")
        config = json.load(open(config_path))
        config["base_model_name_or_path"] = folder
        config["target_modules"] = sorted(config["target_modules"])
        json.dump(config, open(config_path, "w"), indent=2)


if __name__ == "__main__":
    for folder in ("tiny-llama", "tiny-mistral"):
        os.makedirs(os.path.join(HERE, folder), exist_ok=True)
        for file in ("config.json", "model.safetensors"):
            shutil.copyfile(os.path.join(MODELS, folder, file), os.path.join(HERE, folder, file))
        write_gradients(folder)
    write_trajectory("tiny-llama")
    write_adapter("tiny-llama")
    for root, _, files in os.walk(HERE):
        for file in files:
            if file.endswith(".safetensors"):
                os.chmod(os.path.join(root, file), 0o644)
