import Foundation
import JSON

extension UnigramTokenizer {
    /// Largest `tokenizer.json` that is read, in bytes; DeBERTa v3's has 9 MB.
    private static let maximumFileSize = 64 << 20

    /// The tokenizer of a folder's `tokenizer.json`.
    /// - Parameter special: added tokens to treat as special, whatever the file says of them: text that spells them
    ///   stays text unless special tokens are parsed.
    /// - Throws: `TokenizationError` naming the file and the field at fault, or a step that would change ids and is
    ///   not supported.
    public init(folder: String, treatingAsSpecial special: Set<String> = []) throws(TokenizationError) {
        let path = folder + "/tokenizer.json"
        let bytes: [UInt8]
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let size = attributes[.size] as? Int ?? 0
            guard size <= Self.maximumFileSize else {
                throw TokenizationError.unreadable(
                    source: path, reason: "\(size) bytes, over the limit of \(Self.maximumFileSize)")
            }
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as TokenizationError {
            throw error
        } catch {
            throw .unreadable(
                source: path,
                reason: "cannot be read (\(error.localizedDescription)); save the tokenizer with save_pretrained of a fast tokenizer")
        }
        let file = UnigramFile(json: try JSONValue(parsing: bytes, source: path), source: path, special: special)
        self = try file.makeTokenizer()
    }
}
