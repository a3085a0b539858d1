import LanguageModel
import Tokenization

/// How a passage and a statement stand before the model.
public struct ClozePrompt: Sendable, Hashable, Codable {
    /// Before the passage.
    public var passageLabel: String
    /// Between the passage and the statement; alone it stands before a statement without a passage.
    public var statementLabel: String
    /// A longer passage is cut: a summary never is.
    public var maximumPassageTokens: Int

    public init(passageLabel: String, statementLabel: String, maximumPassageTokens: Int = 1536) {
        self.passageLabel = passageLabel
        self.statementLabel = statementLabel
        self.maximumPassageTokens = maximumPassageTokens
    }

    public static let standard = ClozePrompt(passageLabel: "Passage:", statementLabel: "Statement:")
    /// The same task in other words, to check that answers do not hang on the wording.
    public static let paraphrase = ClozePrompt(passageLabel: "Read this news text:", statementLabel: "It says:")

    /// The passage (nothing where `nil`), one branch per question, and on each one scored segment per option.
    func tree(passage: String?, questions: [Question], tokenizer: any Tokenizer) -> ClozeTree {
        var root = tokenizer.beginOfSequence.map { [$0] } ?? []
        if let passage {
            root += tokenizer.encode(passageLabel)
            root += tokenizer.encode(" " + passage).prefix(maximumPassageTokens)
            root += tokenizer.encode("\n\n")
        }
        root += tokenizer.encode(statementLabel)
        var tree = TokenTree()
        let rootIndex = tree.append(root, to: nil, isScored: false)
        let options = questions.map { question in
            let statement = tree.append(tokenizer.encode(" " + question.text), to: rootIndex, isScored: false)
            return question.options.map { tree.append(tokenizer.encode(" " + $0), to: statement, isScored: true) }
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
