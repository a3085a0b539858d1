import Foundation
import Testing

/// The set-up scripts, without the network: what they refuse and what they say.
struct SetUpTests {
    private let sh = Program(path: "/bin/sh")

    private func script(_ name: String) -> String { Repository.file("Scripts/\(name)").path }

    /// A PATH with only the named commands of this machine, and programs of the test's own.
    private func path(
        _ folder: TemporaryFolder, commands: [String], programs: [String: String] = [:]
    ) async throws -> String {
        for command in commands {
            let found = ["/bin", "/usr/bin"].map { "\($0)/\(command)" }.first(where: FileManager.default.fileExists)
            try FileManager.default.createSymbolicLink(
                atPath: folder.url.appendingPathComponent(command).path, withDestinationPath: #require(found))
        }
        for (name, source) in programs {
            let text = try folder.write("#!/bin/sh\n\(source)\n", to: "sources/\(name)")
            // Copied by a process of its own: a file that this one had open for writing may still be so in
            // another test's child, and then cannot be executed ("text file busy").
            let target = folder.url.appendingPathComponent(name).path
            let copied = try await Program(path: "/usr/bin/install").run(["-m", "755", text.path, target])
            try #require(copied.exitCode == 0, "\(copied)")
        }
        return folder.url.path
    }

    @Test func aDamagedInputIsNamed() async throws {
        let cache = try TemporaryFolder()
        try cache.write("not the corpus", to: "lee_background.cor")
        let result = try await sh.run([script("fetch-inputs.sh")], environment: ["PRECIS_CACHE": cache.url.path])
        #expect(result.exitCode == 1)
        #expect(result.standardError.contains("bad checksum of \(cache.url.path)/lee_background.cor"))
        #expect(result.standardError.contains("5d78d6dafd953bbf65797bef09a9ffb9ec430583381be705f8fd460000f370fb"))
        // sha256 of "not the corpus"
        #expect(result.standardError.contains("52ed6305212a4993fff26a28e23000033da100d1c1597708c3b02249f5a3aacf"))
    }

    @Test func aFilledCacheNeedsNeitherNetworkNorPython() async throws {
        // `make test` fills the cache before the tests run.
        let tools = try TemporaryFolder()
        let path = try await path(tools, commands: ["sh", "dirname", "sha256sum", "cut"])
        let result = try await sh.run(
            [script("fetch-inputs.sh")], environment: ["PATH": path, "PRECIS_CACHE": Repository.cache.path])
        #expect(result.exitCode == 0, "\(result)")
        #expect(result.standardOutput.isEmpty && result.standardError.isEmpty)
    }

    @Test func aFailedDownloadLeavesNothingBehind() async throws {
        let cache = try TemporaryFolder()
        let tools = try TemporaryFolder()
        let path = try await path(
            tools, commands: ["sh", "dirname", "sha256sum", "cut", "mkdir", "mktemp", "rm"],
            programs: ["python3": "[ \"$3\" = --version ] && exit 0; echo 'no route to host' >&2; exit 1"])
        let result = try await sh.run(
            [script("fetch-inputs.sh")], environment: ["PATH": path, "PRECIS_CACHE": cache.url.path])
        #expect(result.exitCode == 1)
        #expect(result.standardError.contains("no route to host"))
        #expect(result.standardError.contains("SmolLM2-135M-Instruct.Q4_1.gguf lee_background.cor"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache.url.path).isEmpty)
    }

    @Test(arguments: ["5.10.1", "6.0.3"])
    func anOldSwiftIsRefused(version: String) async throws {
        let tools = try TemporaryFolder()
        let path = try await path(
            tools, commands: ["sh", "sed", "head", "cat"],
            programs: ["swift": "echo 'Swift version \(version) (swift-\(version)-RELEASE)'"])
        let result = try await sh.run([script("check-swift.sh")], environment: ["PATH": path])
        #expect(result.exitCode == 1)
        #expect(result.standardError.contains("Swift \(version)") && result.standardError.contains("needs 6.1"))
    }

    @Test(arguments: ["6.1", "6.3.1", "7.0"])
    func aNewSwiftIsTaken(version: String) async throws {
        let tools = try TemporaryFolder()
        let path = try await path(
            tools, commands: ["sh", "sed", "head", "cat"],
            programs: ["swift": "echo 'Swift version \(version) (swift-\(version)-RELEASE)'"])
        let result = try await sh.run([script("check-swift.sh")], environment: ["PATH": path])
        #expect(result.exitCode == 0, "\(result)")
    }

    @Test func noSwiftIsSaid() async throws {
        let tools = try TemporaryFolder()
        let path = try await path(tools, commands: ["sh", "cat"])
        let result = try await sh.run([script("check-swift.sh")], environment: ["PATH": path])
        #expect(result.exitCode == 1 && result.standardError.contains("no Swift toolchain"))
    }

    @Test func missingPackagesAreInstalledOnce() async throws {
        // A Debian machine without gnuplot and with one library missing; apt-get notes what it is asked.
        let tools = try TemporaryFolder()
        let path = try await path(
            tools, commands: ["sh", "mktemp", "rm", "cat", "env"],
            programs: [
                "id": "echo 0",
                "dpkg-query": "case \"$*\" in *libsqlite3-dev*) exit 1;; *) printf installed;; esac",
                "apt-get": "echo \"$*\" >>\"$PROBE\"",
            ])
        let probe = tools.url.appendingPathComponent("probe").path
        let result = try await sh.run([script("install-packages.sh")], environment: ["PATH": path, "PROBE": probe])
        #expect(result.exitCode == 0, "\(result)")
        #expect(result.standardOutput == "==> Installing system packages: libsqlite3-dev gnuplot-nox\n")
        let calls = try String(contentsOfFile: probe, encoding: .utf8).split(separator: "\n")
        #expect(calls.count == 2 && calls[0].contains("update"))
        let install = "install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 libsqlite3-dev gnuplot-nox"
        #expect(calls.last?.hasSuffix(install) == true)
    }

    @Test func withoutRootOrSudoTheCommandIsNamed() async throws {
        let tools = try TemporaryFolder()
        let path = try await path(
            tools, commands: ["sh", "cat"],
            programs: ["id": "echo 1000", "dpkg-query": "exit 1", "apt-get": "exit 0"])
        let result = try await sh.run([script("install-packages.sh")], environment: ["PATH": path])
        #expect(result.exitCode == 1)
        #expect(result.standardError.contains("apt-get install --no-install-recommends libopenblas-dev"))
    }

    @Test func anotherDistributionIsToldWhatIsNeeded() async throws {
        let tools = try TemporaryFolder()
        let path = try await path(tools, commands: ["sh", "cat"])
        let result = try await sh.run([script("install-packages.sh")], environment: ["PATH": path])
        #expect(result.exitCode == 1)
        #expect(result.standardError.contains("not a Debian system"))
        #expect(result.standardError.contains("gnuplot") && result.standardError.contains("libopenblas-dev"))
    }
}
