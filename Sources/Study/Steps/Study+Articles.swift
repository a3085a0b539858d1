import Checkpoints
import Foundation
import Notebook
import Preferences

/// Articles of a study by their part in it.
public struct ArticleSets: Sendable {
    public var train: [Article]
    public var development: [Article]
    public var test: [Article]
    /// Identity of the corpus, its filter, split and selection.
    public var key: String
    public var dropped: [Corpus.DropReason: Int]

    public var all: [Article] { train + development + test }

    subscript(part: ArticleSplit.Part) -> [Article] {
        switch part {
        case .train: train
        case .development: development
        case .test: test
        }
    }
}

enum CorpusFile {
    /// SHA-256 of the file's bytes.
    static func digest(_ path: String) throws -> String {
        do {
            return try SHA256.hexDigest(ofFile: path)
        } catch {
            throw CorpusError(file: path, line: nil, reason: .unreadable("there is no such file"))
        }
    }
}

extension Study {
    /// Reads the corpus, leaves out articles outside the word limits, and splits by article.
    /// - Throws: `CorpusError`; `UserFailure` when a part of the split is empty.
    public func articles(line: Int = #line) async throws -> ArticleSets {
        let choice = settings.articles
        let corpus = try CorpusReader(path: options.articlesPath).read()
            .limited(toWords: choice.minimumWords...max(choice.minimumWords, choice.maximumWords))
        let split = ArticleSplit(
            seed: settings.seed, developmentShare: choice.developmentShare, testShare: choice.testShare)
        let parts = split.parts(of: corpus.articles)
        func select(_ part: ArticleSplit.Part, _ count: Int) -> [Article] {
            let articles = parts[part] ?? []
            return split.selection(count == 0 ? articles.count : count, from: articles)
        }
        let inputs: [String: KeyValue] = [
            "corpus": .string(try CorpusFile.digest(options.articlesPath)),
            "settings": try KeyValue(encoding: choice), "seed": KeyValue(settings.seed),
        ]
        var sets = ArticleSets(
            train: select(.train, choice.train), development: select(.development, choice.development),
            test: select(.test, choice.test), key: ContentKey(step: "articles", version: 1, inputs: inputs).hex,
            dropped: corpus.dropped)
        for part in ArticleSplit.Part.allCases where sets[part].isEmpty {
            throw UserFailure(
                "no articles for \(part.rawValue)", location: options.articlesPath,
                why: "\(corpus.articles.count) articles are within \(choice.minimumWords)-\(choice.maximumWords) words, none fell into this part",
                remedy: "give more articles, or widen articles.minimum_words and articles.maximum_words",
                exitStatus: .badData)
        }
        sets.dropped = corpus.dropped
        try await step("articles", version: 2, inputs: inputs, line: line) { cell in
            var records: [ArticleRecord] = []
            for part in ArticleSplit.Part.allCases {
                for article in sets[part] {
                    records.append(
                        ArticleRecord(
                            corpusKey: sets.key, id: article.id, position: records.count, split: part.rawValue,
                            words: article.wordCount, text: article.text))
                }
            }
            try store.save(articles: records)
            var drops = Dictionary(uniqueKeysWithValues: sets.dropped.map { ($0.key.rawValue, $0.value) })
            let undrawn = corpus.articles.count - records.count
            if undrawn > 0 { drops["not drawn, as fewer are asked for"] = undrawn }
            try store.save(articleDrops: drops.map { ArticleDropRecord(corpusKey: sets.key, reason: $0.key, count: $0.value) })
            let left = drops.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            cell.show(
                "\(sets.train.count) training, \(sets.development.count) development and \(sets.test.count) test articles."
                    + (left.isEmpty ? "" : " Left out: \(left)."))
        }
        return sets
    }
}
