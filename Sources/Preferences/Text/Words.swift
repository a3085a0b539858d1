import Foundation

extension StringProtocol {
    /// Runs of characters that are not white space: the study's unit of length.
    public var words: [SubSequence] {
        split(omittingEmptySubsequences: true) { $0.isWhitespace }
    }

    public var wordCount: Int {
        var count = 0
        var isInside = false
        for scalar in unicodeScalars {
            let isSpace = scalar.properties.isWhitespace
            if !isSpace && !isInside { count += 1 }
            isInside = !isSpace
        }
        return count
    }

    /// Canonically composed, with every run of white space one space and none at the ends: equal for texts
    /// that a reader cannot tell apart.
    var normalizedText: String {
        words.joined(separator: " ").precomposedStringWithCanonicalMapping
    }
}
