/// Which of a model's opinions of a response is its reward.
public enum RewardMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Mean of the scores it writes under the additive rubric: the rule of Yuan et al. 2024 (arXiv 2401.10020). A
    /// small model rarely writes one.
    case text
    /// Expected score: sum of d p(d) over the digits 0 to 5 after `Score: `, under the same rubric.
    case expected
    /// Expected score less that of the same response to no instruction: what the instruction adds to it.
    case contrast
    /// Mean over the response's tokens of log p(token | instruction) - log p(token | no instruction), in nats.
    case gain
    /// Mean over the instruction's tokens of log p(token | response) - log p(token | no response), in nats: how much
    /// the response tells of what was asked.
    case recall
}
