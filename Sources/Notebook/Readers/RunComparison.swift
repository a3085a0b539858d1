/// Two runs beside each other: what they were given, and in which rows their results differ.
public struct RunComparison: Sendable, Equatable {
    public struct System: Sendable, Equatable {
        public var name: String
        public var split: String
        /// Articles whose summary, words, answers or failures differ, in the first run's order.
        public var differingArticles: [String]
        public var onlyInFirst: [String]
        public var onlyInSecond: [String]
        /// Rows of the articles that both have, in the first run's order.
        public var rows: [Pair]
        public var isIdentical: Bool { differingArticles.isEmpty && onlyInFirst.isEmpty && onlyInSecond.isEmpty }
    }

    public struct Pair: Sendable, Equatable {
        public var first: EvaluationRowRecord
        public var second: EvaluationRowRecord
        /// Of the article, where it is stored.
        public var articleWords: Int?
    }

    public var first: RunRecord
    public var second: RunRecord
    public var settings: [KeyValueDifference]
    /// Code, machine, versions, numeric mode and seeds.
    public var provenance: [KeyValueDifference]
    /// Names of cells whose keys differ, or that one run lacks.
    public var changedCells: [String]
    public var systems: [System]
    /// Systems with their split that only one run has.
    public var systemsOnlyInFirst: [String]
    public var systemsOnlyInSecond: [String]
    /// Rounds on instructions and comparisons of responses that both runs have.
    public var responses: [Responses]
    public var responsesOnlyInFirst: [String]
    public var responsesOnlyInSecond: [String]

    /// Whether either run has anything to compare.
    public var hasResults: Bool {
        !(systems.isEmpty && systemsOnlyInFirst.isEmpty && systemsOnlyInSecond.isEmpty && responses.isEmpty
            && responsesOnlyInFirst.isEmpty && responsesOnlyInSecond.isEmpty)
    }

    /// Whether both runs have the same systems, rounds and comparisons with the same rows; `false` without any.
    public var hasSameResults: Bool {
        hasResults && systems.allSatisfy(\.isIdentical) && systemsOnlyInFirst.isEmpty && systemsOnlyInSecond.isEmpty
            && responses.allSatisfy(\.isIdentical) && responsesOnlyInFirst.isEmpty && responsesOnlyInSecond.isEmpty
    }
}

extension Store {
    public func compare(_ first: RunRecord, _ second: RunRecord) throws -> RunComparison {
        let keys = try (cellKeys(of: first), cellKeys(of: second))
        let evaluations = try (evaluationsByName(of: first), evaluationsByName(of: second))
        let responses = try (responseResults(of: first), responseResults(of: second))
        let common = Set(evaluations.0.keys).intersection(evaluations.1.keys).sorted()
        return RunComparison(
            first: first, second: second,
            settings: KeyValueDifference.between(.object(first.settings), .object(second.settings)),
            provenance: KeyValueDifference.between(
                try Self.comparable(first.provenance), try Self.comparable(second.provenance)),
            changedCells: Set(keys.0.keys).union(keys.1.keys).sorted().filter { keys.0[$0] != keys.1[$0] },
            systems: try common.compactMap { name in
                guard let a = evaluations.0[name], let b = evaluations.1[name] else { return nil }
                return try compare(a, b)
            },
            systemsOnlyInFirst: evaluations.0.keys.filter { evaluations.1[$0] == nil }.sorted(),
            systemsOnlyInSecond: evaluations.1.keys.filter { evaluations.0[$0] == nil }.sorted(),
            responses: compare(responses.0, responses.1),
            responsesOnlyInFirst: responses.0.keys.filter { responses.1[$0] == nil }.sorted(),
            responsesOnlyInSecond: responses.1.keys.filter { responses.0[$0] == nil }.sorted())
    }

    /// Two evaluations beside each other, of one system or of two.
    public func compare(_ first: EvaluationRecord, _ second: EvaluationRecord) throws -> RunComparison.System {
        let rows = (try first.id.map(rows(ofEvaluation:)) ?? [], try second.id.map(rows(ofEvaluation:)) ?? [])
        let others = Dictionary(rows.1.map { ($0.articleID, $0) }, uniquingKeysWith: { _, last in last })
        let words = try Dictionary(
            articles(corpusKey: first.articleSetKey).map { ($0.id, $0.words) }, uniquingKeysWith: { _, last in last })
        let pairs = rows.0.compactMap { row in
            others[row.articleID].map { RunComparison.Pair(first: row, second: $0, articleWords: words[row.articleID]) }
        }
        let shared = Set(pairs.map(\.first.articleID))
        return RunComparison.System(
            name: first.systemName, split: first.split,
            differingArticles: pairs.filter { !$0.first.hasSameResult(as: $0.second) }.map(\.first.articleID),
            onlyInFirst: rows.0.map(\.articleID).filter { !shared.contains($0) },
            onlyInSecond: rows.1.map(\.articleID).filter { !shared.contains($0) }, rows: pairs)
    }

    private func cellKeys(of run: RunRecord) throws -> [String: String] {
        Dictionary(try cells(runID: run.id).map { ($0.name, $0.key) }, uniquingKeysWith: { _, last in last })
    }

    private func evaluationsByName(of run: RunRecord) throws -> [String: EvaluationRecord] {
        Dictionary(
            try evaluations(runID: run.id).map { ("\($0.systemName) (\($0.split))", $0) },
            uniquingKeysWith: { _, last in last })
    }

    /// The command line names what the settings say already.
    private static func comparable(_ provenance: Provenance) throws -> KeyValue {
        var provenance = provenance
        provenance.commandLine = []
        return try KeyValue(encoding: provenance)
    }
}

extension EvaluationRowRecord {
    fileprivate func hasSameResult(as other: Self) -> Bool {
        var other = other
        other.evaluationID = evaluationID
        other.position = position
        // Not `==` on the text: canonically equivalent strings are different results.
        return self == other && Array(summary.utf8) == Array(other.summary.utf8)
    }
}
