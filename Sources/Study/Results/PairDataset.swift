import Foundation
import Notebook
import Preferences
import Tokenization

/// A pair set as a Hugging Face data set: a folder with its rows and a card. The same store gives the same bytes.
public struct PairDataset {
    public static let rowsFile = "train.jsonl"

    public let pairs: [ExportedPair]
    public let card: DatasetCard

    /// - Parameter pairSetKey: as `Store.pairSets()` lists it.
    /// - Throws: `StoreError`; `UserFailure` (missing input) where the store lacks what the set was made of.
    public init(pairSetKey: String, in store: Store) throws {
        let (run, cell) = try Self.step(of: pairSetKey, in: store)
        guard case .string(let judgeKey)? = cell.inputs["judge"], let settings = cell.inputs["builder"],
            let builder = try? JSONDecoder().decode(PairBuilder.self, from: Data(settings.canonicalJSON.utf8))
        else { throw Self.missing(pairSetKey, "the step that made it does not say how") }
        var exports: [PreferenceExport] = []
        try store.exportPairs(pairSetKey: pairSetKey) { exports.append($0) }
        let judgements = try store.judgements(judgeKey: judgeKey)
        pairs = try zip(try store.pairs(pairSetKey: pairSetKey), exports).map { record, export in
            func score(_ text: String) throws -> ScoredSummary {
                guard let correct = judgements[record.articleID]?[Store.summaryHash(text)]?.correct else {
                    throw Self.missing(pairSetKey, "the judge's answers for article \(record.articleID) are not stored")
                }
                return ScoredSummary(correct: correct, words: text.wordCount)
            }
            guard let reason = PreferenceOutcome.Reason(rawValue: record.reason), let chosen = export.chosen.first?.content,
                let rejected = export.rejected.first?.content
            else { throw Self.missing(pairSetKey, "pair \(record.position) has no known reason or no text") }
            return ExportedPair(
                PreferencePair(
                    articleID: record.articleID, chosenIndex: record.chosenIndex, rejectedIndex: record.rejectedIndex,
                    chosen: try score(chosen), rejected: try score(rejected), reason: reason),
                prompt: export.prompt.map { Message(role: Message.Role(rawValue: $0.role) ?? .user, content: $0.content) },
                chosen: chosen, rejected: rejected)
        }
        var types: [PreferenceOutcome.Reason: Int] = [:]
        for pair in pairs { PreferenceOutcome.Reason(rawValue: pair.reason).map { types[$0, default: 0] += 1 } }
        card = DatasetCard(
            title: "Preference pairs of summaries", files: ["train": Self.rowsFile], pairTypes: types, builder: builder,
            judgeIdentity: judgeKey,
            provenance: [
                "pair set": pairSetKey, "model": Self.text(run.settings["model"]), "articles": Self.text(run.settings["articles"]),
                "numeric mode": Self.text(run.settings["numericMode"]),
            ])
    }

    /// Writes the folder, which is made where it does not exist.
    /// - Throws: `UserFailure` where a file cannot be written.
    public func write(to folder: URL) throws {
        let rows = try pairs.map { try $0.jsonLine() + "\n" }.joined()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(rows.utf8).write(to: folder.appendingPathComponent(Self.rowsFile), options: .atomic)
            try Data(card.markdown.utf8).write(to: folder.appendingPathComponent("README.md"), options: .atomic)
        } catch {
            throw UserFailure(
                "cannot write the data set", location: folder.path, why: error.localizedDescription,
                remedy: "give a folder that can be written", exitStatus: .cannotWrite)
        }
    }

    private static func step(of pairSetKey: String, in store: Store) throws -> (RunRecord, CellRecord) {
        for run in try store.runs() {
            if let cell = try store.cells(runID: run.id).first(where: { $0.key == pairSetKey }) { return (run, cell) }
        }
        throw missing(pairSetKey, "no run in the store has the step that made it")
    }

    private static func missing(_ key: String, _ why: String) -> UserFailure {
        UserFailure(
            "cannot export pairs as a data set", location: key, why: why,
            remedy: "run the experiment again; it keeps what is done", exitStatus: .missingInput)
    }

    private static func text(_ value: KeyValue?) -> String {
        if case .string(let text)? = value { text } else { "unknown" }
    }
}
