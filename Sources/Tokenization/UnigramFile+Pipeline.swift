import JSON

// normalizer and pre_tokenizer: what a file asks for and this program does not do is an error, never ignored.
extension UnigramFile {
    func pipeline() throws(TokenizationError) -> UnigramPipeline {
        var normalizations: [UnigramPipeline.Normalization] = []
        for (index, entry) in parts("normalizer", "normalizers").enumerated() {
            normalizations.append(try normalization(entry, "normalizer[\(index)]"))
        }
        let entries = parts("pre_tokenizer", "pretokenizers")
        guard entries.count == 1, entries[0]["type"]?.string == "Metaspace",
            entries[0]["replacement"]?.string ?? "\u{2581}" == "\u{2581}"
        else {
            throw unsupported("pre_tokenizer", entries.map(describe).joined(separator: ", "), "Metaspace with \u{2581}")
        }
        return UnigramPipeline(
            normalizations: normalizations, prefix: try prefix(entries[0]), splits: entries[0]["split"]?.bool ?? true)
    }

    private func normalization(_ entry: JSONValue, _ field: String)
        throws(TokenizationError) -> UnigramPipeline.Normalization
    {
        switch entry["type"]?.string {
        case "Strip":
            return .strip(left: entry["strip_left"]?.bool ?? true, right: entry["strip_right"]?.bool ?? true)
        case "Lowercase":
            return .lowercase
        case "Precompiled":
            guard let map = entry["precompiled_charsmap"]?.string else {
                throw invalid(field + ".precompiled_charsmap", "absent")
            }
            return .map(
                try PrecompiledCharacterMap(base64: map, source: source, field: field + ".precompiled_charsmap"))
        case "Replace" where entry["pattern"]?["Regex"]?.string == " {2,}":
            guard let content = entry["content"]?.string else { throw invalid(field + ".content", "absent") }
            return .collapseSpaces(by: content)
        default:
            throw unsupported(field, describe(entry), "Strip, Lowercase, Precompiled, Replace of the expression \" {2,}\"")
        }
    }

    /// Files before tokenizers 0.15 have `add_prefix_space` alone.
    private func prefix(_ entry: JSONValue) throws(TokenizationError) -> UnigramPipeline.Prefix {
        switch entry["prepend_scheme"]?.string ?? (entry["add_prefix_space"]?.bool == false ? "never" : "always") {
        case "always": .always
        case "first": .atStart
        case "never": .never
        default: throw invalid("pre_tokenizer.prepend_scheme", "is none of always, first, never")
        }
    }

    /// The entries of a field that holds a `Sequence`, one entry, or nothing.
    private func parts(_ field: String, _ entries: String) -> [JSONValue] {
        guard let value = json[field] else { return [] }
        return value["type"]?.string == "Sequence" ? value[entries]?.array ?? [] : [value]
    }

    private func describe(_ value: JSONValue) -> String { value["type"]?.string ?? "an entry without type" }
}
