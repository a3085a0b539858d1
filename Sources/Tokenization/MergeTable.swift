/// Which pairs of tokens merge, into what, and how early: an open-addressing hash table keyed by the pair.
///
/// A lookup costs one multiplication and usually one probe; it runs a few times per byte of text.
struct MergeTable: Sendable {
    struct Merge: Sendable {
        /// The lowest rank merges first: the position in the list of merges, or in the order of scores.
        var rank: Int32
        var result: Int32
    }

    private static let empty = UInt64.max
    private var keys: [UInt64]
    private var merges: [Merge]
    private let shift: UInt64

    /// - Parameter merges: pairs with what they form, by rank.
    init(ranked merges: [(left: Int32, right: Int32, result: Int32)]) {
        self.init(capacity: merges.count)
        for (rank, merge) in merges.enumerated() {
            insert(merge.left, merge.right, Merge(rank: Int32(rank), result: merge.result))
        }
    }

    init(capacity: Int) {
        var bits: UInt64 = 4
        while (1 << Int(bits)) < capacity * 2 { bits += 1 }
        keys = Array(repeating: Self.empty, count: 1 << Int(bits))
        merges = Array(repeating: Merge(rank: 0, result: 0), count: 1 << Int(bits))
        shift = 64 - bits
    }

    /// Adds a pair; a pair that is already there is replaced, as in `tokenizers`.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        var slot = slot(of: key)
        while keys[slot] != Self.empty, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
        keys[slot] = key
        merges[slot] = merge
    }

    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let key = Self.key(left, right)
        var slot = slot(of: key)
        while keys[slot] != key {
            if keys[slot] == Self.empty { return nil }
            slot = (slot + 1) & (keys.count - 1)
        }
        return merges[slot]
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(of key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }
}
