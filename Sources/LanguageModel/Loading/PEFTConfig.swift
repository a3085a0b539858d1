import Checkpoints
import JSON

/// The parts of PEFT's `adapter_config.json` that decide what an adapter computes.
struct PEFTConfig {
    let path: String
    let rank: Int
    /// alpha / rank, or alpha / sqrt(rank) with `use_rslora`.
    let scale: Float
    let dropout: Float
    /// `target_modules`; `nil` for the word "all-linear".
    private let targetNames: [String]?

    private static let rankLimit = 1 << 16

    /// - Throws: `CheckpointError.unsupported` for options that the engine lacks.
    init(path: String) throws(CheckpointError) {
        let config = try JSONValue(contentsOf: path, limit: 1 << 22)
        func refuse(_ reason: String) -> CheckpointError {
            CheckpointError(.unsupported, file: path, reason: reason, remedy: "Use a plain LoRA adapter, or merge it in PEFT first.")
        }
        func malformed(_ field: String) -> CheckpointError {
            CheckpointError(.malformed, file: path, reason: "\(field) is absent or impossible", remedy: "Save the adapter again with PEFT.")
        }
        guard config["peft_type"]?.string == "LORA" else { throw refuse("is of type \(config["peft_type"]?.string ?? "unknown"), not LORA") }
        for option in ["use_dora", "fan_in_fan_out", "lora_bias", "use_qalora"] where config[option]?.bool == true {
            throw refuse("sets \(option)")
        }
        if let bias = config["bias"]?.string, bias != "none" { throw refuse("trains biases (\(bias))") }
        for option in ["modules_to_save", "layers_to_transform", "layer_replication", "trainable_token_indices", "target_parameters"] {
            if let value = config[option], value != [] { throw refuse("sets \(option)") }
        }
        for option in ["rank_pattern", "alpha_pattern"] {
            if let members = config[option]?.members, !members.isEmpty { throw refuse("sets \(option)") }
        }
        guard let rank = config["r"]?.integer, (1...Self.rankLimit).contains(rank) else { throw malformed("r") }
        guard let alpha = config["lora_alpha"]?.double, alpha.isFinite else { throw malformed("lora_alpha") }
        let dropout = config["lora_dropout"]?.double ?? 0
        guard (0..<1).contains(dropout) else { throw malformed("lora_dropout") }
        switch config["target_modules"] {
        case .array(let values):
            let names = values.compactMap(\.string)
            guard names.count == values.count, !names.isEmpty else { throw malformed("target_modules") }
            targetNames = names
        case "all-linear": targetNames = nil
        case .string(let expression): throw refuse("chooses its layers by the expression \"\(expression)\"")
        default: throw malformed("target_modules")
        }
        self.path = path
        self.rank = rank
        let divisor = config["use_rslora"]?.bool == true ? Double(rank).squareRoot() : Double(rank)
        scale = Float(alpha / divisor)
        self.dropout = Float(dropout)
    }

    /// The adapted projections: those named that have tensors (PEFT ignores names that match nothing).
    func targets(presentIn file: SafetensorsFile) throws(CheckpointError) -> [AdapterTarget] {
        let targets = AdapterTarget.allCases.filter { target in
            let isNamed = targetNames?.contains { $0 == target.rawValue || $0.hasSuffix("." + target.rawValue) } ?? true
            return isNamed && file.tensors.keys.contains { $0.hasSuffix(".\(target.rawValue).lora_A.weight") }
        }
        guard !targets.isEmpty else {
            throw CheckpointError(
                .missing, file: file.path, reason: "adapts none of \(AdapterTarget.allCases.map(\.rawValue).joined(separator: ", "))",
                remedy: "Use an adapter of a Llama or Mistral model.")
        }
        return targets
    }
}
