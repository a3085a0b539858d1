import CKernels

/// Token trees laid out as rows of one matrix, and where their scored tokens are.
///
/// Every tree takes a multiple of `rowStep` rows (spare rows of zero gradient follow it): weight gradients, which sum
/// steps of rows at a time, then do not depend on how trees are packed.
package struct TreeBatch {
    let trees: [TokenTree]
    private let rowStep: Int
    private(set) var tokens: [Int32] = []
    private(set) var positions: [Int32] = []
    private(set) var segments: [pk_segment] = []
    private(set) var ranges: [pk_range] = []
    /// First row of each tree, and the row count as a last element.
    private(set) var treeRows: [Int] = []

    /// Batch rows whose hidden state predicts at least one scored token, ascending; -1 is a row of
    /// zeros that makes each tree's share a multiple of `rowStep`.
    private(set) var predictorRows: [Int32] = []
    /// First of each tree's in `predictorRows`, and their count as a last element.
    private(set) var treePredictors: [Int] = []
    /// For each scored token: index into `predictorRows`, and the token.
    private(set) var labelPredictors: [Int32] = []
    private(set) var labels: [Int32] = []
    /// Range of labels of each tree's segment.
    private(set) var labelRanges: [[Range<Int>]] = []

    var rowCount: Int { tokens.count }

    /// - Parameter rowStep: `Precision.gradientRowStep` for training; nothing else needs spare rows.
    init(_ trees: [TokenTree], rowStep: Int = 1) {
        self.trees = trees
        self.rowStep = rowStep
        for (treeIndex, tree) in trees.enumerated() { append(tree, index: treeIndex) }
        treeRows.append(tokens.count)
        treePredictors.append(predictorRows.count)
    }

    /// Rows that `tree` will take.
    static func rowCount(of tree: TokenTree, rowStep: Int) -> Int {
        (tree.tokenCount + rowStep - 1) / rowStep * rowStep
    }

    private mutating func append(_ tree: TokenTree, index: Int) {
        let base = tokens.count
        treeRows.append(base)
        var firstRows: [Int] = []
        var firstPositions: [Int] = []
        for segment in tree.segments {
            let row = tokens.count
            var position = 0
            let firstRange = ranges.count
            if let parent = segment.parent {
                position = firstPositions[parent] + tree.segments[parent].tokens.count
                var path: [Int] = []
                var ancestor: Int? = parent
                while let current = ancestor {
                    path.append(current)
                    ancestor = tree.segments[current].parent
                }
                for ancestor in path.reversed() {
                    ranges.append(
                        pk_range(
                            begin: Int32(firstRows[ancestor]),
                            end: Int32(firstRows[ancestor] + tree.segments[ancestor].tokens.count)))
                }
            }
            firstRows.append(row)
            firstPositions.append(position)
            tokens.append(contentsOf: segment.tokens)
            for offset in segment.tokens.indices { positions.append(Int32(position + offset)) }
            segments.append(
                pk_segment(
                    begin: Int32(row), end: Int32(tokens.count), first_range: Int32(firstRange),
                    range_count: Int32(ranges.count - firstRange), tree: Int32(index)))
        }
        let spare = base + Self.rowCount(of: tree, rowStep: rowStep) - tokens.count
        if spare > 0 {
            segments.append(
                pk_segment(
                    begin: Int32(tokens.count), end: Int32(tokens.count + spare), first_range: Int32(ranges.count),
                    range_count: 0, tree: Int32(index)))
            tokens.append(contentsOf: repeatElement(0, count: spare))
            positions.append(contentsOf: repeatElement(0, count: spare))
        }
        appendLabels(of: tree, firstRows: firstRows, rows: base..<tokens.count)
    }

    private mutating func appendLabels(of tree: TokenTree, firstRows: [Int], rows: Range<Int>) {
        var predicts = [Bool](repeating: false, count: rows.count)
        func predictor(_ segment: TokenTree.Segment, _ index: Int, _ offset: Int) -> Int? {
            if offset > 0 { return firstRows[index] + offset - 1 }
            guard let parent = segment.parent else { return nil }
            return firstRows[parent] + tree.segments[parent].tokens.count - 1
        }
        for (index, segment) in tree.segments.enumerated() where segment.isScored {
            for offset in segment.tokens.indices {
                if let row = predictor(segment, index, offset) { predicts[row - rows.lowerBound] = true }
            }
        }
        var predictorIndex = [Int32](repeating: -1, count: rows.count)
        let start = predictorRows.count
        treePredictors.append(start)
        for offset in predicts.indices where predicts[offset] {
            predictorIndex[offset] = Int32(predictorRows.count)
            predictorRows.append(Int32(rows.lowerBound + offset))
        }
        while !(predictorRows.count - start).isMultiple(of: rowStep) { predictorRows.append(-1) }
        var segmentRanges: [Range<Int>] = []
        for (index, segment) in tree.segments.enumerated() {
            let first = labels.count
            if segment.isScored {
                for (offset, token) in segment.tokens.enumerated() {
                    guard let row = predictor(segment, index, offset) else { continue }
                    labelPredictors.append(predictorIndex[row - rows.lowerBound])
                    labels.append(token)
                }
            }
            segmentRanges.append(first..<labels.count)
        }
        labelRanges.append(segmentRanges)
    }

    /// Sorts per-label log-probabilities back into trees.
    func scores(_ logProbabilities: UnsafePointer<Float>) -> [TreeScores] {
        labelRanges.map { segments in
            TreeScores(
                logProbabilities: segments.map { range in
                    Array(UnsafeBufferPointer(start: logProbabilities + range.lowerBound, count: range.count))
                })
        }
    }

    /// Splits trees, in order, into groups of at most `tokenBudget` rows; a larger tree stands alone.
    package static func groups(of trees: [TokenTree], tokenBudget: Int, rowStep: Int = 1) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var start = 0
        var rows = 0
        for (index, tree) in trees.enumerated() {
            let count = rowCount(of: tree, rowStep: rowStep)
            if index > start, rows + count > tokenBudget {
                groups.append(start..<index)
                start = index
                rows = 0
            }
            rows += count
        }
        if start < trees.count { groups.append(start..<trees.count) }
        return groups
    }
}
