import Checkpoints

/// Identity of a step's result: SHA-256 over the canonical JSON of the step's name, its version and all of its
/// inputs. Inputs are contents (settings, hashes of files and weights, seeds, the numeric mode), never paths.
public struct ContentKey: Sendable, Hashable, CustomStringConvertible {
    /// 64 lowercase hexadecimal digits.
    public let hex: String

    public init(step: String, version: Int, inputs: [String: KeyValue]) {
        self.init(["inputs": .object(inputs), "step": .string(step), "version": .int(version)])
    }

    /// Key of a value by itself, e.g. of a run's resolved settings.
    public init(_ value: KeyValue) {
        hex = SHA256.hexDigest(of: value.canonicalJSON)
    }

    public var description: String { hex }

    /// The first 12 digits, for people.
    public var short: String { String(hex.prefix(12)) }
}
