import Foundation

/// The study's test for gibberish: characters that English news text does not have.
public struct CharacterCheck: Sendable, Hashable {
    /// Beyond ASCII: curly quotes, dashes, the ellipsis, trade mark and degree signs, the ligature Æ, pound, euro.
    static let permitted: Set<Unicode.Scalar> = Set("\u{2018}\u{2019}\u{201c}\u{201d}\u{2013}\u{2014}\u{2026}\u{2122}\u{b0}\u{c6}\u{e6}£€".unicodeScalars)

    /// Scalars also allowed.
    private let extra: Set<Unicode.Scalar>

    /// The published list.
    public init() { extra = [] }

    /// The published list, and whatever the article itself has.
    public init(allowingCharactersOf article: Article) {
        extra = Set(Self.decomposed(article.text))
    }

    /// Characters neither in ASCII nor in the list, after canonical decomposition with combining marks removed:
    /// "é" is an e.
    public func invalidCharacterCount(in text: String) -> Int {
        Self.decomposed(text).count { !$0.isASCII && !Self.permitted.contains($0) && !extra.contains($0) || $0.isControlCharacter }
    }

    public func accepts(_ text: String) -> Bool { invalidCharacterCount(in: text) == 0 }

    private static func decomposed(_ text: String) -> [Unicode.Scalar] {
        text.decomposedStringWithCanonicalMapping.unicodeScalars.filter { $0.properties.canonicalCombiningClass == .notReordered }
    }
}

extension Unicode.Scalar {
    /// ASCII that is neither printable nor white space.
    fileprivate var isControlCharacter: Bool { isASCII && (value < 32 || value == 127) && !properties.isWhitespace }
}
