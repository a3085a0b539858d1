/// ROUGE-L of two texts: the F1 of their longest common subsequence of words, in lower case and without punctuation.
///
/// Source: C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004), section 3; Self-Instruct
/// (arXiv 2212.10560, section 2.2) drops a new instruction at 0.7 and above.
public enum RougeL {
    public static func words(_ text: String) -> [Substring] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }
    }

    /// 0 where either has no words. O(n m) time, O(m) memory.
    public static func score<Words: Collection>(_ first: Words, _ second: Words) -> Double where Words.Element: Equatable {
        guard !first.isEmpty, !second.isEmpty else { return 0 }
        var row = [Int](repeating: 0, count: second.count + 1)
        for word in first {
            var diagonal = 0
            for (index, other) in second.enumerated() {
                let above = row[index + 1]
                row[index + 1] = word == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        // F1 of LCS / n and LCS / m.
        return 2 * Double(row[second.count]) / Double(first.count + second.count)
    }
}
