import LanguageModel

/// Small random models, equal on every run.
public enum TinyModel {
    /// Two layers, grouped-query attention (4 heads on 2 key/value heads), vocabulary 61.
    public static let configuration = ModelConfiguration(
        vocabularyCount: 61, hiddenSize: 32, intermediateSize: 48, layerCount: 2, headCount: 4, keyValueHeadCount: 2,
        headSize: 8, ropeTheta: 10_000, normEpsilon: 1e-5, contextLength: 256, tiesEmbeddings: true)

    public static func make(
        _ configuration: ModelConfiguration = configuration, seed: UInt64 = 1, scale: Float = 0.3,
        precision: Precision = .float32, threads: Int = 1
    ) -> LanguageModel {
        let layout = ParameterLayout(configuration)
        let parameters = FloatBuffer(count: layout.count)
        var generator = TestGenerator(seed: seed)
        for tensor in layout.tensors {
            for index in tensor.offset..<tensor.offset + tensor.count {
                let noise = Float(generator.uniform() * 2 - 1) * scale
                parameters.pointer[index] = tensor.isMatrix ? noise : 1 + 0.2 * noise
            }
        }
        return LanguageModel(
            configuration: configuration, parameters: parameters, precision: precision,
            pool: ThreadPool(threadCount: threads))
    }

    public static func tokens(_ count: Int, seed: UInt64, vocabulary: Int = configuration.vocabularyCount) -> [Int32] {
        var generator = TestGenerator(seed: seed)
        return (0..<count).map { _ in Int32(generator.uniform() * Double(vocabulary)) }
    }
}

/// A small repeatable generator (xorshift64*; Vigna 2016), apart from the package's own.
public struct TestGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    public mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
