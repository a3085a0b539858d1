import Checkpoints
import Foundation
import LanguageModel

/// Files that `Fixtures/generate.py` wrote with transformers.
enum Fixtures {
    struct Group: Decodable {
        var source: String
        var texts: [String]
        /// Input of the first two texts.
        var ids: [Int32]
        var comparisons: [[Float]]
    }

    static func path(_ name: String) -> String { Bundle.module.bundlePath + "/Fixtures/" + name }

    static func json<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Ids with their last hidden states, row-major.
    static func states(_ name: String) throws -> [(ids: [Int32], hidden: [Float])] {
        let file = try SafetensorsFile(path: path(name + "-states.safetensors"))
        return try file.tensors.keys.filter { $0.hasPrefix("ids.") }.sorted().map { key in
            (try file.read(key).map { Int32($0) }, try file.read("hidden." + key.dropFirst(4)))
        }
    }

    /// A copy of a fixture folder whose `config.json` is changed.
    static func folder(_ name: String, replacing original: String, by replacement: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pairrm-\(UUID().uuidString)").path
        try FileManager.default.copyItem(atPath: path(name), toPath: folder)
        let config = URL(fileURLWithPath: folder + "/config.json")
        let text = try String(contentsOf: config, encoding: .utf8)
        guard text.contains(original) else { throw CocoaError(.fileReadCorruptFile) }
        try text.replacingOccurrences(of: original, with: replacement).write(to: config, atomically: true, encoding: .utf8)
        return folder
    }
}

func maximumDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
