import Checkpoints

/// Element type of exported weights. Norm gains are always written as F32 in GGUF files, as llama.cpp expects.
public enum WeightFormat: String, Sendable, Hashable, CaseIterable {
    case float32, float16, bfloat16
    /// Blocks of 32 signed bytes; GGUF only.
    case q8_0

    var tensorType: TensorType {
        switch self {
        case .float32: .f32
        case .float16: .f16
        case .bfloat16: .bf16
        case .q8_0: .q8_0
        }
    }

    /// llama.cpp's `general.file_type` (`LLAMA_FTYPE_*`).
    var ggufFileType: UInt32 {
        switch self {
        case .float32: 0
        case .float16: 1
        case .q8_0: 7
        case .bfloat16: 32
        }
    }

    /// transformers' name of the type; `nil` where safetensors has none.
    var torchName: String? { self == .q8_0 ? nil : rawValue }
}

extension Float {
    /// The number that this one's shortest decimal spelling denotes: 1e-05 instead of 9.999999747378752e-06.
    var shortestDouble: Double { Double(description) ?? Double(self) }
}
