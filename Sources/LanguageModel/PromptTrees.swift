/// Completions gathered by their prompts: a prompt is computed once for all that continue it, and a completion once.
///
/// A completion's log-probabilities have the same bits beside any others.
public struct PromptTrees: Sendable {
    /// Where the completions that were added together stand.
    public struct Place: Sendable, Hashable {
        /// Index in `trees`.
        public var tree: Int
        /// Segment of each completion, in the order given; equal ones have the same.
        public var segments: [Int]

        public init(tree: Int, segments: [Int]) {
            self.tree = tree
            self.segments = segments
        }
    }

    /// A tree takes no more completions where it would have more tokens than these; a pass then takes no more memory than
    /// the default `tokenBudget` does.
    public static let maximumTokens = 1024

    /// In the order in which their prompts came; unscored roots, scored children.
    public private(set) var trees: [TokenTree] = []
    /// Of each prompt the tree that still takes completions, and the segments of those that it has.
    private var open: [[Int32]: (tree: Int, segments: [[Int32]: Int])] = [:]

    public init() {}

    /// Adds completions that are wanted together; they stand in one tree.
    /// - Precondition: the prompt and the completions are not empty.
    public mutating func add(prompt: [Int32], completions: [[Int32]]) -> Place {
        var target = open[prompt]
        if let present = target {
            let new = Set(completions.filter { present.segments[$0] == nil }).reduce(0) { $0 + $1.count }
            if trees[present.tree].tokenCount + new > Self.maximumTokens { target = nil }
        }
        var (tree, segments) = target ?? (trees.count, [:])
        if tree == trees.count {
            var root = TokenTree()
            root.append(prompt, to: nil, isScored: false)
            trees.append(root)
        }
        let places = completions.map { completion in
            if let present = segments[completion] { return present }
            let segment = trees[tree].append(completion, to: 0, isScored: true)
            segments[completion] = segment
            return segment
        }
        open[prompt] = (tree, segments)
        return Place(tree: tree, segments: places)
    }
}
