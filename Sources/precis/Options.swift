import ArgumentParser
import Foundation
import Notebook
import Reporting

/// Where a command reads, and in which form it answers.
struct ReaderOptions: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("Folder with the store of the experiments.", valueName: "folder"),
        completion: .directory)
    var workspace = "workspace"

    @Flag(name: .long, help: "Answer with JSON on standard output.")
    var json = false

    var workspaceURL: URL { URL(fileURLWithPath: workspace) }

    func store() throws -> Store { try Store(workspace: workspaceURL, access: .readOnly) }

    /// Writes the answer: `json` with `--json`, the table otherwise.
    func answer(json: @autoclosure () -> KeyValue, text: @autoclosure () -> String) {
        Answer.write(self.json ? json().canonicalJSON + "\n" : text())
    }
}

enum Answer {
    /// Writes a result to standard output. A reader that went away ends the command quietly.
    static func write(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            Foundation.exit(ExitStatus.ok.rawValue)
        }
    }
}

extension Table {
    /// A table of short texts, all to the left but for the columns named in `numbers`.
    init(_ caption: String, _ headers: [String], numbers: Set<String> = [], rows: [[String]]) {
        self.init(
            id: "answer", caption: caption,
            columns: headers.map { Column($0, alignment: numbers.contains($0) ? .trailing : .leading) },
            rows: rows.map { Row($0.map { Cell($0) }) })
    }
}
