/// The pieces of a vocabulary by their bytes: all that begin at a place in a text are found in one walk.
///
/// Nodes are in breadth-first order, so the children of a node are neighbours, sorted by their byte.
struct PieceTrie: Sendable {
    /// Byte that leads to the node; the root is node 0.
    private var labels: [UInt8] = [0]
    /// First child of each node; the children of `node` are `children[node]..<children[node + 1]`.
    private var children: [Int32] = []
    /// Id of the piece that ends at the node, or -1.
    private var ids: [Int32] = [-1]

    /// Of pieces spelled alike the last counts; empty ones are left out.
    /// Complexity: O(n log n) comparisons of pieces.
    init(_ pieces: [(utf8: [UInt8], id: Int32)]) {
        let sorted = pieces.enumerated().filter { !$0.element.utf8.isEmpty }.sorted {
            $0.element.utf8 == $1.element.utf8
                ? $0.offset < $1.offset : $0.element.utf8.lexicographicallyPrecedes($1.element.utf8)
        }.map(\.element)
        // The pieces below each node, as a range of the sorted ones.
        var pending = [(range: sorted.indices, depth: 0)]
        var node = 0
        while node < pending.count {
            let (range, depth) = pending[node]
            children.append(Int32(labels.count))
            var position = range.lowerBound
            while position < range.upperBound, sorted[position].utf8.count == depth {
                ids[node] = sorted[position].id
                position += 1
            }
            while position < range.upperBound {
                let byte = sorted[position].utf8[depth]
                let start = position
                while position < range.upperBound, sorted[position].utf8[depth] == byte { position += 1 }
                labels.append(byte)
                ids.append(-1)
                pending.append((start..<position, depth + 1))
            }
            node += 1
        }
        children.append(Int32(labels.count))
    }

    /// Calls `body` with the end and the id of every piece that begins at `start`, shortest first.
    @inline(__always)
    func forEachPiece(in text: [UInt8], from start: Int, _ body: (_ end: Int, _ id: Int32) -> Void) {
        var node = 0
        var position = start
        while position < text.count, let child = child(of: node, text[position]) {
            node = child
            position += 1
            if ids[node] >= 0 { body(position, ids[node]) }
        }
    }

    @inline(__always)
    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var low = Int(children[node])
        let end = Int(children[node + 1])
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if labels[middle] < byte { low = middle + 1 } else { high = middle }
        }
        return low < end && labels[low] == byte ? low : nil
    }
}
