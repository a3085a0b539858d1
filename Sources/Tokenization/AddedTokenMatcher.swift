/// A token that is found whole in text, before pre-tokenisation.
struct AddedToken: Sendable, Hashable {
    var id: Int32
    var content: String
    /// Left out of decoded text, and found only where special tokens are parsed.
    var isSpecial: Bool
    /// Also takes the white space to its left.
    var stripsLeft = false
    /// Also takes the white space to its right.
    var stripsRight = false
}

/// Finds added tokens in text, leftmost first and of those the longest.
struct AddedTokenMatcher: Sendable {
    struct Match {
        var id: Int32
        var range: Range<Int>
    }

    private struct Pattern: Sendable {
        var token: AddedToken
        var utf8: [UInt8]
    }

    /// Patterns by first byte, longest first; 256 entries.
    private let patterns: [[Pattern]]
    let isEmpty: Bool

    init(_ tokens: [AddedToken]) {
        var patterns = [[Pattern]](repeating: [], count: 256)
        for token in tokens {
            let utf8 = Array(token.content.utf8)
            if let first = utf8.first { patterns[Int(first)].append(Pattern(token: token, utf8: utf8)) }
        }
        self.patterns = patterns.map { $0.sorted { $0.utf8.count > $1.utf8.count } }
        isEmpty = patterns.allSatisfy(\.isEmpty)
    }

    /// Calls `body` with every added token, in order; matches do not overlap.
    func forEachMatch(in text: UTF8Text, parsingSpecialTokens: Bool, _ body: (Match) -> Void) {
        guard !isEmpty else { return }
        let end = text.bytes.count
        var position = 0
        var free = 0
        while position < end {
            let pattern = patterns[Int(text.bytes[position])].first { pattern in
                position + pattern.utf8.count <= end
                    && text.bytes[position..<position + pattern.utf8.count].elementsEqual(pattern.utf8)
            }
            guard let pattern else {
                position += 1
                continue
            }
            let next = position + pattern.utf8.count
            if pattern.token.isSpecial && !parsingSpecialTokens {
                position = next
                continue
            }
            let start = pattern.token.stripsLeft ? text.startOfSpaces(endingAt: position, from: free) : position
            let stop = pattern.token.stripsRight ? text.endOfRun(of: .space, from: next, to: end) : next
            body(Match(id: pattern.token.id, range: start..<stop))
            free = stop
            position = stop
        }
    }
}

extension UTF8Text {
    /// Start of the white space that ends at `end`, not before `start`.
    fileprivate func startOfSpaces(endingAt end: Int, from start: Int) -> Int {
        var position = end
        while position > start {
            var first = position - 1
            while first > start, bytes[first] & 0xC0 == 0x80 { first -= 1 }
            guard scalarClass(at: first).kind == .space else { break }
            position = first
        }
        return position
    }
}
