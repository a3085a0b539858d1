/// A preference pair in the conversational format of TRL and Hugging Face datasets, one per line of JSONL.
///
/// `{"prompt":[{"role":"user",...}],"chosen":[{"role":"assistant",...}],"rejected":[...]}`
public struct PreferenceExport: Sendable, Codable, Equatable {
    public var prompt: [PromptMessage]
    public var chosen: [PromptMessage]
    public var rejected: [PromptMessage]

    public var jsonLine: String {
        get throws { try KeyValue(encoding: self).canonicalJSON }
    }
}

extension Store {
    /// Calls `body` with every pair of a set, in order.
    /// - Throws: ``UserFailure`` (missing input) when the set, a sample or a prompt is not stored.
    public func exportPairs(pairSetKey: String, _ body: (PreferenceExport) throws -> Void) throws {
        let pairs = try pairs(pairSetKey: pairSetKey)
        guard !pairs.isEmpty else {
            throw UserFailure(
                "cannot export pairs", location: pairSetKey, why: "the store has no pair set with this key",
                remedy: "list the pair sets with `precis export pairs --list`", exitStatus: .missingInput)
        }
        var prompts: [String: [String: [PromptMessage]]] = [:]
        for pair in pairs {
            if prompts[pair.setKey] == nil { prompts[pair.setKey] = try self.prompts(setKey: pair.setKey) }
            let samples = try samples(setKey: pair.setKey, articleID: pair.articleID)
            guard
                let prompt = prompts[pair.setKey]?[pair.articleID],
                let chosen = samples.first(where: { $0.sampleIndex == pair.chosenIndex }),
                let rejected = samples.first(where: { $0.sampleIndex == pair.rejectedIndex })
            else {
                throw UserFailure(
                    "cannot export pairs", location: "pair \(pair.position) (article \(pair.articleID))",
                    why: "its prompt is not stored", remedy: "run the experiment again to store it",
                    exitStatus: .missingInput)
            }
            try body(
                PreferenceExport(
                    prompt: prompt, chosen: [PromptMessage(role: "assistant", content: chosen.text)],
                    rejected: [PromptMessage(role: "assistant", content: rejected.text)]))
        }
    }
}
