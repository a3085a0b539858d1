import Foundation
import LanguageModel
import Notebook
import Tokenization

/// Pairs of responses as a Hugging Face data set: a folder with its rows and a card. The same store gives the same
/// bytes.
public struct ResponseDataset: Sendable {
    public static let rowsFile = "train.jsonl"

    /// A pair in TRL's conversational format, and what is known of it besides.
    struct Row: Sendable, Codable, Hashable {
        var prompt: [Message]
        var chosen: [Message]
        var rejected: [Message]
        /// What its file calls the instruction.
        var instruction_id: String
        var score_chosen: Double
        var score_rejected: Double
        var words_chosen: Int
        var words_rejected: Int
    }

    let rows: [Row]
    let card: String

    /// - Parameter round: as `Store.responseRounds` lists it.
    /// - Throws: `StoreError`; `UserFailure` where the store lacks what the pairs were made of.
    public init(_ round: ResponseRoundRecord, in store: Store) throws {
        guard let run = try store.run(id: round.runID) else {
            throw UserFailure("cannot write the data set", location: round.runID, why: "the store has no such run", exitStatus: .missingInput)
        }
        let result = try store.responseRound(round)
        let names = Dictionary(
            try store.instructions(setKey: round.instructionSetKey).map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var exports: [PreferenceExport] = []
        if !result.pairs.isEmpty { try store.exportPairs(pairSetKey: round.pairSetKey) { exports.append($0) } }
        rows = zip(exports, result.pairs).map { export, pair in
            func messages(_ messages: [PromptMessage]) -> [Message] {
                messages.map { Message(role: Message.Role(rawValue: $0.role) ?? .user, content: $0.content) }
            }
            return Row(
                prompt: messages(export.prompt), chosen: messages(export.chosen), rejected: messages(export.rejected),
                instruction_id: names[pair.instructionID] ?? pair.instructionID, score_chosen: pair.chosenScore,
                score_rejected: pair.rejectedScore, words_chosen: pair.chosenWords, words_rejected: pair.rejectedWords)
        }
        card = ResponseDatasetCard(round: result, record: round, run: run, rowCount: rows.count).markdown
    }

    /// Writes the folder, which is made where it does not exist.
    /// - Throws: `UserFailure` where a file cannot be written.
    public func write(to folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = try rows.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(lines.utf8).write(to: folder.appendingPathComponent(Self.rowsFile), options: .atomic)
            try Data(card.utf8).write(to: folder.appendingPathComponent("README.md"), options: .atomic)
        } catch {
            throw UserFailure(
                "cannot write the data set", location: folder.path, why: error.localizedDescription,
                remedy: "give a folder that can be written", exitStatus: .cannotWrite)
        }
    }
}
