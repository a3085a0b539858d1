import LanguageModel
import Tokenization

/// How a passage and a statement stand before the model.
public struct ClozePrompt: Sendable, Hashable, Codable {
    /// Before the passage.
    public var passageLabel: String
    /// Between the passage and the statement; alone it stands before a statement without a passage.
    public var statementLabel: String
    /// A longer passage is cut at the end of a word: a summary never is.
    public var maximumPassageTokens: Int

    public init(passageLabel: String, statementLabel: String, maximumPassageTokens: Int = 1536) {
        self.passageLabel = passageLabel
        self.statementLabel = statementLabel
        self.maximumPassageTokens = maximumPassageTokens
    }

    public static let standard = ClozePrompt(passageLabel: "Passage:", statementLabel: "Statement:")
    /// The same task in other words, to check that answers do not hang on the wording.
    public static let paraphrase = ClozePrompt(passageLabel: "Read this news text:", statementLabel: "It says:")

    /// Tokens at the end of a passage that the model does not read.
    func unreadCount(of passage: String, tokenizer: any Tokenizer) -> Int {
        let tokens = tokenizer.encode(" " + passage)
        return tokens.count - read(of: tokens, tokenizer: tokenizer).count
    }

    /// What is read of a passage's tokens: all, or those before the last that opens a word within the limit.
    private func read(of tokens: [Int32], tokenizer: any Tokenizer) -> ArraySlice<Int32> {
        guard tokens.count > maximumPassageTokens else { return tokens[...] }
        let opensWord = { (token: Int32) in tokenizer.bytes(of: token).first.map { $0 == 0x20 || (0x09...0x0D).contains($0) } ?? false }
        let end = (1...max(1, maximumPassageTokens)).last { opensWord(tokens[$0]) }
        return tokens.prefix(end ?? maximumPassageTokens)
    }

    /// The passage (nothing where `nil`), one branch per question, and on each one scored segment per option. Statements cut
    /// from one sentence share their beginning.
    func tree(passage: String?, questions: [Question], tokenizer: any Tokenizer) -> ClozeTree {
        var root = tokenizer.beginOfSequence.map { [$0] } ?? []
        if let passage {
            root += tokenizer.encode(passageLabel)
            root += read(of: tokenizer.encode(" " + passage), tokenizer: tokenizer)
            root += tokenizer.encode("\n\n")
        }
        root += tokenizer.encode(statementLabel)
        var tree = TokenTree()
        let rootIndex = tree.append(root, to: nil, isScored: false)
        let statements = tree.append(
            sharing: questions.map { tokenizer.encode(" " + $0.text) }, to: rootIndex, isScored: false)
        let options = zip(questions, statements).map { question, statement in
            question.options.map { tree.append(tokenizer.encode(" " + $0), to: statement[statement.count - 1], isScored: true) }
        }
        return ClozeTree(tree: tree, options: options)
    }
}

/// A token tree and where in it the options of each question are.
struct ClozeTree {
    var tree: TokenTree
    /// Segment per question and option.
    var options: [[Int]]

    /// Log-likelihood per question and option, in nats.
    func logLikelihoods(_ scores: TreeScores) -> [[Double]] {
        options.map { $0.map(scores.sum) }
    }
}
