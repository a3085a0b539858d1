private let space = UInt8(ascii: " ")
private let apostrophe = UInt8(ascii: "'")

extension UTF8Text {
    /// End of the first match at `start` of
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    /// (openai/gpt-2 `src/encoder.py`). Every scalar belongs to one of the classes, so there is always a match.
    func endOfGPT2Word(from start: Int, to end: Int) -> Int {
        if bytes[start] == apostrophe, let contraction = endOfContraction(from: start, to: end) { return contraction }
        let (kind, length) = scalarClass(at: start)
        guard kind == .space else { return endOfRun(of: kind, from: start + length, to: end) }
        if bytes[start] == space, start + 1 < end {
            let (next, nextLength) = scalarClass(at: start + 1)
            if next != .space { return endOfRun(of: next, from: start + 1 + nextLength, to: end) }
        }
        return endOfSpaces(from: start, to: end)
    }

    /// `\s+(?!\S)|\s+`: a run of white space leaves its last scalar to the word that follows, if there is one
    /// and the run has more than that scalar.
    func endOfSpaces(from start: Int, to end: Int) -> Int {
        var position = start
        var last = start
        while position < end {
            let (kind, length) = scalarClass(at: position)
            guard kind == .space else { return last > start ? last : position }
            last = position
            position += length
        }
        return position
    }

    private func endOfContraction(from start: Int, to end: Int) -> Int? {
        guard start + 1 < end else { return nil }
        switch bytes[start + 1] {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 2 < end && bytes[start + 2] == UInt8(ascii: "e") ? start + 3 : nil
        case UInt8(ascii: "l"):
            return start + 2 < end && bytes[start + 2] == UInt8(ascii: "l") ? start + 3 : nil
        default:
            return nil
        }
    }
}
