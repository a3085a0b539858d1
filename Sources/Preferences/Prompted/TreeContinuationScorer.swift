import LanguageModel
import Tokenization

/// Scores continuations with a local model: a conversation once for all requests in a row that share it, a branch per
/// opening, a leaf per continuation.
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
        /// Per request: its tree and the leaves in it.
        var places: [(tree: Int, leaves: [Int])] = []
        var conversation: [Message]?
        for request in requests {
            if request.conversation != conversation {
                var tree = TokenTree()
                tree.append(try render(request.conversation), to: nil, isScored: false)
                trees.append(tree)
                conversation = request.conversation
            }
            let index = trees.count - 1
            let opening = trees[index].append(tokenizer.encode(request.opening), to: 0, isScored: false)
            let leaves = request.continuations.map { trees[index].append(tokenizer.encode($0), to: opening, isScored: true) }
            places.append((index, leaves))
        }
        let scores = try scorer.score(trees)
        return places.map { place in place.leaves.map { scores[place.tree].sum($0) } }
    }
}
