import Checkpoints
import Foundation
import Testing

/// What a killed process leaves neither stays nor stands in the way.
@Suite struct LeftoverTests {
    @Test func leftoversOfDeadProcessesGo() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let target = folder.appendingPathComponent("adapter")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        // No process has this number: it is above Linux's largest.
        let dead = 4_194_305
        let alive = ProcessInfo.processInfo.processIdentifier
        func make(_ name: String) throws { try Data("x".utf8).write(to: folder.appendingPathComponent(name)) }
        try make("adapter/.README.md.\(dead)-7.partial")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent(".adapter.\(dead)-1.partial"), withIntermediateDirectories: true)
        try make(".adapter.\(dead)-1.partial/.inner.\(dead)-3.partial")
        for name in [".adapter.\(dead)-2.partial.old", ".adapter.\(alive)-5.partial", ".other.\(dead)-6.partial", ".adapter.partial", "adapter.\(dead)-1.partial"] {
            try make(name)
        }
        let replaced = try AtomicFolder(path: target.path, replaceable: ["README.md"])
        let file = try AtomicFile(path: replaced.file("README.md"))
        try file.write(Array("new".utf8))
        try file.commit()
        try replaced.commit()
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.path) == ["README.md"])
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
                == ["adapter", ".adapter.\(alive)-5.partial", ".other.\(dead)-6.partial", ".adapter.partial", "adapter.\(dead)-1.partial"])
    }
}
