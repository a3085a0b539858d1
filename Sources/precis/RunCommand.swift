import ArgumentParser
import Foundation
import Notebook

/// Hands over to an experiment's own program, which lies in the same folder.
enum ExperimentProgram: String, CaseIterable, ExpressibleByArgument {
    case baseline, sft
    case betaSweep = "beta-sweep"
    case loraRank64 = "lora-rank64"
    case iteration2, pairrm

    /// Replaces this process with the experiment's program; returns only by throwing.
    func execute(_ arguments: [String]) throws -> Never {
        let folder = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .map { URL(fileURLWithPath: $0) } ?? Bundle.main.executableURL
            ?? URL(fileURLWithPath: CommandLine.arguments[0])
        let program = folder.deletingLastPathComponent().appendingPathComponent(rawValue)
        // SIGPIPE is ignored here; an ignored signal stays ignored in the new program, a default one does too.
        signal(SIGPIPE, SIG_DFL)
        var words = ([rawValue] + arguments).map { strdup($0) } + [nil]
        execv(program.path, &words)
        throw UserFailure(
            "cannot start the experiment \(rawValue)", location: program.path, why: String(cString: strerror(errno)),
            remedy: "build it with `swift build -c release --product \(rawValue)`", exitStatus: .missingInput)
    }
}

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run an experiment, or continue it where it stopped.",
        discussion: "The same as calling the experiment's own program, which shows its options with --help.")

    @Argument(help: "One of \(ExperimentProgram.allCases.map(\.rawValue).joined(separator: ", ")).")
    var experiment: ExperimentProgram

    @Argument(parsing: .captureForPassthrough, help: "Options of the experiment.")
    var arguments: [String] = []

    func run() throws { try experiment.execute(["run"] + arguments) }
}

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show which steps an experiment would run, why, and what they would take.",
        discussion: "Takes the options of `precis run` and starts nothing.")

    @Argument(help: "One of \(ExperimentProgram.allCases.map(\.rawValue).joined(separator: ", ")).")
    var experiment: ExperimentProgram

    @Argument(parsing: .captureForPassthrough, help: "Options of the experiment.")
    var arguments: [String] = []

    func run() throws { try experiment.execute(["plan"] + arguments) }
}
