import Foundation

/// Files of the cache folder that `make setup` fills; a test that needs one fails without it.
public enum CachedModel {
    public struct Missing: Error, CustomStringConvertible {
        public var path: String
        public var description: String { "\(path) is missing: run `make setup` first" }
    }

    /// `PRECIS_CACHE`, or `precis` in the user's cache folder.
    public static var folder: URL {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["PRECIS_CACHE"], !folder.isEmpty { return URL(fileURLWithPath: folder) }
        if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty {
            return URL(fileURLWithPath: cache).appendingPathComponent("precis")
        }
        return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/precis")
    }

    public static func path(_ name: String = "SmolLM2-135M-Instruct.Q4_1.gguf") throws -> String {
        let path = folder.appendingPathComponent(name).path
        guard FileManager.default.fileExists(atPath: path) else { throw Missing(path: path) }
        return path
    }

    public static func corpus() throws -> String { try path("lee_background.cor") }
}
