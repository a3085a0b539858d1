import Checkpoints

/// What other articles mention, for questions whose own article mentions too little of a kind. Made once from a
/// fixed set of articles, so that an article's questions do not depend on which others are asked about.
public struct DistractorPool: Sendable {
    struct Group: Hashable, Sendable {
        var kind: QuestionKind
        var form: String
    }

    struct Entry: Hashable, Sendable {
        var text: String
        var articleID: String
    }

    /// Sorted by text, each text once.
    let entries: [Group: [Entry]]
    /// SHA-256 of what the pool holds: part of the identity of a judge.
    public let contentKey: String

    public init(_ articles: some Sequence<Article>) {
        var seen: [Group: [String: String]] = [:]
        for article in articles {
            for mention in AnnotatedArticle(article).mentions {
                // Of the articles that mention it, the one with the least id, whatever the order.
                let group = Group(kind: mention.kind, form: mention.form)
                let known = seen[group]?[mention.text] ?? article.id
                seen[group, default: [:]][mention.text] = min(known, article.id)
            }
        }
        entries = seen.mapValues { texts in
            texts.map { Entry(text: $0.key, articleID: $0.value) }.sorted { $0.text < $1.text }
        }
        var hash = SHA256()
        for group in entries.keys.sorted(by: { ($0.kind.rawValue, $0.form) < ($1.kind.rawValue, $1.form) }) {
            hash.update("\(group.kind.rawValue)\t\(group.form)\n")
            for entry in entries[group] ?? [] { hash.update("\(entry.text)\t\(entry.articleID)\n") }
        }
        contentKey = hash.hexDigest()
    }

    /// Mentions of other articles, those of the same form first, each part in an order of the stream's. Of what the
    /// mention counts, other numbers: another article's noun would tell by itself that it is another's.
    func candidates(for mention: Mention, excluding articleID: String, random: inout SeededRandom) -> [String] {
        let own = Group(kind: mention.kind, form: mention.form)
        let similar = random.shuffled(entries[own] ?? []).filter { $0.articleID != articleID }.map(\.text)
        if mention.kind == .number, mention.form == NumberFinder.countedForm {
            return nearFirst(counts(similar, of: mention), to: mention.text)
        }
        guard mention.kind != .date && mention.kind != .number && mention.kind != .term else { return nearFirst(similar, to: mention.text) }
        let groups = entries.keys.filter { $0.kind == mention.kind && $0 != own }.sorted { $0.form < $1.form }
        let rest = random.shuffled(groups.flatMap { entries[$0] ?? [] }).filter { $0.articleID != articleID }.map(\.text)
        return nearFirst(similar, to: mention.text) + rest
    }

    /// The mention's noun with the numbers of others, in its own notation.
    private func counts(_ others: [String], of mention: Mention) -> [String] {
        let (number, counted) = NumberFinder.parts(ofCounted: mention.text)
        let isInDigits = number.first?.isNumber == true
        var seen: Set<String> = []
        return others.map { NumberFinder.parts(ofCounted: $0).number }
            .filter { ($0.first?.isNumber == true) == isInDigits && seen.insert($0).inserted }
            .map { "\($0) \(counted)" }
    }

    /// Numbers of about the same size first: one of another size gives itself away.
    private func nearFirst(_ texts: [String], to answer: String) -> [String] {
        guard let size = leadingNumber(of: answer), size > 0 else { return texts }
        let isNear = { (text: String) in
            leadingNumber(of: text).map { (size / 4...size * 4).contains($0) } ?? false
        }
        return texts.filter(isNear) + texts.filter { !isNear($0) }
    }

    private func leadingNumber(of text: String) -> Double? {
        let word = text.prefix { $0.isLetter }
        if let value = NumberFinder.numberWords[word.lowercased()] { return value }
        let digits = text.drop { !$0.isNumber && !$0.isLetter || $0.isUppercase }
            .prefix { $0.isASCII && ($0.isNumber || $0 == "," || $0 == ".") }
        return Double(digits.filter { $0 != "," })
    }
}
