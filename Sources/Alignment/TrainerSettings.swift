import LanguageModel
import RandomNumbers

/// How to train, apart from what from and towards what.
public struct TrainerSettings: Sendable, Hashable, Codable {
    public var learningRate: Double
    public var schedule: LearningRateSchedule.Shape = .cosine
    public var warmupSteps: Int = 10
    public var epochs: Int = 1
    /// Examples per optimizer step.
    public var batchSize: Int = 32
    /// Gradients are scaled down to this Euclidean norm.
    public var maximumGradientNorm: Double = 1
    public var optimizer = AdamW.Settings()
    /// Rows in one forward and backward pass; changes speed and memory, not results.
    public var tokenBudget: Int = 1024
    public var recomputesActivations = false
    /// Seed of the data order and of adapter dropout.
    public var seed: UInt64 = 0
    /// Visit examples in a seeded order of each epoch's own; otherwise in the order given.
    public var shuffles = true
    /// Stop when the mean reward margin's magnitude exceeds this, or anything is not finite.
    public var divergenceMargin: Double = 100

    public init(learningRate: Double) { self.learningRate = learningRate }

    /// Steps of one epoch over `count` examples; a ragged last batch is a step.
    public func stepsPerEpoch(_ count: Int) -> Int { (count + batchSize - 1) / batchSize }

    /// Examples of every step, in order: each epoch visits all examples once in its own seeded order.
    func order(step: Int, count: Int) -> [Int] {
        let perEpoch = stepsPerEpoch(count)
        var order = Array(0..<count)
        if shuffles {
            let epoch = step / perEpoch
            var generator = SplitMix64(state: seed &+ UInt64(epoch) &* 0x9E37_79B9_7F4A_7C15)
            for index in stride(from: count - 1, to: 0, by: -1) {
                order.swapAt(index, Int(generator.next(below: UInt64(index + 1))))
            }
        }
        let start = (step % perEpoch) * batchSize
        return Array(order[start..<min(start + batchSize, count)])
    }
}
