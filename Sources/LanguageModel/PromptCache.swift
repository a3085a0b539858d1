/// Prompts that were read lately, for requests that begin alike. The least recently used go first.
struct PromptCache {
    /// Tokens of all prompts together.
    let capacity: Int
    /// Oldest use first.
    private var states: [LanguageModel.PromptState] = []
    private var tokenCount = 0

    init(capacity: Int) { self.capacity = capacity }

    /// What is known of a prompt.
    enum Match {
        /// The prompt itself.
        case whole(LanguageModel.PromptState)
        /// Its beginning; the rest must be read.
        case beginning(LanguageModel.SharedPrefix)
    }

    /// The longest match, which counts as used; `nil` where fewer tokens than a block are shared.
    mutating func match(_ prompt: [Int32]) -> Match? {
        var best: (index: Int, count: Int)?
        // Newest first: of equally long matches, the one that stays longest.
        for index in states.indices.reversed() {
            let count = Self.sharedCount(prompt, states[index].prompt)
            if count > best?.count ?? 0 { best = (index, count) }
        }
        guard let best else { return nil }
        let state = states.remove(at: best.index)
        states.append(state)
        if best.count == prompt.count { return .whole(state) }
        return state.rows.map { .beginning(LanguageModel.SharedPrefix(rows: $0, count: best.count)) }
    }

    func canHold(_ prompt: [Int32]) -> Bool { prompt.count <= capacity }

    mutating func insert(_ state: LanguageModel.PromptState) {
        guard canHold(state.prompt) else { return }
        states.append(state)
        tokenCount += state.prompt.count
        while tokenCount > capacity { tokenCount -= states.removeFirst().prompt.count }
    }

    /// Tokens of `prompt` that need not be read when `other` was: all, or whole blocks of its beginning that leave at
    /// least one token, whose logits are wanted.
    static func sharedCount(_ prompt: [Int32], _ other: [Int32]) -> Int {
        var count = 0
        while count < prompt.count, count < other.count, prompt[count] == other[count] { count += 1 }
        if count == prompt.count, count == other.count { return count }
        return min(count, prompt.count - 1) / LanguageModel.prefixBlock * LanguageModel.prefixBlock
    }
}
