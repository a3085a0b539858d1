import Checkpoints
import Foundation
import JSON
import Notebook
import PairRanking

/// The folder of `--ranker`: PairRM's configuration, tokenizer and weights.
struct PairRMFolder {
    let path: String
    let configuration: EncoderConfiguration
    private let files: [String]

    /// Reads the configuration and the names of the files; no weights.
    /// - Throws: `CheckpointError`.
    init(path: String) throws {
        self.path = path
        let config = path + "/config.json"
        configuration = try EncoderConfiguration(try JSONValue(contentsOf: config), file: config)
        files = [config, path + "/tokenizer.json"] + (try SafetensorsFolder(path: path).files).sorted()
    }

    /// SHA-256 over the hashes of its files: everything that its scores depend on, and no path.
    func digest() throws -> String {
        var hash = SHA256()
        for file in files {
            hash.update("\(try SHA256.hexDigest(ofFile: file))  \(URL(fileURLWithPath: file).lastPathComponent)\n")
        }
        return hash.hexDigest()
    }

    /// - Throws: `UserFailure` where the machine's free memory does not hold the weights.
    func checkMemory(available: UInt64? = Machine.availableMemoryBytes) throws(UserFailure) {
        let needed = Double(configuration.weightBytes)
        let free = Double(available ?? ProcessInfo.processInfo.physicalMemory)
        guard needed > free else { return }
        let gibibyte = 1_073_741_824.0
        throw UserFailure(
            "cannot load the ranker", location: path,
            why: String(format: "its weights take %.1f GiB in float32, %.1f GiB of memory are free", needed / gibibyte, free / gibibyte),
            remedy: "free memory, use a larger machine, or leave --ranker out: the model then grades itself")
    }
}
