import Checkpoints
import Foundation

/// How a file names and orders the parameters of `ParameterLayout`.
package enum CheckpointFormat {
    case huggingFace
    case gguf

    /// llama.cpp's name of a parameter; layers are `blk.N`.
    static func ggufName(_ name: String) -> String {
        switch name {
        case "model.embed_tokens.weight": return "token_embd.weight"
        case "model.norm.weight": return "output_norm.weight"
        case "lm_head.weight": return "output.weight"
        default: break
        }
        let parts = name.split(separator: ".", maxSplits: 3)
        guard parts.count == 4, let short = layerNames[String(parts[3])] else { return name }
        return "blk.\(parts[2]).\(short).weight"
    }

    private static let layerNames = [
        "input_layernorm.weight": "attn_norm", "self_attn.q_proj.weight": "attn_q", "self_attn.k_proj.weight": "attn_k",
        "self_attn.v_proj.weight": "attn_v", "self_attn.o_proj.weight": "attn_output",
        "post_attention_layernorm.weight": "ffn_norm", "mlp.gate_proj.weight": "ffn_gate", "mlp.up_proj.weight": "ffn_up",
        "mlp.down_proj.weight": "ffn_down",
    ]

    func name(of tensor: ParameterLayout.Tensor) -> String {
        self == .gguf ? Self.ggufName(tensor.name) : tensor.name
    }

    /// Tensors that carry no parameters of their own: tables that are computed from the configuration.
    func isDerived(_ name: String, tied: Bool) -> Bool {
        name == "rope_freqs.weight" || name.hasSuffix("rotary_emb.inv_freq") || name.hasSuffix("attn_rot_embd.weight")
            || (tied && name == "lm_head.weight")
    }
}

/// Reads all parameters of a model from a tensor file into one buffer.
package struct CheckpointWeights {
    let file: any TensorFile
    let format: CheckpointFormat
    let configuration: ModelConfiguration
    let layout: ParameterLayout

    package init(file: any TensorFile, format: CheckpointFormat, configuration: ModelConfiguration) {
        self.file = file
        self.format = format
        self.configuration = configuration
        layout = ParameterLayout(configuration)
    }

    /// - Throws: `CheckpointError` for a missing, extra or misshapen tensor, or too little memory.
    package func read(into storage: FloatBuffer.Storage = .memory) throws(CheckpointError) -> FloatBuffer {
        try checkTensors()
        try checkMemory()
        let parameters = FloatBuffer(count: layout.count, storage: storage)
        let interleavedHeads = format == .gguf ? RotaryOrder.heads(layout, configuration) : [:]
        for tensor in layout.tensors {
            let destination = UnsafeMutableBufferPointer(start: parameters.pointer + tensor.offset, count: tensor.count)
            try file.read(format.name(of: tensor), into: destination)
            if let heads = interleavedHeads[tensor.name] {
                RotaryOrder.toHalves(parameters.pointer + tensor.offset, heads: heads, tensor.shape)
            }
            parameters.releasePages(tensor.offset..<tensor.offset + tensor.count)
        }
        return parameters
    }

    /// Everything about the tensors that can be wrong, before a byte of weights is allocated.
    func checkTensors() throws(CheckpointError) {
        var expected: Set<String> = []
        for tensor in layout.tensors {
            let name = format.name(of: tensor)
            expected.insert(name)
            guard let stored = file.tensors[name] else { throw file.missing(name) }
            guard stored.shape == tensor.shape else {
                throw CheckpointError(
                    .shapeMismatch, file: file.path, offset: stored.byteOffset,
                    reason: "tensor \"\(name)\" has shape \(stored.shape), the configuration calls for \(tensor.shape)",
                    remedy: "Use the configuration that was saved with the weights.")
            }
            guard stored.type.isReadable else {
                throw CheckpointError(
                    .unsupported, file: file.path, offset: stored.byteOffset,
                    reason: "tensor \"\(name)\" has type \(stored.type.rawValue), which holds no weights",
                    remedy: "Convert the checkpoint to F32, F16 or BF16.")
            }
        }
        // An extra tensor (a bias, an expert) would change the result, so it is not skipped.
        let extra = file.tensors.keys.filter {
            !expected.contains($0) && !format.isDerived($0, tied: configuration.tiesEmbeddings)
        }
        if let name = extra.min() {
            throw CheckpointError(
                .unsupported, file: file.path, offset: file.tensors[name]?.byteOffset,
                reason: "tensor \"\(name)\" is no part of the Llama architecture (\(extra.count) such)",
                remedy: "Use a plain Llama or Mistral model; merge adapters first.")
        }
    }

    func checkMemory() throws(CheckpointError) {
        let needed = Double(layout.count) * 4
        let present = Double(ProcessInfo.processInfo.physicalMemory)
        guard needed < present else {
            let gibibyte = 1_073_741_824.0
            throw CheckpointError(
                .notEnoughMemory, file: file.path,
                reason: String(
                    format: "the weights take %.1f GiB in float32, this machine has %.1f GiB", needed / gibibyte,
                    present / gibibyte),
                remedy: "Use a smaller model or a machine with more memory.")
        }
    }
}
