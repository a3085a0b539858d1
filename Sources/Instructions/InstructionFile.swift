import Checkpoints
import Foundation
import JSON

/// Instructions in JSONL, one object per line, in one of three forms:
/// `{"instruction": ..., "input": ...}` (Alpaca; `input` may be absent or empty),
/// `{"prompt": ...}`, or `{"conversations": [...]}` (LIMA: texts in turn, of which the first is the instruction; or
/// objects with `role` and `content`, of which the first `user` turn is).
///
/// `id` (text or whole number) and `held_out` are optional. A line that fits none of them, or more than one, is an
/// error with its number: no line is left out silently.
public struct InstructionFile: Sendable {
    public let instructions: [Instruction]

    public var training: [Instruction] { instructions.filter { !$0.isHeldOut } }
    public var heldOut: [Instruction] { instructions.filter(\.isHeldOut) }

    /// Largest file that is read, in bytes.
    private static let maximumSize = 256 << 20

    /// - Throws: `InstructionError`.
    public init(path: String) throws(InstructionError) {
        let url = URL(fileURLWithPath: path)
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        guard size <= Self.maximumSize else {
            throw InstructionError(
                file: path, line: nil, reason: "is \(size) bytes long, at most \(Self.maximumSize) are accepted",
                remedy: "Give a part of it.")
        }
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw InstructionError(
                file: path, line: nil, reason: "cannot be read: \(error.localizedDescription)",
                remedy: "Give a JSONL file with a field instruction, prompt or conversations in every line.", isUnreadable: true)
        }
        try self.init(jsonLines: Array(data), file: path)
    }

    /// - Parameter file: name for messages.
    init(jsonLines bytes: [UInt8], file: String) throws(InstructionError) {
        var instructions: [Instruction] = []
        var lines: [String: Int] = [:]
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            guard line.contains(where: { $0 != 32 && $0 != 13 && $0 != 9 }) else { continue }
            let parser = LineParser(file: file, number: number)
            let instruction = try parser.instruction(Array(line))
            if let earlier = lines.updateValue(number, forKey: instruction.id) {
                throw parser.failure("the id \"\(instruction.id)\" stands in line \(earlier) too", "Give each line its own id.")
            }
            instructions.append(instruction)
        }
        guard !instructions.isEmpty else {
            throw InstructionError(
                file: file, line: nil, reason: "holds no instructions",
                remedy: "Give a JSONL file with a field instruction, prompt or conversations in every line.")
        }
        self.instructions = instructions
    }
}

private struct LineParser {
    let file: String
    let number: Int

    func failure(_ reason: String, _ remedy: String) -> InstructionError {
        InstructionError(file: file, line: number, reason: reason, remedy: remedy)
    }

    func instruction(_ line: [UInt8]) throws(InstructionError) -> Instruction {
        let json: JSONValue
        do throws(CheckpointError) {
            json = try Self.parse(line, file)
        } catch {
            throw failure(error.reason, "Write one JSON object in each line.")
        }
        let forms = ["instruction", "prompt", "conversations"].filter { json[$0] != nil }
        guard forms.count == 1, let form = forms.first else {
            throw failure(
                forms.isEmpty ? "has no field instruction, prompt or conversations" : "has both \(forms.joined(separator: " and "))",
                "Keep exactly one of these fields.")
        }
        let text = try form == "conversations" ? firstTurn(json) : self.text(json, form)
        let input = json["input"]?.string ?? ""
        guard !text.allSatisfy(\.isWhitespace) else { throw failure("\(form) is empty", "Remove the line or fill it in.") }
        return Instruction(
            id: try id(json), text: form == "instruction" && !input.isEmpty ? text + "\n\n" + input : text,
            isHeldOut: try isHeldOut(json))
    }

    private static func parse(_ line: [UInt8], _ file: String) throws(CheckpointError) -> JSONValue {
        let result = line.withUnsafeBytes { bytes in
            Result { () throws(CheckpointError) in try JSONValue(parsing: bytes, file: file) }
        }
        return try result.get()
    }

    private func text(_ json: JSONValue, _ field: String) throws(InstructionError) -> String {
        guard let text = json[field]?.string else { throw failure("\(field) is no text", "Put the text in quotes.") }
        return text
    }

    private func firstTurn(_ json: JSONValue) throws(InstructionError) -> String {
        let turns = json["conversations"]?.array ?? []
        let user = turns.first { $0["role"]?.string == "user" }
        guard let text = turns.first?.string ?? user?["content"]?.string else {
            throw failure(
                "conversations begins with neither a text nor a user's turn",
                "Write an array of texts, or of objects with role and content.")
        }
        return text
    }

    private func id(_ json: JSONValue) throws(InstructionError) -> String {
        guard let value = json["id"] else { return "line-\(number)" }
        guard let id = value.string ?? value.integer.map(String.init), !id.isEmpty else {
            throw failure("id is neither a text nor a whole number", "Correct it, or leave it out.")
        }
        return id
    }

    private func isHeldOut(_ json: JSONValue) throws(InstructionError) -> Bool {
        guard let value = json["held_out"] else { return false }
        guard let isHeldOut = value.bool else { throw failure("held_out is neither true nor false", "Correct it.") }
        return isHeldOut
    }
}
