/// SentencePiece's unigram tokenizer as Hugging Face's `tokenizers` runs it (DeBERTa v3, T5, XLM-R, ALBERT):
/// normalisation, `▁` for spaces, the most probable pieces of each word. Ids equal those of `tokenizers`.
///
/// One difference is meant: control tokens come only from `id(ofToken:)` or from text that is parsed for them, never
/// from text whose normal form spells one (`［CLS］` in full-width letters).
public struct UnigramTokenizer: Tokenizer {
    let pipeline: UnigramPipeline
    let vocabulary: Vocabulary
    /// The token that ends a sequence (`[SEP]`).
    public let endOfTurn: Int32
    /// The token that begins a sequence (`[CLS]`).
    public let beginOfSequence: Int32?

    private let model: UnigramModel
    /// Added tokens that are found in text as it stands.
    private let matcher: AddedTokenMatcher
    /// Added tokens that are found in normalised text.
    private let normalizedMatcher: AddedTokenMatcher

    init(
        vocabulary: Vocabulary, model: UnigramModel, pipeline: UnigramPipeline, addedTokens: [AddedToken],
        normalizedAddedTokens: [AddedToken], endOfTurn: Int32, beginOfSequence: Int32?
    ) {
        self.vocabulary = vocabulary
        self.model = model
        self.pipeline = pipeline
        self.endOfTurn = endOfTurn
        self.beginOfSequence = beginOfSequence
        matcher = AddedTokenMatcher(addedTokens)
        normalizedMatcher = AddedTokenMatcher(
            normalizedAddedTokens.map { token in
                var token = token
                token.content = String(decoding: pipeline.normalize(token.content).utf8, as: UTF8.self)
                return token
            })
    }

    public var vocabularyCount: Int { vocabulary.count }
    public var addsLeadingSpace: Bool { pipeline.prefix != .never }
    public func id(ofToken token: String) -> Int32? { vocabulary.id(of: token) }
    public func bytes(of id: Int32) -> [UInt8] { Array(vocabulary.bytes(of: id)) }
    public func isSpecial(_ id: Int32) -> Bool { vocabulary.kind(of: id) == .control }

    /// Complexity: O(n) in the length of the text, times the length of the longest piece.
    public func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int32] {
        var ids: [Int32] = []
        forEachPart(of: text, matcher, parsingSpecialTokens) { part in
            switch part {
            case .token(let id):
                ids.append(id)
            case .text(let text, let isFirst):
                let (utf8, losesStart) = pipeline.normalize(text)
                let normalized = String(decoding: utf8, as: UTF8.self)
                forEachPart(of: normalized, normalizedMatcher, parsingSpecialTokens) { part in
                    switch part {
                    case .token(let id):
                        ids.append(id)
                    case .text(let text, let isFirstPart):
                        let isStart = isFirst && isFirstPart && !losesStart
                        pipeline.forEachWord(in: text, isFirst: isStart) { model.encode($0, into: &ids) }
                    }
                }
            }
        }
        return ids
    }

    private enum Part {
        case token(Int32)
        case text(String, isFirst: Bool)
    }

    /// Added tokens and the stretches between them, in order; empty stretches are left out.
    private func forEachPart(
        of text: String, _ matcher: AddedTokenMatcher, _ parsingSpecialTokens: Bool, _ body: (Part) -> Void
    ) {
        guard !matcher.isEmpty else { return text.isEmpty ? () : body(.text(text, isFirst: true)) }
        let bytes = Array(text.utf8)
        var start = 0
        func emit(to end: Int) {
            guard start < end else { return }
            body(.text(String(decoding: bytes[start..<end], as: UTF8.self), isFirst: start == 0))
        }
        bytes.withUnsafeBufferPointer { buffer in
            matcher.forEachMatch(in: UTF8Text(bytes: buffer), parsingSpecialTokens: parsingSpecialTokens) { match in
                emit(to: match.range.lowerBound)
                body(.token(match.id))
                start = match.range.upperBound
            }
        }
        emit(to: bytes.count)
    }

    /// A run of byte tokens that is not UTF-8 becomes one U+FFFD per byte; `▁` of the first token is dropped.
    public func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        var text = ""
        var run: [UInt8] = []
        var isFirst = true
        func endRun() {
            text += String(validating: run, as: UTF8.self) ?? String(repeating: "\u{FFFD}", count: run.count)
            run = []
        }
        for id in ids where !(skippingSpecialTokens && isSpecial(id)) {
            if vocabulary.kind(of: id) == .byte {
                run += vocabulary.bytes(of: id)
            } else {
                endRun()
                let piece = String(decoding: vocabulary.bytes(of: id), as: UTF8.self)
                text += isFirst && addsLeadingSpace ? piece.filter { $0 != " " } : piece
            }
            isFirst = false
        }
        endRun()
        return text
    }
}
