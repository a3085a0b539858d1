import Foundation
import GRDB
import Notebook
import Testing

@Suite("precis")
struct PrecisTests {
    let workspace: FixtureWorkspace
    private var path: String { workspace.url.path }

    init() async throws { workspace = try await FixtureWorkspace() }

    /// Changes the store as a person with an SQLite tool would.
    private func edit(_ sql: String) throws {
        try DatabaseQueue(path: workspace.url.appendingPathComponent(Store.fileName).path).write { db in
            try db.execute(sql: sql)
            #expect(db.changesCount > 0)
        }
    }

    @Test func helpListsEveryExitCode() throws {
        let help = try Program.run("--help")
        #expect(help.status == 0)
        #expect(help.output.contains(ExitStatus.helpTable))
        for command in ["run", "plan", "status", "runs", "compare", "verify", "export", "doctor"] {
            #expect(help.output.contains("\n  \(command) "))
            #expect(try Program.run(command, "--help").status == 0)
        }
    }

    @Test(arguments: [["nothing"], ["compare", "one"], ["runs", "--what"], ["run", "no-such-experiment"]])
    func wrongCommandLines(arguments: [String]) throws {
        let result =
            arguments.count == 1 ? try Program.run(arguments[0]) : try Program.run(arguments[0], arguments[1])
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
    }

    @Test func aMissingStoreIsMissingInput() throws {
        for command in ["status", "verify", "runs"] {
            let result = try Program.run(command, "--workspace", path + "/nowhere")
            #expect(result.status == 66)
            #expect(result.error.hasPrefix("error: cannot open the store\n  where: \(path)/nowhere/precis.sqlite\n"))
        }
    }

    @Test func listsRuns() throws {
        let text = try Program.run("runs", "list", "--workspace", path)
        #expect(text.status == 0)
        #expect(text.output.contains(workspace.firstRun) && text.output.contains(workspace.secondRun))
        guard case .array(let runs) = try Program.run("runs", "--json", "--workspace", path).json() else {
            Issue.record("not a list")
            return
        }
        #expect(Set(runs.map { $0.members["run"] }) == [.string(workspace.firstRun), .string(workspace.secondRun)])
        #expect(runs.allSatisfy { $0.members["state"] == "done" })
        #expect(try Program.run("runs", "--experiment", "sft", "--json", "--workspace", path).output == "[]\n")
    }

    @Test func showsARun() throws {
        let json = try Program.run("runs", "show", workspace.firstRun, "--json", "--workspace", path).json().members
        #expect(json["settings"] == ["seed": 1])
        #expect(json["systems"] == [["name": "original", "label": "Original", "split": "test", "articles": 4, "details": [:]]])
        let text = try Program.run("runs", "show", workspace.firstRun, "--workspace", path)
        #expect(text.output.contains(#/\nevaluate +done +4/4 /#))
        #expect(try Program.run("runs", "show", "nothing", "--workspace", path).status == 66)
        #expect(try Program.run("runs", "show", "baseline", "--workspace", path).status == 66, "two runs match")
    }

    @Test func removesRuns() throws {
        let short = String(workspace.firstRun.dropLast(2))
        #expect(try Program.run("runs", "rm", short, "--workspace", path).status == 64, "only in full")
        #expect(try Program.run("runs", "rm", workspace.firstRun, "--workspace", path).status == 0)
        let left = try Program.run("runs", "--json", "--workspace", path).json()
        #expect(left.displayText.contains(workspace.secondRun.prefix(8)))
        #expect(try Program.run("runs", "show", workspace.firstRun, "--workspace", path).status == 66)
        #expect(try Program.run("verify", "--workspace", path).status == 0)
    }

    @Test func removingWaitsForNobody() throws {
        let writer = try Store(workspace: workspace.url, access: .readWrite)
        let result = try Program.run("runs", "rm", workspace.firstRun, "--workspace", path)
        #expect(result.status == 73)
        #expect(result.error.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
        #expect(try writer.runs().count == 2)
    }

    @Test("status tells a run that goes on from one whose process is gone")
    func status() async throws {
        try edit("UPDATE run SET state = 'running', finishedAt = NULL WHERE id = '\(workspace.secondRun)'")
        try edit("UPDATE cell SET state = 'running', completed = 1, seconds = 30 WHERE runID = '\(workspace.secondRun)'")
        var status = try Program.run("status", workspace.secondRun, "--json", "--workspace", path).json().members
        #expect(status["state"] == "interrupted")
        #expect(try Program.run("status", workspace.secondRun, "--workspace", path).output.contains("continue"))
        let writer = try Store(workspace: workspace.url, access: .readWrite)
        status = try Program.run("status", workspace.secondRun, "--json", "--workspace", path).json().members
        #expect(status["state"] == "running")
        // One of four took 30 s.
        #expect(status["seconds_left"] == 90)
        #expect(writer.isBeingWritten)
    }

    @Test func comparesRuns() throws {
        let same = try Program.run("compare", workspace.firstRun, workspace.firstRun, "--workspace", path)
        #expect(same.status == 0)
        let different = try Program.run("compare", workspace.firstRun, workspace.secondRun, "--workspace", path)
        #expect(different.status == 3)
        #expect(different.output.contains("seed changed 1 -> 2"))
        let json = try Program.run("compare", workspace.firstRun, workspace.secondRun, "--json", "--workspace", path)
        #expect(json.status == 3)
        let members = try json.json().members
        #expect(members["same_results"] == false && members["changed_steps"] == ["evaluate"])
        guard case .array(let systems)? = members["systems"], let system = systems.first?.members else {
            Issue.record("no systems")
            return
        }
        #expect(system["rows_that_differ"] == 1 && system["articles"] == 4)
        // "s2<ESC>[2J" has one word, "much longer s2" three: (0 + 0 + 2 + 0) / 4.
        #expect(system["words"]?.members["difference"] == 0.5)
        #expect(system["accuracy"]?.members["difference"] == 0)
        // Articles have ten words.
        guard case .double(let compression)? = system["compression"]?.members["difference"] else {
            Issue.record("no compression")
            return
        }
        #expect(abs(compression - 0.05) < 1e-12)
    }

    @Test func comparesSystems() throws {
        let (a, b) = (workspace.firstRun + "/original", workspace.secondRun + "/original")
        #expect(try Program.run("compare", a, a, "--workspace", path).status == 0)
        #expect(try Program.run("compare", a, b, "--workspace", path).status == 3)
        #expect(try Program.run("compare", a, workspace.secondRun, "--workspace", path).status == 64)
        let missing = try Program.run("compare", a, workspace.secondRun + "/dpo", "--workspace", path)
        #expect(missing.status == 66)
        #expect(missing.error.contains("original (test)"))
    }

    @Test("verify finds any one number that was changed by hand", arguments: [
        "UPDATE evaluationRow SET words = words + 1 WHERE articleID = 'a1' AND evaluationID = 1",
        "UPDATE evaluationRow SET correct = 0 WHERE articleID = 'a1' AND evaluationID = 1",
        "UPDATE evaluationRow SET answers = '[0,3]' WHERE articleID = 'a1' AND evaluationID = 1",
        "UPDATE evaluationRow SET summary = 's1' WHERE articleID = 'a1' AND evaluationID = 1",
        "UPDATE judgement SET correct = 0 WHERE articleID = 'a3'",
        "UPDATE questionSet SET questions = '[{\"answer\":0},{\"answer\":2}]' WHERE articleID = 'a2'",
        "UPDATE article SET words = 9 WHERE id = 'a0'",
        "UPDATE sample SET words = 99 WHERE articleID = 'a0' AND sampleIndex = 0",
        "UPDATE run SET settings = '{\"seed\":3}' WHERE settings = '{\"seed\":1}'",
        "UPDATE cell SET inputs = '{\"seed\":3}' WHERE inputs = '{\"seed\":1}'",
        "UPDATE cell SET version = 2",
    ])
    func verify(change: String) throws {
        let clean = try Program.run("verify", "--workspace", path)
        #expect(clean.status == 0, "\(clean.output)\(clean.error)")
        try edit(change)
        let changed = try Program.run("verify", "--workspace", path)
        #expect(changed.status == 3)
        #expect(changed.output.contains("is stored as"))
        let json = try Program.run("verify", "--json", "--workspace", path)
        #expect(json.status == 3)
        #expect(try json.json().members["differences"] != [])
    }

    @Test func exportsPairs() throws {
        #expect(try Program.run("export", "pairs", "--workspace", path).status == 64, "there are two sets")
        let lines = try Program.run("export", "pairs", "--set", "pairs-1", "--workspace", path).jsonLines()
        #expect(
            lines == (0..<2).map { index in
                [
                    "prompt": [["role": "user", "content": .string("Summarize a\(index)")]],
                    "chosen": [["role": "assistant", "content": index == 0 ? "s0" : "s1 <b>"]],
                    "rejected": [["role": "assistant", "content": "other"]],
                ]
            })
        try edit("DELETE FROM prompt")
        #expect(try Program.run("export", "pairs", "--set", "pairs-1", "--workspace", path).status == 66)
    }

    @Test func exportsResults() throws {
        let lines = try Program.run("export", "results", "--run", workspace.firstRun, "--workspace", path).jsonLines()
        #expect(lines.map { $0.members["article_id"] } == ["a0", "a1", "a2", "a3"])
        #expect(lines[0].members["answers"] == [0, nil])
        #expect(lines[2].members["summary"] == "s2\u{1B}[2J")
        #expect(try Program.run("export", "results", "--split", "train", "--workspace", path).output.isEmpty)
    }

    @Test func doctorNamesWhatIsMissing() throws {
        let empty = workspace.url.appendingPathComponent("cache").path
        let result = try Program.run("doctor", "--json", "--workspace", path, environment: ["PRECIS_CACHE": empty])
        #expect(result.status == 66)
        guard case .array(let checks) = try result.json() else {
            Issue.record("not a list")
            return
        }
        let byName = Dictionary(uniqueKeysWithValues: checks.map { ($0.members["check"]?.displayText ?? "", $0.members) })
        #expect(byName["model"]?["result"] == "failed")
        #expect(byName["store"]?["found"] == "2 runs")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        try Data("GG".utf8).write(to: URL(fileURLWithPath: empty + "/SmolLM2-135M-Instruct.Q4_1.gguf"))
        #expect(try Program.run("doctor", "--workspace", path, environment: ["PRECIS_CACHE": empty]).status == 65)
    }

    /// bash completes a command's name with the script; the other shells may not be there to ask.
    @Test func bashCompletes() throws {
        let script = workspace.url.appendingPathComponent("completion.bash")
        try FileManager.default.createDirectory(at: workspace.url, withIntermediateDirectories: true)
        try Data(try Program.run("--generate-completion-script", "bash").output.utf8).write(to: script)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [
            "-c",
            """
            set -eu; source "$1"
            function=$(complete -p precis | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            COMP_WORDS=(precis ver) COMP_CWORD=1 COMP_LINE='precis ver' COMP_POINT=10
            set +eu; "$function" precis ver precis; echo "${COMPREPLY[*]}"
            """, "bash", script.path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && output == "verify\n", "\(output)")
    }

    @Test func completionScriptsKnowTheCommands() throws {
        for shell in ["bash", "zsh", "fish"] {
            let script = try Program.run("--generate-completion-script", shell)
            #expect(script.status == 0 && script.output.contains("doctor"))
        }
    }
}
