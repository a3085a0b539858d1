/// Splits English news text into sentences.
///
/// A sentence ends with `.`, `!` or `?` (and closing quotes or brackets) before white space and something that
/// can open a sentence, unless the full stop belongs to an abbreviation or an initial; a blank line ends one
/// too. Decimals and domain names hold no white space and stay whole.
public struct SentenceSplitter: Sendable {
    public init() {}

    /// The sentences in order, each with its white space made single spaces; their words are the text's words.
    public func sentences(in text: String) -> [String] {
        paragraphs(of: text).flatMap(split)
    }

    private func paragraphs(of text: String) -> [[Substring]] {
        var result: [[Substring]] = [[]]
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let words = line.words
            if words.isEmpty {
                result.append([])
            } else {
                result[result.count - 1] += words
            }
        }
        return result.filter { !$0.isEmpty }
    }

    private func split(_ words: [Substring]) -> [String] {
        var result: [String] = []
        var start = 0
        for index in words.indices where index == words.count - 1 || endsSentence(words[index], before: words[index + 1]) {
            result.append(words[start...index].joined(separator: " "))
            start = index + 1
        }
        return result
    }

    private func endsSentence(_ word: Substring, before next: Substring) -> Bool {
        var core = word
        while let last = core.last, Self.closers.contains(last) { core.removeLast() }
        guard let mark = core.last, ".!?".contains(mark) else { return false }
        var opening = next
        while let first = opening.first, Self.openers.contains(first) { opening.removeFirst() }
        guard let first = opening.first, first.isUppercase || first.isNumber || "$£€".contains(first) || opening.isEmpty
        else { return false }
        guard mark == "." else { return true }
        while let first = core.first, Self.openers.contains(first) { core.removeFirst() }
        return !isAbbreviation(core.dropLast(), before: opening)
    }

    /// - Parameter stem: the word without its last full stop.
    private func isAbbreviation(_ stem: Substring, before next: Substring) -> Bool {
        if stem.isEmpty || stem.hasSuffix(".") { return false }
        let key = stem.lowercased()
        if Self.abbreviations.contains(key) { return true }
        // "No. 7", but "He said no. Then".
        if Self.beforeNumbers.contains(key) { return next.first?.isNumber == true }
        // An initial ("J. Smith"), but not the pronoun.
        if stem.count == 1, let letter = stem.first, letter.isUppercase { return letter != "I" }
        // "U.S.", "a.m.": an end only where a common opening word follows.
        if stem.contains("."), stem.allSatisfy({ $0.isLetter || $0 == "." }), stem.split(separator: ".").allSatisfy({ $0.count <= 2 }) {
            return !Self.openingWords.contains(next.lowercased())
        }
        return false
    }

    private static let closers: Set<Character> = ["\"", "'", ")", "]", "\u{201d}", "\u{2019}", "»"]
    private static let openers: Set<Character> = ["\"", "'", "(", "[", "\u{201c}", "\u{2018}", "«"]

    /// Never the last word of a sentence, in lower case.
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "lt", "gen", "col", "sgt", "capt", "cmdr", "maj", "adm", "rev", "hon",
        "sen", "rep", "gov", "pres", "supt", "insp", "det", "const", "fr", "msgr", "messrs", "mme", "mt", "ft", "vs",
        "e.g", "i.e", "cf", "viz", "approx", "dept", "univ", "assn", "jan", "feb", "mar", "apr", "jun", "jul", "aug",
        "sept", "sep", "oct", "nov", "dec",
    ]
    private static let beforeNumbers: Set<String> = ["no", "nos", "p", "pp", "vol", "art", "sec", "fig", "ch"]
    private static let openingWords: Set<String> = [
        "the", "a", "an", "he", "she", "it", "they", "we", "but", "and", "in", "on", "at", "this", "that", "these",
        "those", "there", "his", "her", "its", "their", "if", "when", "while", "as", "for", "after", "before", "mr",
        "mrs", "ms", "however", "meanwhile", "police", "officials",
    ]
}
