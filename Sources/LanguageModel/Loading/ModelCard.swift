import Checkpoints
import JSON

/// What a model card (README.md of a Hugging Face folder) states.
public struct ModelCard: Sendable {
    public var name: String
    /// Hub id or name of the model that training started from.
    public var baseModel: String?
    /// SPDX identifier in lower case, as the Hub spells it (`apache-2.0`).
    public var license: String?
    public var tags: [String]
    /// What loads it: `transformers`, or `peft` for an adapter.
    public var library: String
    /// Markdown below the title: how the model was made, with which data and settings, and what was measured.
    public var body: String

    public init(
        name: String, baseModel: String? = nil, license: String? = nil, tags: [String] = [], library: String = "transformers",
        body: String
    ) {
        self.name = name
        self.baseModel = baseModel
        self.license = license
        self.tags = tags
        self.library = library
        self.body = body
    }

    /// Front matter and body. JSON strings are YAML strings, so they quote safely.
    package var markdown: String {
        func quoted(_ text: String) -> String { JSONValue.string(text).text() }
        var lines = ["---", "library_name: \(library)", "pipeline_tag: text-generation"]
        if let baseModel { lines.append("base_model: \(quoted(baseModel))") }
        if let license { lines.append("license: \(quoted(license))") }
        if !tags.isEmpty { lines.append("tags: [\(tags.map(quoted).joined(separator: ", "))]") }
        lines += ["---", "", "# \(name)", "", body]
        return lines.joined(separator: "\n") + "\n"
    }
}
