import LanguageModel
import Tokenization

extension SelfReward {
    /// Asks for what `recall` weighs.
    static let recallPrompt = "Which instruction does the following text answer? Write only the instruction.\n\n"

    /// Mean log-likelihood gain of each response's tokens from the instruction, in nats; `nil` for an empty response and
    /// for one that leaves no room.
    func gains(of responses: [String], from instruction: String) throws -> [Double?] {
        let prompts = try [instruction, Self.noInstruction].map {
            try template.render([Message(role: .user, content: $0)], addGenerationPrompt: true)
        }
        let room = model.contextLength - (prompts.map(\.count).max() ?? 0)
        let completions = responses.map { template.tokenizer.encode($0) }
        let usable = completions.indices.filter { !completions[$0].isEmpty && completions[$0].count <= room }
        var gains = [Double?](repeating: nil, count: responses.count)
        guard !usable.isEmpty else { return gains }
        let scores = try model.score(
            prompts.map { prompt in
                var tree = TokenTree()
                tree.append(prompt, to: nil, isScored: false)
                for index in usable { tree.append(completions[index], to: 0, isScored: true) }
                return tree
            })
        for (segment, index) in usable.enumerated() {
            gains[index] = (scores[0].sum(segment + 1) - scores[1].sum(segment + 1)) / Double(completions[index].count)
        }
        return gains
    }

    /// Mean log-likelihood gain of the instruction's tokens from each response, in nats; `nil` for an empty response
    /// and for one that leaves no room.
    func recalls(of instruction: String, from responses: [String]) throws -> [Double?] {
        let completion = template.tokenizer.encode(instruction)
        guard !completion.isEmpty else { return Array(repeating: nil, count: responses.count) }
        var places: [Int] = []
        var trees: [TokenTree] = []
        for (place, response) in ([""] + responses).enumerated() {
            let prompt = try template.render(
                [Message(role: .user, content: Self.recallPrompt + response)], addGenerationPrompt: true)
            guard place == 0 || !response.isEmpty, prompt.count + completion.count <= model.contextLength else { continue }
            places.append(place)
            trees.append(TokenTree(prompt: prompt, completion: completion))
        }
        let sums = Dictionary(uniqueKeysWithValues: zip(places, try model.score(trees).map { $0.sum(1) }))
        return responses.indices.map { index in
            guard let with = sums[index + 1], let without = sums[0] else { return nil }
            return (with - without) / Double(completion.count)
        }
    }
}
