import Foundation
import LanguageModel
import Tokenization

extension SelfReward {
    /// How the judge's turn begins where its score is read from probabilities.
    static let scoreOpening = "Score: "

    /// Reads the probabilities of the scores after `Score: `, in one pass: the rubric and the instruction once, a
    /// branch per response, a leaf per score. A response that leaves no room in the context gets none.
    func readDigits(_ instruction: String, _ responses: [String], into rewards: inout [Reward]) throws {
        let answers = ScoreParser.range.map { template.tokenizer.encode(Self.scoreOpening + String($0)) }
        let opening = Self.commonPrefix(answers)
        let leaves = answers.map { Array($0.dropFirst(opening)) }
        guard opening > 0, Set(leaves).count == leaves.count, leaves.allSatisfy({ !$0.isEmpty }) else {
            throw SelfRewardError.noDigits
        }
        let longest = leaves.map(\.count).max() ?? 0
        let root = try sharedPrompt(instruction)
        var shared = TokenTree()
        shared.append(root, to: nil, isScored: false)
        var branches: [(response: Int, leaves: [Int])] = []
        /// Responses whose first characters change how the text before them is encoded.
        var apart: [(tree: TokenTree, response: Int, leaves: [Int])] = []
        for (index, response) in responses.enumerated() {
            let prompt = try template.render(conversation(instruction, response), addGenerationPrompt: true)
            let ids = prompt + answers[0].prefix(opening)
            guard ids.count + longest <= model.contextLength else { continue }
            if ids.starts(with: root), ids.count > root.count {
                let branch = shared.append(Array(ids.dropFirst(root.count)), to: 0, isScored: false)
                branches.append((index, leaves.map { shared.append($0, to: branch, isScored: true) }))
            } else {
                var tree = TokenTree()
                tree.append(ids, to: nil, isScored: false)
                let scored = leaves.map { tree.append($0, to: 0, isScored: true) }
                apart.append((tree, index, scored))
            }
        }
        if !branches.isEmpty {
            let scores = try model.score([shared])
            for branch in branches { rewards[branch.response].read(branch.leaves.map { scores[0].sum($0) }) }
        }
        for (own, scores) in zip(apart, try model.score(apart.map(\.tree))) {
            rewards[own.response].read(own.leaves.map { scores.sum($0) })
        }
    }

    /// Ids that the conversations about any response to an instruction begin with.
    private func sharedPrompt(_ instruction: String) throws -> [Int32] {
        let probes = try ["A", "1", "\n"].map { try template.render(conversation(instruction, $0), addGenerationPrompt: true) }
        return Array(probes[0].prefix(Self.commonPrefix(probes)))
    }
}

extension Reward {
    /// - Parameter logProbabilities: of the scores 0 to 5, in nats.
    fileprivate mutating func read(_ logProbabilities: [Double]) {
        let probabilities = logProbabilities.map { exp($0) }
        let mass = probabilities.reduce(0, +)
        digitMass = mass
        digits = mass > 0 ? probabilities.map { $0 / mass } : []
    }
}
