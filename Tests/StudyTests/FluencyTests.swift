import Foundation
import LanguageModel
import Preferences
import TestSupport
import Testing

/// With the default model and articles, which set-up fetches.
@Suite struct FluencyTests {
    @Test func nameListsAreFoundAndFirstSentencesAreNot() throws {
        let articles = try CorpusReader(path: CachedModel.corpus()).read().limited(toWords: 80...250).articles
        let loaded = try LoadedModel(path: CachedModel.path())
        let model = LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: .preferred,
            pool: ThreadPool(threadCount: ProcessInfo.processInfo.activeProcessorCount))
        let scorer = FluencyScorer(
            scorer: model, tokenizer: loaded.tokenizer, model: loaded.contentHash, numericMode: Precision.preferred.numericMode)
        func perWord(_ texts: [String]) throws -> [Double] { try scorer.likelihoods(of: texts).compactMap { $0?.perWord } }

        // Thresholds come from other articles than those that are judged.
        let tuning = Array(articles.prefix(16)), judged = Array(articles.dropFirst(16).prefix(16))
        let threshold = try #require(FluencyThreshold(try perWord(tuning.flatMap(FluencyThreshold.passages))))
        func notFluent(_ text: (Article) -> String) throws -> Int {
            try perWord(judged.map(text)).count { !threshold.isFluent(perWord: $0) }
        }
        let none = { QuestionSet(articleID: $0, questions: []) }
        #expect(try notFluent { GamingStrategy.nameList.text(about: $0, questions: none($0.id)) } >= 13)
        #expect(try notFluent { GamingStrategy.otherScript.text(about: $0, questions: none($0.id)) } == 16)
        #expect(try notFluent { LeadSummary(sentenceCount: 2).summary(of: $0) } <= 1)
    }
}
