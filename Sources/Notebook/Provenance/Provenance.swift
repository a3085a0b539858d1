import Foundation

/// Where a result comes from: the code, the machine, the numeric mode, the seeds and the command.
public struct Provenance: Sendable, Codable, Equatable {
    /// Commit of the code; `nil` when it is not run from a checkout.
    public var commit: String?
    /// Whether tracked files differed from ``commit``.
    public var isDirty: Bool?
    /// Versions of the compiler and of libraries and programs, by name.
    public var versions: [String: String]
    public var machine: Machine
    /// How the engine computes, e.g. `bfloat16` or `float32`; part of every cache key.
    public var numericMode: String
    public var seeds: [String: UInt64]
    public var commandLine: [String]
    /// Names of what was studied, e.g. the model's and the judge's, for readers; results depend on contents alone.
    public var subjects: [String: String]?

    public init(
        commit: String?, isDirty: Bool?, versions: [String: String], machine: Machine, numericMode: String,
        seeds: [String: UInt64], commandLine: [String], subjects: [String: String]? = nil
    ) {
        self.commit = commit
        self.isDirty = isDirty
        self.versions = versions
        self.machine = machine
        self.numericMode = numericMode
        self.seeds = seeds
        self.commandLine = commandLine
        self.subjects = subjects
    }

    /// Provenance of this process. Takes some 20 ms: it asks `git` and `gnuplot`, where present.
    public static func current(
        numericMode: String, seeds: [String: UInt64] = [:], subjects: [String: String]? = nil
    ) -> Provenance {
        let checkout = GitCheckout.ofProgram()
        var arguments = CommandLine.arguments
        // The folder of the program says nothing about the result.
        if let program = arguments.first { arguments[0] = URL(fileURLWithPath: program).lastPathComponent }
        return Provenance(
            commit: checkout?.commit, isDirty: checkout?.isDirty, versions: SoftwareVersions.current(),
            machine: .current(), numericMode: numericMode, seeds: seeds, commandLine: arguments, subjects: subjects)
    }

    /// Names and values as text, for a table.
    public var details: [String: String] {
        var details = [
            "commit": (commit ?? "unknown") + (isDirty == true ? " (with uncommitted changes)" : ""),
            "cpu": machine.cpu, "cpu features": machine.cpuFeatures.joined(separator: " "),
            "cores": String(machine.coreCount), "memory": ByteCount.text(machine.memoryBytes),
            "operating system": machine.operatingSystem, "kernel": machine.kernel, "numeric mode": numericMode,
            "command": commandLine.joined(separator: " "),
        ]
        details.merge(subjects ?? [:]) { $1 }
        for (name, version) in versions { details["version of " + name] = version }
        for (name, seed) in seeds { details["seed " + name] = String(seed) }
        return details
    }
}

/// The git checkout that the program was built in.
package struct GitCheckout: Equatable {
    package var commit: String
    package var isDirty: Bool

    package init(commit: String, isDirty: Bool) {
        self.commit = commit
        self.isDirty = isDirty
    }

    static func ofProgram() -> GitCheckout? {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return GitCheckout(folder: URL(fileURLWithPath: program).deletingLastPathComponent())
    }

    package init?(folder: URL) {
        // The status must not wait for, or hold, the index lock of a person's own git command.
        let git = ["-C", folder.path, "--no-optional-locks"]
        guard
            let commit = ProgramOutput.of("git", git + ["rev-parse", "HEAD"]), !commit.isEmpty,
            let status = ProgramOutput.of("git", git + ["status", "--porcelain", "--untracked-files=no"])
        else { return nil }
        self.commit = commit
        isDirty = !status.isEmpty
    }
}
