import Foundation

/// What ranking takes, worked out from sizes alone, for `plan`.
public struct RankingCost: Sendable, Hashable {
    /// Ordered pairs, one sequence each.
    public let pairs: Int
    public let tokens: Int
    public let floatingPointOperations: Double
    /// Weights in float32 and the buffers of a pass.
    public let memoryBytes: Int

    /// - Parameters:
    ///   - groups: instructions.
    ///   - candidates: answers to each.
    ///   - sourceTokens: mean length of an instruction.
    ///   - candidateTokens: mean length of an answer.
    public init(
        configuration: EncoderConfiguration = .pairRM, groups: Int, candidates: Int, sourceTokens: Int,
        candidateTokens: Int
    ) {
        let limits = PairInput.Limits()
        let source = min(limits.source, sourceTokens + 3)
        let candidate = min((limits.total - source) / 2, candidateTokens + 3)
        let length = source + 2 * candidate
        pairs = groups * candidates * max(0, candidates - 1)
        tokens = pairs * length
        floatingPointOperations = Double(pairs) * configuration.floatingPointOperations(length: length)
        memoryBytes =
            configuration.weightBytes
            + EncoderWorkspace.byteCount(
                rows: max(length, PairRanker.rowsPerBatch), longest: length, configuration: configuration)
    }

    /// Floating-point operations per second of one thread in layers of PairRM's width (1,024 and 4,096), measured in
    /// float32: 2.42 TFLOP of 100 pairs in 42 s of one core's time.
    public static let measuredRate = 57e9
    /// Whose it was.
    public static let measuredOn = "Intel Xeon cores"

    /// - Parameter rate: floating-point operations per second that the machine sustains in float32 products.
    public func seconds(at rate: Double) -> Double { floatingPointOperations / rate }

    /// One line, e.g. `1,000 pairs, 0.4 M tokens, 300 TFLOP, 2.1 GiB, about 26 min`.
    public func summary(at rate: Double) -> String {
        let seconds = seconds(at: rate)
        let time = seconds < 90 ? String(format: "%.0f s", seconds) : String(format: "%.0f min", seconds / 60)
        return String(
            format: "%d pairs, %.2f M tokens, %.1f TFLOP, %.1f GiB of memory, about ", pairs, Double(tokens) / 1e6,
            floatingPointOperations / 1e12, Double(memoryBytes) / 1_073_741_824) + time
    }
}

extension EncoderConfiguration {
    /// Multiplications and additions of the products for one sequence.
    public func floatingPointOperations(length: Int) -> Double {
        let n = Double(length)
        let hidden = Double(hiddenSize)
        let terms = Double((attendsContentToPosition ? 1 : 0) + (attendsPositionToContent ? 1 : 0))
        let projections = 2 * n * hidden * (4 * hidden + 2 * Double(intermediateSize))
        let attention = 4 * n * n * hidden + terms * 2 * n * 2 * Double(positionSpan) * hidden
        return Double(layerCount) * (projections + attention)
    }

    /// All weights in float32, and the projected positions of each layer that stand beside them.
    public var weightBytes: Int {
        let projections = (sharesProjections ? 4 : 6) * hiddenSize * hiddenSize + 2 * hiddenSize * intermediateSize
        let positions = 2 * 2 * positionSpan * hiddenSize
        return 4
            * ((vocabularySize + (addsPositions ? maximumPositions : 0)) * hiddenSize + layerCount * (projections + positions))
    }
}
