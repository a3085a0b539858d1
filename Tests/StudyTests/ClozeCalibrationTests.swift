import Foundation
import LanguageModel
import Preferences
import TestSupport
import Testing

/// The embedded judge with the default model and articles, which set-up fetches.
@Suite struct ClozeCalibrationTests {
    /// The goals of its calibration, loosely: six articles' questions are few.
    @Test func theStandardRuleTellsAnArticleFromAnother() async throws {
        let articles = Array(try CorpusReader(path: CachedModel.corpus()).read().limited(toWords: 100...250).articles.prefix(6))
        let loaded = try LoadedModel(path: CachedModel.path())
        let model = LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: .preferred,
            pool: ThreadPool(threadCount: ProcessInfo.processInfo.activeProcessorCount))
        func judge(_ prompt: ClozePrompt) -> ClozeJudge {
            ClozeJudge(
                scorer: model, tokenizer: loaded.tokenizer, modelIdentity: loaded.contentHash,
                extractor: ClozeExtractor(pool: DistractorPool(articles)), prompt: prompt)
        }
        func shares(_ judge: ClozeJudge, _ sets: [QuestionSet], _ passage: Calibration.Passage) async throws -> (correct: Double, unsure: Double) {
            let total = try await judge.calibration(sets: sets, articles: articles, passages: [passage], seed: 1).total(passage)
            let count = Double(total.correct + total.wrong + total.unsure)
            try #require(count > 0)
            return (Double(total.correct) / count, Double(total.unsure) / count)
        }
        let standard = judge(.standard)
        let candidates = try standard.candidateSets(for: articles)
        #expect(candidates.reduce(0) { $0 + $1.questions.count } >= 60)
        #expect(try await shares(standard, candidates, .fullArticle).correct >= 0.85)
        let other = try await shares(standard, candidates, .otherArticle)
        #expect(other.correct <= 0.08 && other.unsure >= 0.85, "\(other)")
        #expect(try await shares(standard, candidates, .nothing).unsure == 1)

        var asked = try standard.questions(for: articles).compactMap(\.questions)
        #expect(asked.count >= 4)
        // What the options' likelihoods are without a passage depends on the prompt too.
        for index in asked.indices { asked[index].unaidedLogLikelihoods = nil }
        #expect(try await shares(judge(.paraphrase), asked, .fullArticle).correct >= 0.9)
    }
}
