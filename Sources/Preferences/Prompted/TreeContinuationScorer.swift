import LanguageModel
import Tokenization

/// Scores continuations with a local model: the conversation once, a leaf per continuation.
public struct TreeContinuationScorer: ContinuationScorer {
    public let scorer: any TreeScorer
    public let tokenizer: any Tokenizer
    /// Content hash of the weights together with the numeric mode.
    public let identity: String
    /// Token ids of a conversation up to and including the header of the assistant's turn.
    public let render: ([Message]) throws -> [Int32]

    public init(scorer: any TreeScorer, tokenizer: any Tokenizer, identity: String, render: @escaping ([Message]) throws -> [Int32]) {
        self.scorer = scorer
        self.tokenizer = tokenizer
        self.identity = identity
        self.render = render
    }

    public func logProbabilities(_ requests: [ContinuationRequest]) throws -> [[Double]] {
        var trees: [TokenTree] = []
        var leaves: [[Int]] = []
        for request in requests {
            var tree = TokenTree()
            let root = tree.append(try render(request.conversation) + tokenizer.encode(request.opening), to: nil, isScored: false)
            leaves.append(request.continuations.map { tree.append(tokenizer.encode($0), to: root, isScored: true) })
            trees.append(tree)
        }
        return zip(leaves, try scorer.score(trees)).map { leaves, scores in leaves.map(scores.sum) }
    }
}
