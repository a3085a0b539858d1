/// A name, number, place, title or date at its place in a sentence.
package struct Mention: Hashable, Sendable {
    package var kind: QuestionKind
    /// What must agree besides the kind for two mentions to be exchangeable in a sentence, e.g. `surname`,
    /// `weekday`, `kilometres`.
    package var form: String
    /// As an option shows it.
    package var text: String
    /// Of the article, from 0.
    package var sentence: Int
    /// Of the sentence: the words that the mention covers.
    package var wordRange: Range<Int>

    /// Equal for mentions that name the same thing: of a person, the surname.
    var key: String {
        let lowered = text.lowercased()
        guard kind == .person, let last = lowered.split(separator: " ").last else { return lowered }
        return String(last)
    }
}

/// A word of a sentence apart from the punctuation around it.
struct SentenceWord: Hashable, Sendable {
    let raw: Substring
    let core: Substring
    let hasLeadingMark: Bool
    let hasTrailingMark: Bool
    let isPossessive: Bool

    init(_ raw: Substring) {
        self.raw = raw
        var core = raw
        while let first = core.first, Self.isMark(first) { core.removeFirst() }
        hasLeadingMark = core.startIndex != raw.startIndex
        while let last = core.last, Self.isMark(last), last != "%" { core.removeLast() }
        // An initial keeps its full stop and joins the name.
        if core.count == 1, core.first?.isUppercase == true, core != "I", raw.hasPrefix("\(core).") {
            core = raw.prefix(2)
        }
        hasTrailingMark = core.endIndex != raw.endIndex
        var possessive = false
        for ending in ["'s", "\u{2019}s"] where core.hasSuffix(ending) {
            core = core.dropLast(2)
            possessive = true
        }
        self.core = core
        isPossessive = possessive
    }

    /// Starts with a capital letter and is no number with a letter behind it.
    var isCapitalized: Bool { core.first?.isUppercase == true }
    /// Such as the bracket in "Gilchrist(vc)".
    var hasInnerMark: Bool { core.contains { !$0.isLetter && !$0.isNumber && !"-'\u{2019}.&,:$£€%/".contains($0) } }
    var isAcronym: Bool { core.count >= 2 && core.allSatisfy { $0.isUppercase || $0 == "." || $0 == "&" } }
    var lowered: String { core.lowercased() }
    /// Nothing but spaces between this word and the next.
    var joinsNext: Bool { !hasTrailingMark && !isPossessive }

    private static func isMark(_ character: Character) -> Bool {
        !character.isLetter && !character.isNumber && !"$£€".contains(character)
    }
}
