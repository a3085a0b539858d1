private let space = UInt8(ascii: " ")
private let apostrophe = UInt8(ascii: "'")

extension UTF8Text {
    /// End of the first match at `start` of
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    /// (Llama 3's `tokenizer.json`). Every scalar belongs to one of the classes, so there is always a match.
    func endOfLlama3Word(from start: Int, to end: Int, maximumDigits: Int) -> Int {
        if bytes[start] == apostrophe, let contraction = endOfAnyCaseContraction(from: start, to: end) {
            return contraction
        }
        let (kind, length) = scalarClass(at: start)
        let second = start + length
        switch kind {
        case .letter:
            return endOfRun(of: .letter, from: second, to: end)
        case .number:
            return endOfDigitGroup(from: second, to: end, atMost: maximumDigits - 1)
        case .space, .other:
            break
        }
        let next = second < end ? scalarClass(at: second) : nil
        if let next, next.kind == .letter, !isNewline(at: start) {
            return endOfRun(of: .letter, from: second + next.length, to: end)
        }
        if kind == .other { return endOfSymbols(from: second, to: end) }
        if let next, next.kind == .other, bytes[start] == space {
            return endOfSymbols(from: second + next.length, to: end)
        }
        return endOfLines(from: start, to: end) ?? endOfSpaces(from: start, to: end)
    }

    private func isNewline(at position: Int) -> Bool {
        bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r")
    }

    private func endOfDigitGroup(from start: Int, to end: Int, atMost count: Int) -> Int {
        var position = start
        var remaining = count
        while position < end, remaining > 0 {
            let (kind, length) = scalarClass(at: position)
            guard kind == .number else { break }
            position += length
            remaining -= 1
        }
        return position
    }

    /// Rest of `[^\s\p{L}\p{N}]+[\r\n]*`.
    private func endOfSymbols(from start: Int, to end: Int) -> Int {
        var position = endOfRun(of: .other, from: start, to: end)
        while position < end, isNewline(at: position) { position += 1 }
        return position
    }

    /// `\s*[\r\n]+`: through the last line break of the run of white space; `nil` if it has none.
    private func endOfLines(from start: Int, to end: Int) -> Int? {
        var position = start
        var afterNewline: Int?
        while position < end {
            let (kind, length) = scalarClass(at: position)
            guard kind == .space else { break }
            if isNewline(at: position) { afterNewline = position + length }
            position += length
        }
        return afterNewline
    }

    private func endOfAnyCaseContraction(from start: Int, to end: Int) -> Int? {
        guard start + 1 < end else { return nil }
        switch bytes[start + 1] | 0x20 {  // lower case, where it is an ASCII letter
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
            return start + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"):
            return start + 2 < end && bytes[start + 2] | 0x20 == UInt8(ascii: "e") ? start + 3 : nil
        case UInt8(ascii: "l"):
            return start + 2 < end && bytes[start + 2] | 0x20 == UInt8(ascii: "l") ? start + 3 : nil
        case 0xE5 where bytes[start + 1] == 0xC5 && bytes[start + 2] == 0xBF:
            // U+017F, long s, is an s to a case-insensitive expression.
            return start + 3
        default:
            return nil
        }
    }
}
