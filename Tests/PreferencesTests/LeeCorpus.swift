import Foundation
import Preferences

/// The Lee news articles that set-up extracts into the cache folder.
enum LeeCorpus {
    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is missing: run `make test`, which fetches it, or set PRECIS_CACHE" }
    }

    static func articles() throws -> [Article] {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["PRECIS_CACHE"] ?? NSHomeDirectory() + "/.cache/precis"
        let path = folder + "/lee_background.cor"
        guard FileManager.default.fileExists(atPath: path) else { throw Missing(path: path) }
        return try CorpusReader(path: path).read().articles
    }
}
