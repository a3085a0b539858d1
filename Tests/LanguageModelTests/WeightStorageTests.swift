import Foundation
import LanguageModel
import TestSupport
import Testing

/// Weights that live in a file instead of memory are the same weights.
@Suite struct WeightStorageTests {
    static let folder = FileManager.default.temporaryDirectory.path

    @Test func buffersInAFileKeepWhatIsWritten() {
        let buffer = FloatBuffer(count: 100_003, storage: .file(folder: Self.folder))
        #expect(buffer.elements.allSatisfy { $0 == 0 })
        for index in 0..<buffer.count { buffer.pointer[index] = Float(index) }
        let values = withExtendedLifetime(buffer) { Array($0.elements) }
        #expect(values == (0..<buffer.count).map { Float($0) })
    }

    @Test func aFolderThatCannotBeWrittenMeansMemory() {
        let buffer = FloatBuffer(count: 7, storage: .file(folder: "/no/such/folder"))
        buffer.pointer[6] = 1
        #expect(buffer.elements[6] == 1)
    }

    @Test(arguments: ["tiny-llama", "tiny-mistral"])
    func scoresAndGradientsAreTheSameBits(name: String) throws {
        let source = try ModelSource(path: ReferenceParityTests.fixture(name).path)
        var tree = TokenTree(prompt: Array(1...9), chosen: Array(10...20), rejected: Array(21...40))
        tree.append([3, 4, 5], to: 0, isScored: true)
        func results(_ storage: FloatBuffer.Storage) throws -> (scores: [TreeScores], gradients: [Float]) {
            let (configuration, parameters) = try source.loadWeights(into: storage)
            let model = LanguageModel(
                configuration: configuration, parameters: parameters, precision: .bfloat16, pool: ThreadPool(threadCount: 2))
            let adapter = LowRankAdapter(
                layout: model.layout, rank: 4, scale: 2, targets: AdapterTarget.allCases, precision: .bfloat16)
            for index in 0..<adapter.parameters.count { adapter.parameters.pointer[index] = Float(index % 17) * 0.01 - 0.08 }
            model.adapter = adapter
            let gradients = Gradients(for: model)
            let pass = TrainingPass(model: model)
            for _ in 0..<2 {
                _ = try pass.forward([tree])
                pass.backward(coefficients: [[0, 1, -1, 0.5]], into: gradients)
            }
            gradients.finish()
            return (try model.score([tree]), Array(gradients.values.elements))
        }
        let (inMemory, inFile) = (try results(.memory), try results(.file(folder: Self.folder)))
        #expect(inMemory.scores == inFile.scores)
        #expect(inMemory.gradients == inFile.gradients)
        #expect(inFile.gradients.contains { $0 != 0 })
    }
}
