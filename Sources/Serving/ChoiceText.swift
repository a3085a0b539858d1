import LanguageModel
import Tokenization

/// A choice's text as its tokens arrive: whole characters only, and nothing that could yet turn out to be the
/// beginning of a stop text.
struct ChoiceText {
    private var decoder: IncrementalDecoder
    private let stops: [String]
    private var held = ""
    /// Whether a stop text was found; it and what follows are not part of the text.
    private(set) var isStopped = false

    init(_ tokenizer: any Tokenizer, stops: [String]) {
        decoder = IncrementalDecoder(tokenizer)
        self.stops = stops.filter { !$0.isEmpty }
    }

    /// Text that became certain with this token.
    mutating func append(_ id: Int32) -> String { release(decoder.append(id), isEnd: false) }

    mutating func finish() -> String { release(decoder.finish(), isEnd: true) }

    private mutating func release(_ text: String, isEnd: Bool) -> String {
        guard !isStopped else { return "" }
        held += text
        if let start = stops.compactMap({ held.scalarRange(of: $0)?.lowerBound }).min() {
            isStopped = true
            return String(held[..<start])
        }
        let kept = isEnd ? 0 : stops.map { beginning(of: $0) }.max() ?? 0
        let certain = held.unicodeScalars.dropLast(kept)
        let result = String(String.UnicodeScalarView(certain))
        held = String(String.UnicodeScalarView(held.unicodeScalars.suffix(kept)))
        return result
    }

    /// Scalars at the end of what is held that are the beginning of a stop text.
    private func beginning(of stop: String) -> Int {
        let text = Array(held.unicodeScalars)
        let wanted = Array(stop.unicodeScalars)
        for length in stride(from: min(text.count, wanted.count - 1), to: 0, by: -1)
        where text.suffix(length).elementsEqual(wanted.prefix(length)) {
            return length
        }
        return 0
    }
}

extension String {
    /// The first occurrence, scalar for scalar: a combining mark that follows does not hide a stop text.
    fileprivate func scalarRange(of text: String) -> Range<String.Index>? { unicodeScalars.firstRange(of: text.unicodeScalars) }
}
