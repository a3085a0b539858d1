import LanguageModel
import Notebook

extension JudgeSelection {
    /// The judge's own model, where it is another than the study's.
    /// - Throws: `CheckpointError` or `TokenizationError`.
    func loadedModel() throws -> LoadedModel? {
        guard case .prompted(let path?) = self else { return nil }
        return try LoadedModel(path: path, storage: .temporaryFile)
    }

    /// What tells runs with different judges apart; `nil` for the embedded judge, whose model is the study's.
    /// - Parameter model: the model the judge reads with, where it is local.
    func runIdentity(model: LoadedModel) -> KeyValue? {
        switch self {
        case .cloze: nil
        case .prompted: .string(model.contentHash)
        case .endpoint(let address): .string(address)
        }
    }
}
