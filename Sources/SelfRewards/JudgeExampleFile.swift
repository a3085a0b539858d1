import Checkpoints
import Foundation
import Instructions
import JSON
import LanguageModel
import Preferences
import Tokenization

/// A graded response to learn judging from: evaluation fine-tuning (EFT) of arXiv 2401.10020, section 2.1.
public struct JudgeExample: Sendable, Hashable {
    public var instruction: String
    public var response: String
    /// The judge's reasons, with the line `Score: N` at the end.
    public var judgement: String
    public var score: Int

    public init(instruction: String, response: String, judgement: String, score: Int) {
        self.instruction = instruction
        self.response = response
        self.judgement = judgement
        self.score = score
    }
}

/// What is wrong with a file of judge examples: where, why, what to do.
public struct JudgeExampleError: Error, Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// From 1; `nil` where the whole file is at fault.
    public let line: Int?
    public let isUnreadable: Bool
    public let reason: String
    public let remedy: String

    public var description: String {
        file + (line.map { ", line \($0)" } ?? "") + ": \(reason). \(remedy)"
    }
}

/// Judge examples in JSONL: `{"instruction": ..., "response": ..., "judgement": ..., "score": 0...5}` in every line.
///
/// A judgement without a score gets the line `Score: N`; one with another score than `score` is an error. No line is
/// left out silently.
public struct JudgeExampleFile: Sendable {
    public let examples: [JudgeExample]

    /// Largest file that is read, in bytes.
    private static let maximumSize = 256 << 20
    private static let form =
        "Write {\"instruction\": ..., \"response\": ..., \"judgement\": ..., \"score\": 0 to 5} in every line."

    /// - Throws: `JudgeExampleError`.
    public init(path: String) throws(JudgeExampleError) {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        guard size <= Self.maximumSize, let data = FileManager.default.contents(atPath: path) else {
            throw JudgeExampleError(
                file: path, line: nil, isUnreadable: size <= Self.maximumSize,
                reason: size <= Self.maximumSize
                    ? "there is no such file" : "is \(size) bytes long, at most \(Self.maximumSize) are accepted",
                remedy: "Check the path given with --judge-examples.")
        }
        try self.init(jsonLines: Array(data), file: path)
    }

    /// - Parameter file: name for messages.
    init(jsonLines bytes: [UInt8], file: String) throws(JudgeExampleError) {
        var examples: [JudgeExample] = []
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 != 32 && $0 != 13 && $0 != 9 }) else { continue }
            examples.append(try Self.example(Array(line), file: file, number: index + 1))
        }
        guard !examples.isEmpty else {
            throw JudgeExampleError(
                file: file, line: nil, isUnreadable: false, reason: "holds no examples", remedy: Self.form)
        }
        self.examples = examples
    }

    private static func example(_ line: [UInt8], file: String, number: Int) throws(JudgeExampleError) -> JudgeExample {
        func failure(_ reason: String, _ remedy: String = form) -> JudgeExampleError {
            JudgeExampleError(file: file, line: number, isUnreadable: false, reason: reason, remedy: remedy)
        }
        let parsed = line.withUnsafeBytes { bytes in
            Result { () throws(CheckpointError) in try JSONValue(parsing: bytes, file: file) }
        }
        let json: JSONValue
        switch parsed {
        case .success(let value): json = value
        case .failure(let error): throw failure(error.reason)
        }
        func text(_ field: String) throws(JudgeExampleError) -> String {
            guard let text = json[field]?.string, !text.allSatisfy(\.isWhitespace) else {
                throw failure("\(field) is missing, empty or no text")
            }
            return text
        }
        let (instruction, response) = (try text("instruction"), try text("response"))
        var judgement = String(try text("judgement").trimmingWhitespace())
        guard let score = json["score"]?.integer, ScoreParser.range.contains(score) else {
            throw failure("score is no whole number from 0 to 5")
        }
        let stated: Int?
        do throws(ScoreFailure) {
            stated = try ScoreParser.score(in: judgement)
        } catch {
            guard error == .noScore else {
                throw failure("the judgement's score cannot be read: \(error.rawValue)", "End it with a line such as Score: 4.")
            }
            stated = nil
            judgement += "\nScore: \(score)"
        }
        if let stated, stated != score {
            throw failure("the judgement says \(stated), score says \(score)", "Correct one of them.")
        }
        return JudgeExample(instruction: instruction, response: response, judgement: judgement, score: score)
    }
}
