import ArgumentParser
import Foundation
import Notebook

/// A notebook: one file of prose and code cells over a `Study`.
public protocol Experiment {
    /// Name of the executable, and of its runs in the store.
    static var name: String { get }
    /// One line for help.
    static var abstract: String { get }
    /// `#filePath` of the notebook, kept with the run for its page.
    static var source: String { get }
    /// What it studies, which decides which inputs its runs are told apart by.
    static var subject: StudySubject { get }
    /// The cells.
    static func run(_ study: Study) async throws
}

/// What texts an experiment's policies write.
public enum StudySubject: Sendable {
    /// Summaries of the articles.
    case articles
    /// Responses to instructions.
    case instructions
}

extension Experiment {
    public static var subject: StudySubject { .articles }

    /// Runs the experiment's command line and exits with a documented code.
    public static func main() async {
        await ExperimentCommand<Self>.runAsProgram()
    }
}

/// `<experiment> [run|plan] [options]`.
struct ExperimentCommand<Notes: Experiment>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Notes.name, abstract: Notes.abstract, discussion: ExitStatus.helpTable,
            subcommands: [RunCommand<Notes>.self, PlanCommand<Notes>.self, SettingsCommand<Notes>.self],
            defaultSubcommand: RunCommand<Notes>.self)
    }
}

struct RunCommand<Notes: Experiment>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "run", abstract: "Run the experiment; run again to continue.",
            discussion: "What is done is not done again: a killed or interrupted run continues where it stopped.")
    }

    @OptionGroup var options: StudyOptions

    func run() async throws {
        Interruption.handleSignals()
        let study = try Study(Notes.self, options: options)
        try await study.run(Notes.self)
    }
}

struct PlanCommand<Notes: Experiment>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "plan", abstract: "Show each step, whether it would run, why, and for how long.")
    }

    @OptionGroup var options: StudyOptions

    func run() async throws {
        let study = try Study(Notes.self, options: options, planning: true)
        try await study.run(Notes.self)
    }
}

struct SettingsCommand<Notes: Experiment>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "settings", abstract: "List every setting with its value for a preset.")
    }

    @OptionGroup var options: StudyOptions

    func run() async throws {
        for (name, value, help) in try options.settings().listing {
            print("\(name): \(value.canonicalJSON)".padding(toLength: 56, withPad: " ", startingAt: 0) + " # " + help)
        }
    }
}
