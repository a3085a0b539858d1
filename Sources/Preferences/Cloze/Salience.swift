import Foundation

/// How much a sentence and what it mentions matter to its article.
///
/// A sentence is as important as the words it shares with the rest of the article (the frequency of content
/// words, as in H. P. Luhn, "The automatic creation of literature abstracts", IBM Journal 2, 1958), with a
/// bonus for the beginning, where news puts what matters, and less for quotations and for sentences whose
/// subject is a pronoun.
struct Salience {
    private let sentenceScores: [Double]
    private let mentionCounts: [String: Int]

    init(_ article: AnnotatedArticle) {
        let content = article.words.map { words in
            words.map { Self.stem($0.lowered) }.filter { $0.count > 2 && !Lexicon.stopWords.contains($0) }
        }
        var frequencies: [String: Int] = [:]
        for word in content.joined() { frequencies[word, default: 0] += 1 }
        let raw = content.map { words in
            words.isEmpty ? 0 : words.reduce(0) { $0 + log(Double(frequencies[$1] ?? 1)) } / Double(words.count)
        }
        let largest = max(raw.max() ?? 0, 1e-9)
        sentenceScores = raw.indices.map { index in
            var score = raw[index] / largest + 0.5 / Double(1 + index)
            let sentence = article.sentences[index]
            if sentence.hasPrefix("\"") || sentence.hasPrefix("\u{201c}") { score -= 0.6 }
            if let first = article.words[index].first, Lexicon.openSubjects.contains(first.lowered) { score -= 0.3 }
            return score
        }
        mentionCounts = Dictionary(article.mentions.map { ($0.key, 1) }, uniquingKeysWith: +)
    }

    func score(_ mention: Mention) -> Double {
        let repeats = log(Double(mentionCounts[mention.key] ?? 1))
        return sentenceScores[mention.sentence] + 0.25 * min(repeats, 1.5) + Self.kindBonus(mention)
    }

    private static func kindBonus(_ mention: Mention) -> Double {
        switch mention.kind {
        case .person: mention.form == "full name" ? 0.3 : 0.1
        case .place, .organization: 0.2
        case .money, .percentage: 0.3
        case .number, .age: 0.15
        case .title: 0
        case .name: -0.1
        case .date: mention.form == "weekday" || mention.form == "time" ? -0.4 : 0
        case .term: -0.35
        case .written: 0
        }
    }

    /// Plural and singular count as one word.
    private static func stem(_ word: String) -> String {
        word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss") ? String(word.dropLast()) : word
    }
}
