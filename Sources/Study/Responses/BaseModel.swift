import Checkpoints
import Foundation
import JSON

/// The model that an adapter belongs to, as a card names it.
struct BaseModel {
    let fileName: String
    /// On the Hugging Face Hub, where that is known: as given, or as the model's configuration says.
    let hubName: String?
    let license: String?

    init(_ options: StudyOptions) {
        fileName = URL(fileURLWithPath: options.modelPath).lastPathComponent
        guard let path = options.model else {
            // The embedded default.
            hubName = options.baseModel ?? "HuggingFaceTB/SmolLM2-135M-Instruct"
            license = "apache-2.0"
            return
        }
        let stated = (try? JSONValue(contentsOf: path + "/config.json"))?["_name_or_path"]?.string
        hubName = options.baseModel ?? stated.flatMap { Self.isHubName($0) ? $0 : nil }
        // Of another file nobody has said under what terms it is.
        license = nil
    }

    /// Whether a text has the form OWNER/NAME; paths of folders have not.
    static func isHubName(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}/) != nil
    }
}
