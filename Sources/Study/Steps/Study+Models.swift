import Alignment
import Checkpoints
import Foundation
import LanguageModel
import Notebook
import Tokenization

extension Study {
    var weightsFolder: URL { options.workspaceURL.appendingPathComponent("weights", isDirectory: true) }
    var checkpointsFolder: URL { options.workspaceURL.appendingPathComponent("checkpoints", isDirectory: true) }

    /// The model with a policy's weights. At most one policy besides the original is in memory.
    func model(_ policy: PolicyModel) throws -> LanguageModel {
        if case .original = policy.weights { return originalModel }
        if let active, active.key == policy.key { return active.model }
        active = nil
        let model: LanguageModel
        if case .adapter(let name) = policy.weights {
            model = LanguageModel(sharingWeightsOf: originalModel)
            model.adapter = try adapter(name, layout: model.layout)
        } else {
            model = try mergedModel(policy, storage: .temporaryFile)
        }
        active = (policy.key, model)
        return model
    }

    /// A model of its own: the policy's weights, an adapter folded in.
    /// - Parameter storage: of weights that are a file; in memory where they are to be trained.
    func mergedModel(_ policy: PolicyModel, storage: FloatBuffer.Storage = .memory) throws -> LanguageModel {
        active = nil
        switch policy.weights {
        case .original:
            return engine(loaded.parameters.copy())
        case .file(let name):
            let (configuration, parameters) = try ModelSource(path: weightsPath(name)).loadWeights(into: storage)
            guard configuration == loaded.configuration else {
                throw UserFailure(
                    "cannot use trained weights", location: weightsPath(name),
                    why: "they belong to another model than \(options.modelPath)",
                    remedy: "give the --model that they were trained from", exitStatus: .badData)
            }
            return engine(parameters)
        case .adapter(let name):
            let model = engine(loaded.parameters.copy())
            try adapter(name, layout: model.layout).merge(into: model.parameters, layout: model.layout)
            model.weightsDidChange()
            return model
        }
    }

    private func engine(_ parameters: FloatBuffer) -> LanguageModel {
        LanguageModel(configuration: loaded.configuration, parameters: parameters, precision: precision, pool: pool)
    }

    private func adapter(_ name: String, layout: ParameterLayout) throws -> LowRankAdapter {
        try LowRankAdapter(peftFolder: weightsPath(name), layout: layout, precision: precision)
    }

    func weightsPath(_ name: String) -> String { weightsFolder.appendingPathComponent(name).path }

    /// Keeps a trained policy as a Hugging Face folder, or its adapter as a PEFT folder.
    func save(_ model: LanguageModel, as policy: PolicyModel) throws {
        switch policy.weights {
        case .original:
            return
        case .file(let name):
            var trained = loaded
            trained.parameters = model.parameters
            try trained.writeHuggingFaceFolder(
                to: weightsPath(name),
                card: ModelCard(
                    name: policy.label, tags: ["precis"],
                    body: "Trained from \(URL(fileURLWithPath: options.modelPath).lastPathComponent) by the experiment `\(experiment)`."))
        case .adapter(let name):
            try model.adapter?.writePEFT(
                to: weightsPath(name), baseModel: URL(fileURLWithPath: options.modelPath).lastPathComponent,
                isRankStabilised: settings.lora.rankStabilized)
        }
    }

    func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw UserFailure(
                "cannot make a folder", location: folder.path, why: error.localizedDescription,
                remedy: "give a writable --workspace", exitStatus: .cannotWrite)
        }
    }
}
