import Checkpoints
import LanguageModel
import Tokenization

/// The embedded judge: cloze questions cut from the article, answered by what a summary does to the options'
/// log-likelihoods under a small language model.
///
/// Every (article, summary) is one token tree: the passage, a branch per statement, a scored leaf per option.
/// The log-likelihoods without a passage belong to the question set and are computed once with it.
public struct ClozeJudge {
    public let scorer: any TreeScorer
    public let tokenizer: any Tokenizer
    /// Content hash of the weights together with the numeric mode.
    public let modelIdentity: String
    public let extractor: ClozeExtractor
    public let rule: ClozeRule
    public let prompt: ClozePrompt

    public init(
        scorer: any TreeScorer, tokenizer: any Tokenizer, modelIdentity: String, extractor: ClozeExtractor,
        rule: ClozeRule = .standard, prompt: ClozePrompt = .standard
    ) {
        self.scorer = scorer
        self.tokenizer = tokenizer
        self.modelIdentity = modelIdentity
        self.extractor = extractor
        self.rule = rule
        self.prompt = prompt
    }

    /// Of `ClozePrompt.tree`: where a path is cut into segments decides the last bits of its log-likelihood.
    private static let treeVersion = 2

    public var identity: String {
        var hash = SHA256()
        let settings = extractor.settings
        for part in [
            "cloze judge", String(Self.treeVersion), String(ClozeExtractor.version), modelIdentity, extractor.pool.contentKey,
            String(describing: settings), String(describing: rule), String(describing: prompt),
        ] {
            hash.update("\(part.utf8.count):\(part)")
        }
        return hash.hexDigest()
    }

    /// Log-likelihoods in nats, per request, question and option.
    package func logLikelihoods(_ requests: [(passage: String?, questions: [Question])]) throws -> [[[Double]]] {
        let trees = requests.map { prompt.tree(passage: $0.passage, questions: $0.questions, tokenizer: tokenizer) }
        let scores = try scorer.score(trees.map(\.tree))
        return zip(trees, scores).map { $0.logLikelihoods($1) }
    }
}

extension ClozeJudge: Judge {
    public func answers(to requests: [JudgeRequest]) throws -> [Judgement] {
        var judgements = requests.map { Judgement(choices: Array(repeating: nil, count: $0.questions.questions.count)) }
        // A summary without words says nothing: no need to ask.
        let scored = requests.indices.filter { requests[$0].summary.wordCount > 0 && !requests[$0].questions.questions.isEmpty }
        let unaided = try unaidedLogLikelihoods(of: scored.map { requests[$0].questions })
        let aided = try logLikelihoods(scored.map { (requests[$0].summary, requests[$0].questions.questions) })
        for (position, index) in scored.enumerated() {
            judgements[index].choices = zip(aided[position], unaided[position]).map { rule.choice(aided: $0, unaided: $1) }
        }
        return judgements
    }

    /// Those stored with the sets, or computed where a set comes without.
    func unaidedLogLikelihoods(of sets: [QuestionSet]) throws -> [[[Double]]] {
        let missing = sets.indices.filter { sets[$0].unaidedLogLikelihoods == nil }
        let computed = try logLikelihoods(missing.map { (nil, sets[$0].questions) })
        var result = sets.map { $0.unaidedLogLikelihoods ?? [] }
        for (index, values) in zip(missing, computed) { result[index] = values }
        return result
    }
}
