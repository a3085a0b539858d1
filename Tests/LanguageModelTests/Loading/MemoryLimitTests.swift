import Testing

import Checkpoints
import LanguageModel

/// A file that announces every tensor of a model and holds none of them.
private struct AnnouncedTensors: TensorFile {
    let path = "announced.gguf"
    let tensors: [String: TensorDescriptor]

    init(_ configuration: ModelConfiguration) {
        tensors = Dictionary(
            uniqueKeysWithValues: ParameterLayout(configuration).tensors.map { tensor in
                (tensor.name, TensorDescriptor(name: tensor.name, type: .f16, shape: tensor.shape, byteOffset: 0, byteCount: 0))
            })
    }

    func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
        Issue.record("nothing is read when the memory does not suffice")
    }
}

@Suite struct MemoryLimitTests {
    @Test func aModelLargerThanTheMemoryIsRefusedBeforeItIsAllocated() {
        // 2^24 * 2^20 floats are 64 TiB.
        let configuration = ModelConfiguration(
            vocabularyCount: 1 << 24, hiddenSize: 1 << 20, intermediateSize: 1, layerCount: 1, headCount: 1,
            keyValueHeadCount: 1, headSize: 2, ropeTheta: 10_000, normEpsilon: 1e-5, contextLength: 8, tiesEmbeddings: true)
        let weights = CheckpointWeights(
            file: AnnouncedTensors(configuration), format: .huggingFace, configuration: configuration)
        do {
            _ = try weights.read()
            Issue.record("no error was thrown")
        } catch {
            #expect(error.kind == .notEnoughMemory && error.reason.contains("GiB in float32"), "\(error)")
        }
    }
}
