import Testing
import Tokenization

@Suite struct TruncationTests {
    private static let instruction = "Summarise this article.\n\n{article}\n\nBe brief."
    private static let article = (1...200).map { "Sentence \($0) reports that it rained in Sydney." }.joined(
        separator: " ")

    private func template() throws -> ChatTemplate { try ChatTemplate(.smolLM2, tokenizer: CachedModel.tokenizer()) }

    private func rendered(_ template: ChatTemplate, _ article: String) throws -> [Int32] {
        let content = Self.instruction.replacing("{article}", with: article)
        return try template.render([Message(role: .user, content: content)], addGenerationPrompt: true)
    }

    @Test func anArticleThatFitsIsWhole() throws {
        let template = try template()
        let whole = try rendered(template, Self.article)
        let prompt = try template.prompt(template: Self.instruction, article: Self.article, maximumTokens: whole.count)
        #expect(prompt.ids == whole)
        #expect(prompt.article == Self.article)
        #expect(!prompt.isTruncated)
        #expect(prompt.articleTokens == template.tokenizer.encode(Self.article).count)
    }

    @Test(arguments: [60, 61, 62, 63, 64, 100, 333, 1000])
    func theLongestPrefixOfWordsIsKept(maximumTokens: Int) throws {
        let template = try template()
        let prompt = try template.prompt(
            template: Self.instruction, article: Self.article, maximumTokens: maximumTokens)
        #expect(prompt.isTruncated)
        #expect(prompt.ids.count <= maximumTokens)
        #expect(prompt.ids == (try rendered(template, prompt.article)))
        #expect(prompt.keptTokens == template.tokenizer.encode(prompt.article).count)
        let words = Self.article.split(separator: " ")
        let kept = prompt.article.split(separator: " ")
        #expect(Array(words.prefix(kept.count)) == kept, "whole words from the start")
        let longer = words.prefix(kept.count + 1).joined(separator: " ")
        #expect(try rendered(template, longer).count > maximumTokens, "another word would not fit")
    }

    @Test func rule5_instructionsAndHeaderAreNeverCut() throws {
        let template = try template()
        let empty = try rendered(template, "")
        let prompt = try template.prompt(template: Self.instruction, article: Self.article, maximumTokens: empty.count)
        #expect(prompt.ids.suffix(12) == empty.suffix(12))
        let error = #expect(throws: TokenizationError.self) {
            try template.prompt(template: Self.instruction, article: Self.article, maximumTokens: empty.count - 1)
        }
        #expect(error == .promptTooLong(templateTokens: empty.count, maximumTokens: empty.count - 1))
    }

    @Test func textWithoutSpacesIsCutBetweenCharacters() throws {
        let article = String(repeating: "東京は雨。", count: 200)
        let prompt = try template().prompt(template: Self.instruction, article: article, maximumTokens: 300)
        #expect(prompt.isTruncated)
        #expect(prompt.ids.count > 150)
        #expect(article.hasPrefix(prompt.article))
    }

    @Test(arguments: ["no place", "{article} twice {article}"])
    func aTemplateHasOnePlaceForTheArticle(_ instruction: String) throws {
        let template = try template()
        #expect(throws: TokenizationError.self) {
            try template.prompt(template: instruction, article: "x", maximumTokens: 100)
        }
    }
}
