/// Splits text into the words inside which byte pairs may merge.
///
/// Each step splits every piece that the step before it produced; a piece's end counts as the end of the text
/// for look-ahead. This is the `Sequence` pre-tokeniser of Hugging Face's `tokenizers`.
public struct PreTokenizer: Sendable, Hashable {
    public enum Step: Sendable, Hashable {
        /// Numerals apart from everything else: each on its own, or in runs.
        case digits(individually: Bool)
        /// GPT-2's expression, which `ByteLevel` applies when `use_regex` is set.
        case gpt2
        /// Llama 3's expression; Qwen 2's is the same with at most one digit.
        case llama3(maximumDigits: Int)
    }

    public var steps: [Step]

    public init(steps: [Step]) { self.steps = steps }

    public static let gpt2 = PreTokenizer(steps: [.gpt2])
    public static let smolLM = PreTokenizer(steps: [.digits(individually: true), .gpt2])
    public static let llama3 = PreTokenizer(steps: [.llama3(maximumDigits: 3)])

    /// Pre-tokenisers by the names that GGUF's `tokenizer.ggml.pre` uses.
    static let named: KeyValuePairs<String, PreTokenizer> = [
        "smollm": .smolLM, "gpt-2": .gpt2, "gpt2": .gpt2,
        "llama-bpe": .llama3, "llama3": .llama3, "llama-v3": .llama3,
    ]

    /// Calls `body` with the byte range of each word, in order; the ranges tile `range`.
    func forEachWord(in text: UTF8Text, range: Range<Int>, _ body: (Range<Int>) -> Void) {
        split(text, range, step: 0, body)
    }

    private func split(_ text: UTF8Text, _ range: Range<Int>, step: Int, _ body: (Range<Int>) -> Void) {
        guard step < steps.count else {
            if !range.isEmpty { body(range) }
            return
        }
        let isLast = step == steps.count - 1
        var start = range.lowerBound
        while start < range.upperBound {
            let end =
                switch steps[step] {
                case .digits(let individually):
                    text.endOfDigits(from: start, to: range.upperBound, individually: individually)
                case .gpt2:
                    text.endOfGPT2Word(from: start, to: range.upperBound)
                case .llama3(let maximumDigits):
                    text.endOfLlama3Word(from: start, to: range.upperBound, maximumDigits: maximumDigits)
                }
            if isLast { body(start..<end) } else { split(text, start..<end, step: step + 1, body) }
            start = end
        }
    }
}

extension UTF8Text {
    /// End of the piece that starts at `start`: one numeral (or a run of them), or everything up to the next one.
    func endOfDigits(from start: Int, to end: Int, individually: Bool) -> Int {
        let (startsWithDigit, length) = digit(at: start)
        var position = start + length
        if startsWithDigit && individually { return position }
        while position < end {
            let (isDigit, length) = digit(at: position)
            guard isDigit == startsWithDigit else { break }
            position += length
        }
        return position
    }

    @inline(__always)
    private func digit(at position: Int) -> (isDigit: Bool, length: Int) {
        let first = bytes[position]
        if first < 0x80 { return (first &- 0x30 < 10, 1) }
        let (scalar, length) = scalar(at: position)
        return (ScalarClass.isDigit(scalar), length)
    }
}
