/// Writes questions about an article without a model: sentences cut before a name, number, place, title or
/// date, which the right option continues and four others of its kind do not.
public struct ClozeExtractor: Sendable {
    public struct Settings: Sendable, Hashable, Codable {
        /// Candidate questions per article, of which a judge keeps the best.
        public var candidateCount = 16
        /// Wrong options per candidate, of which four are used.
        public var distractorCount = 9
        /// Of these, at most so many from the article itself.
        public var ownDistractorCount = 5
        /// Words a statement has at least, so that it says what is asked.
        public var minimumStatementWords = 4
        public var maximumStatementWords = 45
        /// Of the statement's words, those that carry a topic.
        public var minimumContentWords = 2
        /// Questions that one sentence may give.
        public var maximumPerSentence = 3
        public var seed: UInt64 = 1

        public init() {}
    }

    /// Changes whenever the questions of any article change.
    public static let version = 2

    public let settings: Settings
    public let pool: DistractorPool

    public init(pool: DistractorPool, settings: Settings = Settings()) {
        self.pool = pool
        self.settings = settings
    }

    /// Candidate questions, best first; a function of the article's text, its id, the pool and the settings.
    public func candidates(about article: Article) -> [ClozeCandidate] {
        let annotated = AnnotatedArticle(article)
        let salience = Salience(annotated)
        var rest = annotated.mentions.filter { isAskable($0, in: annotated) }
            .map { (mention: $0, score: salience.score($0)) }
        var result: [ClozeCandidate] = []
        var chosen = Spread(sentenceCount: annotated.sentences.count)
        while result.count < settings.candidateCount {
            rest.removeAll { !chosen.allows($0.mention, perSentence: settings.maximumPerSentence) }
            let best = rest.indices.max {
                rest[$0].score - chosen.penalty(rest[$0].mention) < rest[$1].score - chosen.penalty(rest[$1].mention)
            }
            guard let best else { break }
            let mention = rest.remove(at: best).mention
            guard let candidate = candidate(asking: mention, in: annotated) else { continue }
            chosen.add(mention)
            result.append(candidate)
        }
        return result
    }

    private func isAskable(_ mention: Mention, in article: AnnotatedArticle) -> Bool {
        let words = article.words[mention.sentence]
        let start = mention.wordRange.lowerBound
        guard (settings.minimumStatementWords...settings.maximumStatementWords).contains(start) else { return false }
        // The gap follows a space, and the option would not have to carry a quote or bracket.
        guard !words[start].hasLeadingMark, !words[start - 1].raw.hasSuffix("\"") else { return false }
        if mention.kind == .place, ["a", "an"].contains(words[start - 1].lowered) { return false }
        let content = words[..<start].count { word in word.core.count > 2 && !Lexicon.stopWords.contains(word.lowered) }
        guard content >= settings.minimumContentWords else { return false }
        let statement = article.text(before: mention).lowercased()
        return !mention.key.isEmpty && !statement.containsWord(mention.key) && !statement.contains(mention.text.lowercased())
    }

    private func candidate(asking mention: Mention, in article: AnnotatedArticle) -> ClozeCandidate? {
        let index = mention.sentence << 16 | mention.wordRange.lowerBound
        var random = SeededRandom(rootSeed: settings.seed, purpose: "cloze options", article: article.id, index: index)
        let statement = article.text(before: mention)
        let distractors = distractors(for: mention, statement: statement, in: article, random: &random)
        guard distractors.count >= Question.optionCount - 1 else { return nil }
        return ClozeCandidate(
            kind: mention.kind, statement: statement, answer: mention.text, distractors: distractors,
            orderSeed: random.next())
    }
}

/// Keeps questions apart: over the article, and over kinds.
private struct Spread {
    private let sentenceCount: Int
    private var keys: Set<String> = []
    private var perSentence: [Int: Int] = [:]
    private var perRegion: [Int: Int] = [:]
    private var perKind: [QuestionKind: Int] = [:]

    init(sentenceCount: Int) { self.sentenceCount = sentenceCount }

    func allows(_ mention: Mention, perSentence limit: Int) -> Bool {
        !keys.contains(mention.key) && perSentence[mention.sentence, default: 0] < limit
    }

    func penalty(_ mention: Mention) -> Double {
        0.6 * Double(perSentence[mention.sentence, default: 0]) + 0.15 * Double(perRegion[region(mention), default: 0])
            + 0.1 * Double(perKind[mention.kind, default: 0])
    }

    mutating func add(_ mention: Mention) {
        keys.insert(mention.key)
        perSentence[mention.sentence, default: 0] += 1
        perRegion[region(mention), default: 0] += 1
        perKind[mention.kind, default: 0] += 1
    }

    /// Quarter of the article.
    private func region(_ mention: Mention) -> Int { mention.sentence * 4 / max(sentenceCount, 1) }
}
