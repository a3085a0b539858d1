import Checkpoints

extension ModelConfiguration {
    /// Bounds far above any model of these architectures; within them no size computation overflows.
    private static let dimensionLimit = 1 << 20
    private static let layerLimit = 1 << 12
    private static let contextLimit = 1 << 24

    /// Checks a configuration that came from a file, before anything is sized by it.
    /// - Throws: `CheckpointError.malformed` naming the field.
    func checked(file: String) throws(CheckpointError) -> ModelConfiguration {
        func require(_ condition: Bool, _ reason: String) throws(CheckpointError) {
            guard condition else {
                throw CheckpointError(
                    .malformed, file: file, reason: "the model configuration is impossible: " + reason,
                    remedy: "Use the configuration that was saved with the weights.")
            }
        }
        let dimensions = [
            ("vocabulary size", vocabularyCount, Self.contextLimit), ("hidden size", hiddenSize, Self.dimensionLimit),
            ("intermediate size", intermediateSize, Self.dimensionLimit), ("number of layers", layerCount, Self.layerLimit),
            ("number of heads", headCount, Self.dimensionLimit),
            ("number of key/value heads", keyValueHeadCount, Self.dimensionLimit),
            ("head size", headSize, Self.dimensionLimit), ("context length", contextLength, Self.contextLimit),
            ("sliding window", slidingWindow ?? 1, Int(Int32.max)),
        ]
        for (name, value, limit) in dimensions {
            try require((1...limit).contains(value), "\(name) is \(value), not 1 to \(limit)")
        }
        try require(querySize <= Self.dimensionLimit, "\(headCount) heads of \(headSize) are too wide")
        try require(
            headCount % keyValueHeadCount == 0,
            "\(headCount) heads cannot share \(keyValueHeadCount) key/value heads evenly")
        try require(headSize % 2 == 0, "rotary embedding needs an even head size, not \(headSize)")
        try require(ropeTheta.isFinite && ropeTheta > 0, "rotary base is \(ropeTheta)")
        try require(normEpsilon.isFinite && normEpsilon >= 0, "norm epsilon is \(normEpsilon)")
        if let scaling = ropeScaling {
            try require(
                scaling.factor >= 1 && scaling.factor.isFinite && scaling.originalContextLength > 0
                    && scaling.lowFrequencyFactor > 0 && scaling.highFrequencyFactor > scaling.lowFrequencyFactor
                    && scaling.highFrequencyFactor.isFinite,
                "rope scaling \(scaling)")
        }
        return self
    }
}
