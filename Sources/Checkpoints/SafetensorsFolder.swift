import Foundation
import JSON

/// The weights of a Hugging Face folder: `model.safetensors`, or shards listed by
/// `model.safetensors.index.json`.
public struct SafetensorsFolder: TensorFile {
    public let path: String
    public let tensors: [String: TensorDescriptor]
    /// Files read, sorted by name.
    public let files: [String]
    private let shards: [String: SafetensorsFile]
    private let shardOfTensor: [String: String]

    static let singleName = "model.safetensors"
    static let indexName = "model.safetensors.index.json"

    public init(path: String) throws(CheckpointError) {
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        let single = folder.appendingPathComponent(Self.singleName).path
        let index = folder.appendingPathComponent(Self.indexName).path
        let shardOfTensor: [String: String]
        var shards: [String: SafetensorsFile] = [:]
        // As transformers does: the single file wins.
        if FileManager.default.fileExists(atPath: single) {
            let file = try SafetensorsFile(path: single)
            shards[Self.singleName] = file
            shardOfTensor = file.tensors.mapValues { _ in Self.singleName }
        } else if FileManager.default.fileExists(atPath: index) {
            shardOfTensor = try Self.weightMap(index)
            for name in Set(shardOfTensor.values).sorted() {
                shards[name] = try SafetensorsFile(path: folder.appendingPathComponent(name).path)
            }
        } else {
            throw CheckpointError(
                .missing, file: path, reason: "holds neither \(Self.singleName) nor \(Self.indexName)",
                remedy: "Give a folder saved by transformers with safetensors weights, or a .gguf file.")
        }
        var tensors: [String: TensorDescriptor] = [:]
        for (name, shard) in shardOfTensor {
            guard let tensor = shards[shard]?.tensors[name] else {
                throw CheckpointError(
                    .missing, file: folder.appendingPathComponent(shard).path,
                    reason: "does not hold tensor \"\(name)\", which \(Self.indexName) places there",
                    remedy: CheckpointError.redownload)
            }
            tensors[name] = tensor
        }
        self.path = path
        self.tensors = tensors
        self.shards = shards
        self.shardOfTensor = shardOfTensor
        self.files = shards.keys.sorted().map { folder.appendingPathComponent($0).path }
    }

    public func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
        guard let file = shard(of: name) else { throw missing(name) }
        try file.read(name, into: destination)
    }

    func shard(of tensor: String) -> SafetensorsFile? { shardOfTensor[tensor].flatMap { shards[$0] } }

    private static func weightMap(_ path: String) throws(CheckpointError) -> [String: String] {
        let index = try JSONValue(contentsOf: path)
        guard let members = index["weight_map"]?.members, !members.isEmpty else {
            throw .malformed(path, "has no weight_map")
        }
        var map: [String: String] = [:]
        for member in members {
            // A name in an index must not reach outside its folder.
            guard let name = member.value.string, name.hasSuffix(".safetensors"), !name.contains("/"), !name.hasPrefix(".")
            else {
                throw .malformed(path, "tensor \"\(member.name)\" is not placed in a .safetensors file of this folder")
            }
            map[member.name] = name
        }
        return map
    }
}
