/// Drafts of a sequence's next tokens, read off its own text: what followed its last tokens where they stood before.
/// A summary repeats its article, and one decoding step checks several drafted tokens for little more than the cost of
/// one, because it is bound by reading the weights. Every token is still drawn from its own distribution with its own
/// random number, so drafts change the speed and no bit of the result.
///
/// Source: Yang et al. 2023, "Inference with Reference", arXiv 2304.04487; as "prompt lookup decoding" Saxena 2023.
struct PromptLookup {
    /// Sequences and drafted tokens of one step; more would no longer be nearly free.
    static let rows = 8
    /// Tokens that must have stood before: the longer match is tried first. What follows a single token is seldom right.
    private static let matches = [3, 2]
    private static let shortest = 1

    /// Tokens of the next draft: more while drafts are right.
    private var reach = 3

    /// Most drafted tokens of one of `sequences` that are decoded together.
    static func allowance(sequences: Int) -> Int { max(0, rows / max(1, sequences) - 1) }

    /// - Returns: up to `limit` tokens that followed the last occurrence of the text's last tokens; none where they are
    ///   new.
    func draft(prompt: [Int32], tokens: [Int32], limit: Int) -> [Int32] {
        let (count, limit) = (prompt.count + tokens.count, min(limit, reach))
        func token(_ index: Int) -> Int32 { index < prompt.count ? prompt[index] : tokens[index - prompt.count] }
        guard limit > 0 else { return [] }
        for length in Self.matches where count > length {
            for start in (0..<count - length).reversed() where (0..<length).allSatisfy({ token(start + $0) == token(count - length + $0) }) {
                return (start + length..<min(count, start + length + limit)).map(token)
            }
        }
        return []
    }

    mutating func learn(drafted: Int, right: Int) {
        guard drafted > 0 else { return }
        reach = right == drafted ? min(Self.rows - 1, max(reach, 2 * right)) : max(Self.shortest, right)
    }
}
