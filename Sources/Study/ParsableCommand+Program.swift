import ArgumentParser
import Foundation
import Notebook

extension ParsableCommand {
    /// Parses the command line, runs the command and ends the process: with the exit status of the error where there
    /// is one, and what, where, why and what to do on standard error, without a stack trace. Every program of the
    /// package begins here.
    public static func runAsProgram() async -> Never {
        // A reader of the output that ends early (`precis runs list | head`) is no reason to die of a signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Foundation.exit(ExitStatus.ok.rawValue)
        } catch {
            // Help, version and usage errors are the parser's to word; it calls every other error a failure.
            if error is ArgumentParser.ExitCode || exitCode(for: error) != .failure { exit(withError: error) }
            let report = StudyFailure.report(error)
            Console().error(report.message)
            Foundation.exit(report.exitStatus.rawValue)
        }
    }
}
