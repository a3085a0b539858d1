/// The engine's unit of work: segments of token ids, each continuing a parent segment.
///
/// A segment's positions continue from its parent's last position, and its tokens attend to the
/// segment itself (causally) and to its ancestors only. A plain sequence is a tree with one segment;
/// a preference pair is a prompt with two children; a judged summary is a passage with one child per
/// question, each with one child per option. The shared prefix is computed once.
///
/// A parent stands before its children.
public struct TokenTree: Sendable, Hashable {
    public struct Segment: Sendable, Hashable {
        /// Token ids; never empty.
        public var tokens: [Int32]
        /// Index of the parent segment in `TokenTree.segments`, `nil` for the root.
        public var parent: Int?
        /// Whether the log-probabilities of these tokens are wanted. The first token of a root
        /// segment has no predecessor and is never scored.
        public var isScored: Bool

        public init(tokens: [Int32], parent: Int?, isScored: Bool) {
            self.tokens = tokens
            self.parent = parent
            self.isScored = isScored
        }
    }

    public private(set) var segments: [Segment] = []

    public init() {}

    /// A plain sequence: an unscored prompt and one scored continuation.
    public init(prompt: [Int32], completion: [Int32]) {
        let root = append(prompt, to: nil, isScored: false)
        append(completion, to: root, isScored: true)
    }

    /// A preference pair: one prompt, chosen (segment 1) and rejected (segment 2).
    public init(prompt: [Int32], chosen: [Int32], rejected: [Int32]) {
        let root = append(prompt, to: nil, isScored: false)
        append(chosen, to: root, isScored: true)
        append(rejected, to: root, isScored: true)
    }

    /// Adds a segment and returns its index.
    /// - Precondition: `tokens` is not empty; `parent` is the index of an existing segment, and is
    ///   `nil` for the first segment only.
    @discardableResult
    public mutating func append(_ tokens: [Int32], to parent: Int?, isScored: Bool) -> Int {
        precondition(!tokens.isEmpty, "a segment has at least one token")
        precondition((parent == nil) == segments.isEmpty, "exactly the first segment has no parent")
        if let parent { precondition(segments.indices.contains(parent), "the parent exists") }
        segments.append(Segment(tokens: tokens, parent: parent, isScored: isScored))
        return segments.count - 1
    }

    /// Tokens that sequences must have in common before a segment of their own is worth its pass through the attention.
    static let leastSharedTokens = 4

    /// Adds sequences that each continue `parent`; what several of them begin with becomes a segment that they share.
    /// - Parameter sequences: none empty.
    /// - Returns: for each sequence the segments that it consists of, in order.
    public mutating func append(sharing sequences: [[Int32]], to parent: Int, isScored: Bool) -> [[Int]] {
        var paths = [[Int]](repeating: [], count: sequences.count)
        grow(sequences, Array(sequences.indices), from: 0, parent: parent, isScored: isScored, paths: &paths)
        return paths
    }

    /// - Parameters:
    ///   - members: indices of sequences that agree before `offset` and do not end there.
    ///   - parent: segment that ends where `offset` is.
    private mutating func grow(
        _ sequences: [[Int32]], _ members: [Int], from offset: Int, parent: Int, isScored: Bool, paths: inout [[Int]]
    ) {
        var groups: [ArraySlice<Int32>: [Int]] = [:]
        var order: [ArraySlice<Int32>] = []
        for member in members {
            let start = sequences[member].dropFirst(offset).prefix(Self.leastSharedTokens)
            if groups[start] == nil { order.append(start) }
            groups[start, default: []].append(member)
        }
        for start in order {
            guard let group = groups[start], let first = group.first else { continue }
            let shared = group.reduce(sequences[first].count) { length, member in
                zip(sequences[first].prefix(length), sequences[member]).prefix { $0 == $1 }.count
            }
            let segment = append(Array(sequences[first][offset..<shared]), to: parent, isScored: isScored)
            for member in group { paths[member].append(segment) }
            grow(
                sequences, group.filter { sequences[$0].count > shared }, from: shared, parent: segment, isScored: isScored,
                paths: &paths)
        }
    }

    public var tokenCount: Int { segments.reduce(0) { $0 + $1.tokens.count } }

    /// Position of the first token of segment `index`: the number of tokens on its ancestors' path.
    public func firstPosition(of index: Int) -> Int {
        var count = 0
        var ancestor = segments[index].parent
        while let current = ancestor {
            count += segments[current].tokens.count
            ancestor = segments[current].parent
        }
        return count
    }
}

/// Log-probabilities of a tree's scored tokens.
public struct TreeScores: Sendable, Equatable {
    /// One array per segment, natural-log probability of each token given its ancestors; empty for
    /// a segment that was not scored. A scored root lacks its first token.
    public var logProbabilities: [[Float]]

    public init(logProbabilities: [[Float]]) { self.logProbabilities = logProbabilities }

    /// Sum over a segment's tokens, accumulated in double precision.
    public func sum(_ segment: Int) -> Double {
        logProbabilities[segment].reduce(0) { $0 + Double($1) }
    }
}

/// What judges need of a model: the log-probabilities of token trees.
public protocol TreeScorer {
    /// Scores every tree; the result does not depend on which other trees are in the call.
    func score(_ trees: [TokenTree]) throws -> [TreeScores]
}
