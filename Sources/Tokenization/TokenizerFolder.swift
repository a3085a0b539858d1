import Foundation
import JSON

/// The tokenizer of a Hugging Face model folder: `tokenizer.json`, with `tokenizer_config.json`,
/// `special_tokens_map.json` and `chat_template.jinja` where they exist.
public struct TokenizerFolder: Sendable {
    public let tokenizer: any Tokenizer
    /// Jinja text of the chat template, for `ChatTemplate.Style(recognizing:source:)`.
    public let chatTemplate: String?

    /// Largest file that is read, in bytes; Llama 3's `tokenizer.json` has 17 MB.
    private static let maximumFileSize = 256 << 20

    /// - Throws: `TokenizationError` naming the file and the field at fault.
    public init(path: String) throws(TokenizationError) {
        guard let json = try Self.json("tokenizer.json", in: path) else {
            throw .unreadable(
                source: path + "/tokenizer.json",
                reason: "no such file; save the tokenizer in this format (save_pretrained of a fast tokenizer does)")
        }
        let config = try Self.json("tokenizer_config.json", in: path)
        let specialTokens = try Self.json("special_tokens_map.json", in: path)
        func spelling(_ field: String) -> String? {
            for json in [config, specialTokens] {
                if let value = json?[field], let spelling = value.string ?? value["content"]?.string { return spelling }
            }
            return nil
        }
        let file = TokenizerFile(json: json, source: path + "/tokenizer.json")
        let names = TokenizerFile.SequenceTokens(
            source: path + "/tokenizer_config.json", begin: spelling("bos_token"), end: spelling("eos_token"),
            addsBegin: config?["add_bos_token"]?.bool)
        tokenizer = try file.makeTokenizer(names)
        let jinja = try Self.contents("chat_template.jinja", in: path).map { String(decoding: $0, as: UTF8.self) }
        chatTemplate = jinja ?? Self.chatTemplate(in: config)
    }

    /// `chat_template` is a string, or a list of named ones.
    private static func chatTemplate(in config: JSONValue?) -> String? {
        guard let value = config?["chat_template"] else { return nil }
        return value.string ?? value.array?.first { $0["name"]?.string == "default" }?["template"]?.string
    }

    private static func json(_ name: String, in folder: String) throws(TokenizationError) -> JSONValue? {
        guard let bytes = try contents(name, in: folder) else { return nil }
        return try JSONValue(parsing: bytes, source: folder + "/" + name)
    }

    /// `nil` if there is no such file.
    private static func contents(_ name: String, in folder: String) throws(TokenizationError) -> [UInt8]? {
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            if let size = attributes[.size] as? Int, size > maximumFileSize {
                throw TokenizationError.unreadable(
                    source: path, reason: "\(size) bytes, over the limit of \(maximumFileSize)")
            }
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as TokenizationError {
            throw error
        } catch {
            throw .unreadable(source: path, reason: error.localizedDescription)
        }
    }
}
