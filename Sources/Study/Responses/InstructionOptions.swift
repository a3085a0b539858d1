import ArgumentParser
import Checkpoints
import Foundation
import Instructions
import Notebook

/// Options of experiments on instructions.
public struct InstructionOptions: ParsableArguments {
    @Option(
        name: .customLong("instructions"),
        help: ArgumentHelp(
            "Instructions: JSON Lines with an instruction, prompt or conversations field. Default: the embedded ones.",
            valueName: "file"))
    public var path: String?

    @Option(
        help: ArgumentHelp(
            "Rank responses with PairRM from this folder (that of llm-blender/PairRM-hf). Default: the model grades itself.",
            valueName: "folder"))
    public var ranker: String?

    public init() {}

    /// For people.
    var name: String { path.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "the embedded instructions" }

    /// The file's instructions, or the embedded ones.
    /// - Throws: `InstructionError`.
    func file() throws -> InstructionFile {
        if let path { return try InstructionFile(path: path) }
        return try InstructionFile.embedded()
    }

    /// What runs are told apart by: the instructions and their split, and the ranker's files.
    func runIdentity() throws -> [String: KeyValue] {
        var hash = SHA256()
        for instruction in try file().instructions {
            hash.update("\(instruction.isHeldOut) \(instruction.text.utf8.count):\(instruction.text);")
        }
        return [
            "instructions": .string(hash.hexDigest()),
            "ranker": try ranker.map { .string(try PairRMFolder(path: $0).digest()) } ?? "self",
        ]
    }
}
