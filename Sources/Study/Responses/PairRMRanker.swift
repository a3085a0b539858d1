import LanguageModel
import Notebook
import PairRanking

/// PairRM as the ranker of responses: every one against every other, in both orders.
final class PairRMRanker: ResponseRanker {
    let name = "PairRM"
    let identity: KeyValue
    let isRelative = true
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
            units: groups * responsesPerGroup, unit: "responses", referenceUnits: nil,
            memoryBytes: cost.memoryBytes)
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

extension Study {
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
