import ArgumentParser
import Notebook
import Reporting

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how far the current run, or another, is.",
        discussion: "May be asked from a second terminal while the run goes on.")

    @Argument(
        help: ArgumentHelp("A run's identifier or its start; the latest run when left out.", valueName: "run"))
    var identifier: String?

    @OptionGroup var options: ReaderOptions

    func run() throws {
        let store = try options.store()
        let record = try identifier.map(store.run(matching:)) ?? store.latestRun()
        let status = try store.status(of: record)
        options.answer(json: status.json, text: Self.text(status))
    }

    static func text(_ status: RunStatus) -> String {
        var summary = "\(status.run.id) (\(status.run.preset)): \(status.state.rawValue)"
        if let current = status.current {
            summary += ", at step \"\(current.cell.name)\""
            if let left = current.secondsLeft { summary += ", about \(DurationText.of(seconds: left)) left in it" }
        } else if status.state == .interrupted || status.state == .incomplete {
            summary += "; run the same command to continue"
        }
        let rows = status.cells.map { cell in
            [
                cell.name, cell.state.rawValue, cell.total.map { "\(cell.completed)/\($0)" } ?? "",
                DurationText.of(seconds: cell.seconds), cell.reason,
            ]
        }
        return Table(
            summary, ["step", "state", "done", "time", "why"], numbers: ["done", "time"], rows: rows
        ).text()
    }
}

extension Store {
    /// - Throws: ``UserFailure`` (missing input) when there is none.
    func latestRun() throws -> RunRecord {
        guard let run = try runs().first else {
            throw UserFailure(
                "there is no run", location: workspace.path, why: "the store is empty",
                remedy: "start one, e.g. `precis run baseline`", exitStatus: .missingInput)
        }
        return run
    }
}
