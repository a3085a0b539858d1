import Checkpoints
import Foundation

/// The files of a folder that is to be published, in the order of their names.
public struct PublishedFolder: Sendable {
    public struct File: Sendable, Hashable {
        /// In the repository, with `/` between folders.
        public let path: String
        public let size: Int
        /// On this machine.
        let location: String
    }

    public let path: String
    public let files: [File]
    public var byteCount: Int { files.reduce(0) { $0 + $1.size } }

    /// Names that begin with a dot are left out: they hold settings and credentials, not results.
    /// - Throws: `PublishingError` of kind `.input` for a folder that is empty or cannot be read, and for anything
    ///   in it that is neither a file nor a folder.
    public init(path: String) throws(PublishingError) {
        func failure(_ location: String, _ reason: String, _ remedy: String) -> PublishingError {
            PublishingError(.input, "cannot publish", at: location, why: reason, remedy: remedy)
        }
        var files: [File] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)
            } catch {
                throw failure(
                    path + "/" + folder, "cannot be listed: \(error.localizedDescription)",
                    "Give a folder that an export or an experiment wrote.")
            }
            for name in names where !name.hasPrefix(".") {
                let relative = folder + name
                let location = path + "/" + relative
                let attributes = try? FileManager.default.attributesOfItem(atPath: location)
                switch attributes?[.type] as? FileAttributeType {
                case .typeDirectory?:
                    folders.append(relative + "/")
                case .typeRegular?:
                    files.append(File(path: relative, size: attributes?[.size] as? Int ?? 0, location: location))
                default:
                    throw failure(
                        location, "is neither a file nor a folder", "Remove it, or put the file that it names in its place.")
                }
            }
        }
        guard !files.isEmpty else {
            throw failure(path, "holds no files", "Give a folder that an export or an experiment wrote.")
        }
        self.path = path
        self.files = files.sorted { $0.path < $1.path }
    }

    /// What the files are, by their names; `nil` where that does not tell.
    public var kind: HubRepository.Kind? {
        let names = Set(files.map(\.path))
        let extensions = Set(files.map { URL(fileURLWithPath: $0.path).pathExtension })
        if names.contains("config.json") || names.contains("adapter_config.json")
            || !extensions.isDisjoint(with: ["safetensors", "gguf"])
        {
            return .model
        }
        return extensions.isDisjoint(with: ["jsonl", "parquet", "csv"]) ? nil : .dataset
    }
}

extension PublishedFolder.File {
    /// What the Hub calls the content of a large file.
    func sha256() throws(PublishingError) -> String {
        do throws(CheckpointError) {
            return size == 0 ? SHA256.hexDigest(of: "") : try SHA256.hexDigest(ofFile: location)
        } catch {
            throw unreadable(error.description)
        }
    }

    /// What git calls the content of a file that it keeps itself.
    func gitBlob() throws(PublishingError) -> String {
        let data = try read(0..<size)
        var hash = SHA1()
        hash.update("blob \(size)\0".utf8)
        hash.update(data)
        return hash.hexDigest()
    }

    /// - Throws: also if the file has become shorter.
    func read(_ range: Range<Int>) throws(PublishingError) -> Data {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: location))
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(range.lowerBound))
            let data = range.isEmpty ? Data() : try handle.read(upToCount: range.count) ?? Data()
            if data.count == range.count { return data }
        } catch {
            throw unreadable(error.localizedDescription)
        }
        throw unreadable("it has changed while it was being published")
    }

    private func unreadable(_ reason: String) -> PublishingError {
        PublishingError(
            .input, "cannot publish", at: location, why: "cannot be read: \(reason)", remedy: "Run the command again.")
    }
}
