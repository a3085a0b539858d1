import Foundation
import LanguageModel
import Notebook
import PairRanking
import Preferences

/// PairRM as the ranker of responses: every one against every other, in both orders.
final class PairRMRanker: ResponseRanker {
    let name = "PairRM"
    let identity: KeyValue
    let isRelative = true
    let stepKind: String? = "PairRM"
    let groupsPerBatch = 1
    private let folder: PairRMFolder
    private let pool: ThreadPool
    private var ranker: PairRanker?

    init(folder: PairRMFolder, pool: ThreadPool) throws {
        self.folder = folder
        self.pool = pool
        identity = [
            "ranker": "PairRM", "files": .string(try folder.digest()), "numericMode": .string(Precision.float32.numericMode),
        ]
    }

    func work(groups: Int, responsesPerGroup: Int) -> StepWork {
        // Lengths are not known before there are responses; these are usual ones.
        let cost = RankingCost(
            configuration: folder.configuration, groups: groups, candidates: responsesPerGroup, sourceTokens: 40,
            candidateTokens: 200)
        return StepWork(
            units: groups * responsesPerGroup, unit: "responses", computed: cost.time(threads: pool.threadCount), memoryBytes: cost.memoryBytes)
    }

    func load(in cell: Cell) throws {
        guard ranker == nil else { return }
        try folder.checkMemory()
        ranker = try PairRanker(folder: folder.path, pool: pool)
    }

    func scores(of groups: [ResponseGroup]) throws -> [[ResponseScore]] {
        guard let ranker else {
            throw UserFailure(
                "cannot rank responses", why: "the ranker was asked before it was loaded", exitStatus: .internalError)
        }
        let rankings = try ranker.rank(groups.map { .init(source: $0.instruction, texts: $0.responses) })
        return rankings.map { ranking in ranking.scores.map { ResponseScore(Double($0)) } }
    }
}

extension RankingCost {
    /// At the rate that was measured.
    func time(threads: Int) -> ComputedTime {
        ComputedTime(
            seconds: seconds(at: Self.measuredRate * Double(threads)),
            source: String(
                format: "floating-point operations at %.0f GFLOP/s and thread, in float32 as measured on ", Self.measuredRate / 1e9)
                + Self.measuredOn)
    }

    /// Of responses as they are, at about four tokens for three words.
    init(_ configuration: EncoderConfiguration, ranking groups: [ResponseGroup]) {
        func tokens(_ texts: [String]) -> Int { texts.reduce(0) { $0 + $1.wordCount } * 4 / (3 * max(1, texts.count)) }
        self.init(
            configuration: configuration, groups: groups.count, candidates: groups.map(\.responses.count).max() ?? 0,
            sourceTokens: tokens(groups.map(\.instruction)), candidateTokens: tokens(groups.flatMap(\.responses)))
    }
}

extension Study {
    /// Shows what ranking responses with PairRM takes: with that of `--ranker`, or else with the published one.
    public func showRankingCost(of set: ResponseSet, line: Int = #line) async throws {
        let configuration = try options.instructions.ranker.map { try PairRMFolder(path: $0).configuration } ?? .pairRM
        let inputs: [String: KeyValue] = [
            "responses": .string(set.key), "instructions": .array(set.instructions.map { .string($0.key) }),
            "perInstruction": .int(set.perInstruction), "weightBytes": .int(configuration.weightBytes),
        ]
        try await step("what PairRM takes", inputs: inputs, line: line) { cell in
            let cost = RankingCost(configuration, ranking: try set.groups())
            let which = options.instructions.ranker == nil ? "PairRM of its published size, which did not rank here" : "PairRM"
            cell.show(
                "\(which), for these responses: \(cost.summary(at: RankingCost.measuredRate * Double(pool.threadCount))) on "
                    + "\(pool.threadCount) threads, worked out from \(cost.time(threads: pool.threadCount).source).")
        }
    }

    /// PairRM from the folder of `--ranker`; `nil` without the option.
    public func pairRM() throws -> (any ResponseRanker)? {
        try options.instructions.ranker.map { try PairRMRanker(folder: PairRMFolder(path: $0), pool: pool) }
    }

    /// PairRM with `--ranker`, otherwise the original model's own judgement.
    public func ranker() throws -> any ResponseRanker {
        if let pairRM = try pairRM() { return pairRM }
        return try selfReward(by: original)
    }
}
