import Checkpoints
import LanguageModel
import Preferences

extension SelfReward {
    /// Writes `judgements` texts per response and reads their scores.
    func readTexts(_ groups: [(instruction: String, responses: [String])], into rewards: inout [[Reward]]) throws {
        let sampling = SamplingSettings(
            temperature: settings.temperature, topP: settings.topP, maximumTokens: settings.maximumTokens)
        var requests: [SamplingRequest] = []
        var places: [(group: Int, response: Int)] = []
        for (index, group) in groups.enumerated() {
            for (place, response) in group.responses.enumerated() {
                rewards[index][place].readings = Array(repeating: nil, count: settings.judgements)
                let prompt = try template.render(conversation(group.instruction, response), addGenerationPrompt: true)
                guard prompt.count + settings.maximumTokens <= model.contextLength else {
                    rewards[index][place].failures = [.noRoom: settings.judgements]
                    continue
                }
                requests.append(
                    SamplingRequest(prompt: prompt, settings: sampling, seeds: seeds(group.instruction, response)))
                places.append((index, place))
            }
        }
        var results = rewards
        try model.write(requests, stopTokens: Set(template.stopTokens), batchSize: batchSize) {
            request, sample, tokens, isCutOff in
            let (group, place) = places[request]
            do throws(ScoreFailure) {
                let score = try ScoreParser.score(in: template.tokenizer.decode(tokens))
                results[group][place].readings[sample] = Double(score)
            } catch {
                results[group][place].failures[isCutOff && error == .noScore ? .cutOff : error, default: 0] += 1
            }
        }
        rewards = results
    }

    /// Keyed by content: equal responses are judged alike wherever they stand.
    private func seeds(_ instruction: String, _ response: String) -> [UInt64] {
        let name = SHA256.hexDigest(of: "\(instruction.utf8.count):\(instruction)\(response)")
        return (0..<settings.judgements).map {
            SeededRandom.seed(rootSeed: settings.seed, purpose: "self-reward", article: name, index: $0)
        }
    }
}
