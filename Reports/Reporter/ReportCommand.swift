import ArgumentParser
import Foundation
import Notebook
import Reporting
import Study

@main
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write the report of a workspace: HTML, Markdown, figures and data.",
        discussion: "Reads the store and never trains. The same store gives the same bytes.\n\n" + ExitStatus.helpTable)

    static func main() async { await runAsProgram() }

    @Option(help: "Folder of the study.", completion: .directory)
    var workspace = "workspace"

    @Option(help: "Folder to write to. Default: report, in the workspace.", completion: .directory)
    var output: String?

    @Option(help: "Report runs of this preset. Default: that of the newest run.")
    var preset: Preset?

    func run() async throws {
        let folder = URL(fileURLWithPath: workspace, isDirectory: true)
        let store = try Store(workspace: folder, access: .readOnly)
        let results = try StudyResults(reading: store, preset: preset?.rawValue)
        let target = output.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? folder.appendingPathComponent("report")
        let report = try ReportBuilder(results).write(to: target)
        for sentence in report.verdict { print(sentence) }
        print(target.appendingPathComponent("report.html").path)
    }
}
