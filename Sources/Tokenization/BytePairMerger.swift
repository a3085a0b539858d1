/// Merges the symbols of one word: the lowest-ranked pair first, the leftmost of equals.
///
/// Holds the working memory, so that encoding a text allocates once.
struct BytePairMerger {
    /// From this many symbols on, a heap is faster than looking at every pair again after each merge.
    private static let heapThreshold = 48
    private static let none = MergeTable.Merge(rank: .max, result: 0)

    private let table: MergeTable
    private var pairs: [MergeTable.Merge] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap: [Candidate] = []

    init(table: MergeTable) { self.table = table }

    /// Replaces `symbols[start...]` by the word's tokens. O(n²) for short words, O(n log n) for long ones.
    mutating func merge(_ symbols: inout [Int32], from start: Int) {
        let count = symbols.count - start
        if count < 2 { return }
        if count < Self.heapThreshold { mergeByScanning(&symbols, start) } else { mergeWithHeap(&symbols, start) }
    }

    private mutating func mergeByScanning(_ symbols: inout [Int32], _ start: Int) {
        var count = symbols.count - start
        pairs.removeAll(keepingCapacity: true)
        for index in start..<symbols.count - 1 {
            pairs.append(table.merge(symbols[index], symbols[index + 1]) ?? Self.none)
        }
        while count > 1 {
            var best = 0
            for index in 1..<max(count - 1, 1) where pairs[index].rank < pairs[best].rank { best = index }
            guard pairs[best].rank != .max else { break }
            symbols[start + best] = pairs[best].result
            count -= 1
            for index in best + 1..<max(count, best + 1) { symbols[start + index] = symbols[start + index + 1] }
            for index in best..<max(count - 1, best) { pairs[index] = pairs[index + 1] }
            if best > 0 {
                pairs[best - 1] = table.merge(symbols[start + best - 1], symbols[start + best]) ?? Self.none
            }
            if best < count - 1 {
                pairs[best] = table.merge(symbols[start + best], symbols[start + best + 1]) ?? Self.none
            }
        }
        symbols.removeLast(symbols.count - start - count)
    }
}

// MARK: - Long words

extension BytePairMerger {
    /// A pair that could merge when it was pushed: `symbols[position]` with the symbol after it.
    private struct Candidate {
        var rank: Int32
        var position: Int32
        var left: Int32
        var right: Int32
        var result: Int32

        static func < (a: Candidate, b: Candidate) -> Bool {
            a.rank != b.rank ? a.rank < b.rank : a.position < b.position
        }
    }

    private mutating func mergeWithHeap(_ symbols: inout [Int32], _ start: Int) {
        let count = symbols.count - start
        next = (0..<Int32(count)).map { $0 + 1 }
        previous = (0..<Int32(count)).map { $0 - 1 }
        heap.removeAll(keepingCapacity: true)
        for index in 0..<count - 1 { push(symbols, start, Int32(index), Int32(index + 1)) }

        let removed: Int32 = -1
        while let candidate = popLowest() {
            let position = Int(candidate.position)
            let after = Int(next[position])
            // A pair of which one side has merged meanwhile is out of date.
            guard after < count, symbols[start + position] == candidate.left,
                symbols[start + after] == candidate.right
            else { continue }
            symbols[start + position] = candidate.result
            symbols[start + after] = removed
            let following = next[after]
            next[position] = following
            if following < count {
                previous[Int(following)] = candidate.position
                push(symbols, start, candidate.position, following)
            }
            if previous[position] >= 0 { push(symbols, start, previous[position], candidate.position) }
        }
        var end = start
        for index in start..<symbols.count where symbols[index] != removed {
            symbols[end] = symbols[index]
            end += 1
        }
        symbols.removeLast(symbols.count - end)
    }

    private mutating func push(_ symbols: [Int32], _ start: Int, _ position: Int32, _ after: Int32) {
        let (left, right) = (symbols[start + Int(position)], symbols[start + Int(after)])
        guard let merge = table.merge(left, right) else { return }
        heap.append(
            Candidate(rank: merge.rank, position: position, left: left, right: right, result: merge.result))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func popLowest() -> Candidate? {
        guard let lowest = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return lowest }
        heap[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return lowest
    }
}
