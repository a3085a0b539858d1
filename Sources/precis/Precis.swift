import ArgumentParser
import Notebook
import Study

@main
struct Precis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "precis",
        abstract: "Runs experiments in preference tuning, and reads what they measured.",
        discussion: """
            Experiments write to a workspace folder; every other command reads it, also while a run is going on.

            \(ExitStatus.helpTable)
            """,
        version: Provenance.programVersion,
        subcommands: [
            RunCommand.self, PlanCommand.self, StatusCommand.self, RunsCommand.self, CompareCommand.self,
            VerifyCommand.self, ExportCommand.self, DoctorCommand.self, TokenizeCommand.self, SampleCommand.self,
            CalibrateCommand.self, ServeCommand.self, ScoreCommand.self, TrainCommand.self, ConvertCommand.self, PublishCommand.self,
        ])

    static func main() async { await runAsProgram() }
}
