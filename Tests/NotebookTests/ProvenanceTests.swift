import Foundation
import Notebook
import Testing

@Suite("Provenance")
struct ProvenanceTests {
    @Test func describesThisMachine() throws {
        let provenance = Provenance.current(numericMode: "float32", seeds: ["root": .max])
        #expect(provenance.machine.coreCount > 0)
        #expect(provenance.machine.memoryBytes > 1 << 28)
        #expect(try #require(Machine.availableMemoryBytes) <= provenance.machine.memoryBytes)
        #expect(provenance.versions["SQLite"]?.hasPrefix("3.") == true)
        #expect(provenance.commandLine.first?.contains("/") == false)
        #expect(provenance.details["seed root"] == "18446744073709551615")
        let json = try JSONEncoder().encode(provenance)
        #expect(try JSONDecoder().decode(Provenance.self, from: json) == provenance)
    }

    @Test("reads the first processor of /proc/cpuinfo, of either architecture")
    func cpuInfo() {
        let intel = CPUInfo(
            parsing: """
                processor\t: 0
                model name\t: Intel(R) Xeon(R) @ 2.70GHz
                flags\t\t: fpu sse4_2 avx2 fma avx512_bf16 avx512f

                processor\t: 1
                model name\t: other
                flags\t\t: amx_bf16
                """)
        #expect(intel.model == "Intel(R) Xeon(R) @ 2.70GHz")
        #expect(intel.features == ["avx2", "avx512_bf16", "avx512f", "fma"])
        let arm = CPUInfo(parsing: "processor\t: 0\nFeatures\t: fp asimd bf16\nCPU part\t: 0xd40\n")
        #expect(arm.model == nil)
        #expect(arm.features == ["asimd", "bf16"])
        #expect(CPUInfo(parsing: "").features.isEmpty)
    }

    @Test("knows a checkout's commit and whether it was changed")
    func checkout() throws {
        let folder = try TemporaryFolder()
        #expect(GitCheckout(folder: folder.url) == nil)
        func git(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = ProgramOutput.locate("git")
            process.arguments = ["-C", folder.url.path, "-c", "user.name=A", "-c", "user.email=a@b.invalid"] + arguments
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let file = folder.url.appendingPathComponent("file")
        try Data("1".utf8).write(to: file)
        try git("init", "-q")
        try git("add", "file")
        try git("commit", "-q", "-m", "first")
        let clean = try #require(GitCheckout(folder: folder.url))
        #expect(clean.commit.count == 40 && !clean.isDirty)
        try Data("2".utf8).write(to: file)
        #expect(GitCheckout(folder: folder.url) == GitCheckout(commit: clean.commit, isDirty: true))
    }

    @Test func programsAreRunWithoutAShell() {
        #expect(ProgramOutput.of("echo", ["$HOME; echo *"]) == "$HOME; echo *")
        #expect(ProgramOutput.of("false", []) == nil)
        #expect(ProgramOutput.of("no-such-program-here", []) == nil)
    }
}
