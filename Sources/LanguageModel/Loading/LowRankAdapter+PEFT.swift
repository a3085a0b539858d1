import Checkpoints
import Foundation
import JSON

extension LowRankAdapter {
    private static let configName = "adapter_config.json"
    private static let weightsName = "adapter_model.safetensors"

    /// Writes a PEFT adapter folder (`adapter_config.json`, `adapter_model.safetensors`), float32.
    ///
    /// `lora_alpha` is written such that PEFT arrives at the same `scale`.
    /// - Parameters:
    ///   - baseModel: name or path of the base model, for `PeftModel.from_pretrained`.
    ///   - isRankStabilised: whether `scale` is to be stated as alpha / sqrt(rank).
    /// - Throws: `CheckpointError`; what was there before is then unchanged.
    public func writePEFT(to path: String, baseModel: String, isRankStabilised: Bool = false) throws(CheckpointError) {
        let folder = try AtomicFolder(path: path, replaceable: [Self.configName, Self.weightsName, "README.md"])
        let alpha = scale * (isRankStabilised ? Float(rank).squareRoot() : Float(rank))
        let targets = AdapterTarget.allCases.filter { target in placements.contains { $0.target == target } }
        let config: JSONValue = .object([
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": .string(baseModel), "r": .integer(rank),
            "lora_alpha": Self.number(alpha), "lora_dropout": .number(dropout.shortestDouble), "use_rslora": .bool(isRankStabilised),
            "target_modules": .array(targets.map { .string($0.rawValue) }), "bias": "none", "fan_in_fan_out": false,
            "inference_mode": true, "init_lora_weights": true, "modules_to_save": nil, "use_dora": false,
            "rank_pattern": .object([] as [JSONValue.Member]), "alpha_pattern": .object([] as [JSONValue.Member]),
        ])
        try config.write(to: folder.file(Self.configName))
        let tensors = placements.flatMap { placement in
            [("lora_A", placement.offsetA, [rank, placement.inputs]), ("lora_B", placement.offsetB, [placement.outputs, rank])].map {
                part, offset, shape in
                TensorContent(
                    name: Self.peftName(placement.weightName, part), type: .f32, shape: shape,
                    values: UnsafeBufferPointer(start: parameters.pointer + offset, count: shape[0] * shape[1]))
            }
        }
        try withExtendedLifetime(parameters) { () throws(CheckpointError) in
            try SafetensorsFile.write(tensors, to: folder.file(Self.weightsName))
        }
        try folder.commit()
    }

    /// Reads a PEFT adapter for a model of this layout.
    /// - Throws: `CheckpointError` for other adapter types, options that would change the result, and
    ///   tensors that are missing, extra or misshapen.
    public convenience init(peftFolder path: String, layout: ParameterLayout, precision: Precision) throws(CheckpointError) {
        let config = try PEFTConfig(path: ModelSource.file(Self.configName, in: path))
        let file = try SafetensorsFile(path: ModelSource.file(Self.weightsName, in: path))
        self.init(
            layout: layout, rank: config.rank, scale: config.scale, dropout: config.dropout,
            targets: try config.targets(presentIn: file), precision: precision)
        var expected: Set<String> = []
        for placement in placements {
            for (part, offset, shape) in [
                ("lora_A", placement.offsetA, [rank, placement.inputs]), ("lora_B", placement.offsetB, [placement.outputs, rank]),
            ] {
                let name = Self.peftName(placement.weightName, part)
                expected.insert(name)
                guard let tensor = file.tensors[name] else { throw file.missing(name) }
                guard tensor.shape == shape else {
                    throw CheckpointError(
                        .shapeMismatch, file: file.path, offset: tensor.byteOffset,
                        reason: "tensor \"\(name)\" has shape \(tensor.shape), this model and rank call for \(shape)",
                        remedy: "Use the adapter with the model that it was trained on.")
                }
                try file.read(name, into: UnsafeMutableBufferPointer(start: parameters.pointer + offset, count: tensor.elementCount))
            }
        }
        if let extra = file.tensors.keys.filter({ !expected.contains($0) }).min() {
            throw CheckpointError(
                .unsupported, file: file.path, offset: file.tensors[extra]?.byteOffset,
                reason: "tensor \"\(extra)\" belongs to no adapted layer of this model",
                remedy: "Use the adapter with the model that it was trained on.")
        }
    }

    /// `base_model.model.` and the module's path, without `.weight`, then the part.
    static func peftName(_ weightName: String, _ part: String) -> String {
        let suffix = ".weight"
        let module = weightName.hasSuffix(suffix) ? String(weightName.dropLast(suffix.count)) : weightName
        return "base_model.model.\(module).\(part).weight"
    }

    private static func number(_ value: Float) -> JSONValue {
        Int(exactly: value).map(JSONValue.integer) ?? .number(value.shortestDouble)
    }
}
