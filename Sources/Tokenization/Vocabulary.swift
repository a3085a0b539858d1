/// What a vocabulary entry is for; raw values as in GGUF's `tokenizer.ggml.token_type`.
public enum TokenKind: Int32, Sendable, Hashable {
    case normal = 1
    case unknown = 2
    /// Marks structure (`<|im_start|>`); left out of decoded text.
    case control = 3
    /// Added whole by the model's authors; always found in text.
    case userDefined = 4
    case unused = 5
    /// One byte, spelled `<0x0A>`.
    case byte = 6
}

/// Tokens by id and by spelling, with the bytes each stands for.
struct Vocabulary: Sendable {
    let spellings: [String]
    let kinds: [TokenKind]
    /// Keyed by UTF-8: `String` equality would merge canonically equivalent spellings.
    private let ids: [[UInt8]: Int32]
    private let bytes: [UInt8]
    /// `bytes[offsets[id]..<offsets[id + 1]]` are the token's bytes.
    private let offsets: [Int]

    /// - Parameter bytes: the bytes that a token of this id, spelling and kind stands for.
    /// Of tokens spelled alike the last one is found by spelling, as in `tokenizers` and llama.cpp.
    init(
        spellings: [String], kinds: [TokenKind], bytes bytesOfToken: (_ spelling: String, _ kind: TokenKind) -> [UInt8]
    ) {
        self.spellings = spellings
        self.kinds = kinds
        var ids: [[UInt8]: Int32] = Dictionary(minimumCapacity: spellings.count)
        var bytes: [UInt8] = []
        var offsets = [0]
        offsets.reserveCapacity(spellings.count + 1)
        for (id, spelling) in spellings.enumerated() {
            if kinds[id] != .unused { ids[Array(spelling.utf8)] = Int32(id) }
            bytes += bytesOfToken(spelling, kinds[id])
            offsets.append(bytes.count)
        }
        self.ids = ids
        self.bytes = bytes
        self.offsets = offsets
    }

    var count: Int { spellings.count }

    func id(of spelling: String) -> Int32? { ids[Array(spelling.utf8)] }
    func id(ofUTF8 spelling: [UInt8]) -> Int32? { ids[spelling] }

    /// Empty for an id outside the vocabulary.
    func bytes(of id: Int32) -> ArraySlice<UInt8> {
        guard let index = index(of: id) else { return [] }
        return bytes[offsets[index]..<offsets[index + 1]]
    }

    func kind(of id: Int32) -> TokenKind? { index(of: id).map { kinds[$0] } }

    private func index(of id: Int32) -> Int? {
        id >= 0 && Int(id) < count ? Int(id) : nil
    }

    /// Tokens that are found whole in text: control and user-defined ones.
    var addedTokens: [AddedToken] {
        spellings.indices.compactMap { index in
            guard kinds[index] == .control || kinds[index] == .userDefined else { return nil }
            return AddedToken(id: Int32(index), content: spellings[index], isSpecial: kinds[index] == .control)
        }
    }
}
