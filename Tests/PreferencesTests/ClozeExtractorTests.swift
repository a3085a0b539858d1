import Foundation
import Preferences
import Testing

/// What holds for every question about every article of the corpus.
@Suite struct ClozeExtractorTests {
    private static let corpus = Result { try LeeCorpus.articles() }
    private static let candidates = corpus.map { articles in
        let extractor = ClozeExtractor(pool: DistractorPool(articles))
        return articles.map { ($0, extractor.candidates(about: $0)) }
    }

    @Test func statementsAreTheArticlesOwnWords() throws {
        for (article, candidates) in try Self.candidates.get() {
            let text = article.text.words.joined(separator: " ")
            for candidate in candidates {
                #expect(text.contains(candidate.statement))
                #expect(candidate.statement.wordCount >= 4)
                #expect(text.lowercased().contains((candidate.statement + " ").lowercased()))
                #expect(text.lowercased().contains(candidate.answer.lowercased()), "\(candidate.answer)")
            }
        }
    }

    @Test func noOptionContainsAnotherOrStandsInTheStatement() throws {
        for (_, candidates) in try Self.candidates.get() {
            for candidate in candidates {
                let options = ([candidate.answer] + candidate.distractors.map(\.text)).map { $0.lowercased() }
                #expect(options.count >= 5)
                for (index, option) in options.enumerated() {
                    #expect(!option.isEmpty && !candidate.statement.lowercased().contains(option), "\(candidate)")
                    for other in options[(index + 1)...] {
                        #expect(!option.contains(other) && !other.contains(option), "\(candidate)")
                    }
                }
            }
        }
    }

    @Test func peopleShareNoWord() throws {
        for (_, candidates) in try Self.candidates.get() {
            for candidate in candidates where candidate.kind == .person {
                let words = ([candidate.answer] + candidate.distractors.map(\.text)).flatMap { Set($0.lowercased().words) }
                #expect(Set(words).count == words.count, "\(candidate)")
            }
        }
    }

    @Test func foreignDistractorsAreNotInTheArticleAndOwnOnesAre() throws {
        for (article, candidates) in try Self.candidates.get() {
            let text = article.text.words.joined(separator: " ").lowercased()
            for distractor in candidates.flatMap(\.distractors) {
                #expect(text.contains(distractor.text.lowercased()) == distractor.isFromArticle, "\(distractor)")
            }
        }
    }

    /// Where the article mentions two others of the same kind and form that can stand in the sentence, two stand among the
    /// options.
    @Test func twoDistractorsAreFromTheArticleWhereThereAreAny() throws {
        var asked = 0
        for (article, candidates) in try Self.candidates.get() {
            let mentions = AnnotatedArticle(article).mentions
            for candidate in candidates {
                let own = mentions.filter { $0.kind == candidate.kind && $0.text == candidate.answer }
                guard let form = own.first?.form, own.allSatisfy({ $0.form == form }), form != "surname" else { continue }
                let usable = Set(mentions.filter { $0.kind == candidate.kind && $0.form == form }.map(\.text)).filter { text in
                    Self.canStand(text, beside: candidate.answer, kind: candidate.kind)
                        && !candidate.statement.lowercased().contains(text.lowercased())
                }
                let hasTwo = usable.contains { first in usable.contains { Self.canStand($0, beside: first, kind: candidate.kind) } }
                let count = candidate.distractors.count(where: \.isFromArticle)
                #expect(count >= (hasTwo ? 2 : min(usable.count, 1)), "\(candidate.answer) beside \(usable): \(candidate.distractors)")
                asked += hasTwo ? 1 : 0
                let question = candidate.question(unaided: Array(repeating: -1, count: candidate.distractors.count + 1)).question
                let isOwn = Set(candidate.distractors.filter(\.isFromArticle).map(\.text))
                #expect(question.options.count(where: isOwn.contains) >= min(2, count))
            }
        }
        #expect(asked > 1000)
    }

    /// Neither contains the other, and they do not name the same: people and terms share no word.
    private static func canStand(_ text: String, beside other: String, kind: QuestionKind) -> Bool {
        let (one, two) = (text.lowercased(), other.lowercased())
        if one.contains(two) || two.contains(one) { return false }
        return (kind != .person && kind != .term) || Set(one.words).isDisjoint(with: two.words)
    }

    /// Other numbers of the same things: another article's noun would give itself away.
    @Test func countedThingsStayTheSame() throws {
        let counted = try Self.candidates.get().flatMap(\.1).filter { $0.answer.lowercased().hasSuffix(" people") }
        #expect(counted.count > 20)
        for candidate in counted {
            for distractor in candidate.distractors where !distractor.isFromArticle {
                #expect(distractor.text.hasSuffix(" people"), "\(candidate)")
            }
        }
    }

    @Test func questionsSpreadOverTheArticle() throws {
        let long = try Self.candidates.get().filter { $0.0.wordCount >= 150 }
        let outside = long.map { article, candidates in
            let lead = LeadSummary(sentenceCount: 2).summary(of: article)
            return candidates.prefix(5).count { !lead.contains($0.statement) }
        }
        #expect(outside.allSatisfy { $0 >= 1 })
        #expect(Double(outside.count { $0 >= 2 }) >= 0.95 * Double(outside.count))
    }

    @Test func everyArticleHasEnoughCandidates() throws {
        let all = try Self.candidates.get().filter { $0.0.wordCount >= 100 }
        let enough = all.count { $0.1.count >= 8 }
        #expect(Double(enough) >= 0.9 * Double(all.count))
    }

    @Test func candidatesDoNotDependOnOtherArticlesAskedAbout() throws {
        let articles = try Self.corpus.get()
        let pool = DistractorPool(articles)
        #expect(pool.contentKey == DistractorPool(articles.reversed()).contentKey)
        let again = ClozeExtractor(pool: DistractorPool(articles.reversed()))
        for (article, candidates) in try Self.candidates.get().suffix(20).reversed() {
            #expect(again.candidates(about: article) == candidates)
        }
    }

    @Test func fittingDistractorsAreChosen() throws {
        let candidate = try #require(try Self.candidates.get().lazy.flatMap(\.1).first { $0.distractors.count == 9 && $0.distractors.count(where: \.isFromArticle) == 5 })
        // Likeliest: the last foreign one, then two own ones, then the rest in falling order.
        let unaided: [Double] = [-3, -9, -2, -8, -4, -7, -20, -21, -22, -1]
        let (question, likelihoods) = candidate.question(unaided: unaided)
        #expect(question.options[question.answer] == candidate.answer)
        let chosen = Set(question.options).subtracting([candidate.answer])
        #expect(chosen == Set([1, 3, 8, 4].map { candidate.distractors[$0].text }))
        for (option, likelihood) in zip(question.options, likelihoods) {
            let index = ([candidate.answer] + candidate.distractors.map(\.text)).firstIndex(of: option)
            #expect(likelihood == index.map { unaided[$0] })
        }
    }
}
