"""Tiny files for the reader's tests, written with the `gguf` and `safetensors` Python packages.

    python generate.py

quantized.gguf holds one tensor of each stored type; quantized-expected.safetensors the float32
values that `gguf.dequantize` gives for it. scalars.gguf holds one metadata value of each type.
"""
import os

import gguf
import numpy as np
from gguf.constants import GGMLQuantizationType as T
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)


def path(name):
    return os.path.join(HERE, name)


def random_blocks(kind, rows, columns):
    """Random bytes with finite scales: the Python package cannot write k-quants, only read them."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    data = rng.integers(0, 256, (rows, columns // block, size), dtype=np.uint8)
    scales = {T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}[kind]
    for offset in scales:
        # One scale in eight is subnormal, so that binary16's smallest values are covered.
        values = rng.normal(0, 0.01, (rows, columns // block)).astype(np.float16)
        values.flat[::8] = np.float16(3e-7)
        data[:, :, offset:offset + 2] = values[:, :, None].view(np.uint8)
    return data.reshape(rows, -1)


def write_quantized():
    writer = gguf.GGUFWriter(path("quantized.gguf"), "llama")
    writer.add_name("one tensor of each type")
    expected = {}
    for kind in (T.F32, T.F16, T.BF16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0):
        values = rng.normal(0, 1, (3, 96)).astype(np.float32)
        values[0, 0], values[1, :32] = 0, 0
        data = gguf.quantize(values, kind)
        writer.add_tensor(kind.name.lower(), data, raw_dtype=None if kind in (T.F32, T.F16) else kind)
        expected[kind.name.lower()] = gguf.dequantize(data, kind).astype(np.float32)
    for kind in (T.Q4_K, T.Q5_K, T.Q6_K):
        data = random_blocks(kind, 2, 512)
        writer.add_tensor(kind.name.lower(), data, raw_dtype=kind)
        expected[kind.name.lower()] = gguf.dequantize(data, kind).astype(np.float32)
    special = np.array([0, 0x8000, 0x7c00, 0xfc00, 0x7e01, 1, 0x83ff, 0x0400, 0x7bff], dtype=np.uint16).view(np.float16)
    writer.add_tensor("f16.special", special)
    expected["f16.special"] = special.astype(np.float32)
    finish(writer)
    save_file(expected, path("quantized-expected.safetensors"))


def write_scalars():
    writer = gguf.GGUFWriter(path("scalars.gguf"), "llama")
    writer.add_uint8("k.uint8", 255)
    writer.add_int8("k.int8", -128)
    writer.add_uint16("k.uint16", 65535)
    writer.add_int16("k.int16", -32768)
    writer.add_uint32("k.uint32", 2**32 - 1)
    writer.add_int32("k.int32", -2**31)
    writer.add_float32("k.float32", 1.5)
    writer.add_uint64("k.uint64", 2**64 - 1)
    writer.add_int64("k.int64", -2**63)
    writer.add_float64("k.float64", 1e-300)
    writer.add_bool("k.bool", True)
    writer.add_string("k.string", "naïve 東京\n")
    writer.add_array("k.strings", ["a", "", "Ġc"])
    writer.add_array("k.integers", [3, -1, 4])
    writer.add_array("k.floats", [0.25, -2.0])
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write_quantized()
    write_scalars()
    values = np.arange(6, dtype=np.float32).reshape(2, 3) / 3
    save_file({"a": values, "b": values.astype(np.float16), "empty": np.zeros((0, 4), np.float32), "steps": np.arange(3)},
              path("mixed.safetensors"), metadata={"format": "np"})
