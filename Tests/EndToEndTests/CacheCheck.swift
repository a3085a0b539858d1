import Foundation
import Testing

/// The cache of a real run, seen through `plan`.
struct CacheCheck {
    /// Of a finished run of `baseline`.
    let workspace: TemporaryFolder
    /// What it was run with.
    let options: [String]

    /// Names of the steps that would run.
    private func planned(_ arguments: [String]) async throws -> [String] {
        let result = try await Program(product: "baseline").run(
            ["plan", "--workspace", workspace.url.path] + options + arguments, timeout: .seconds(120))
        try #require(result.exitCode == 0, "\(result)")
        #expect(result.standardOutput.contains("steps would run"))
        return result.standardOutput.split(separator: "\n").filter { $0.hasPrefix("run ") }
            .map { $0.dropFirst(6).components(separatedBy: "  [")[0] }
    }

    /// What changes an input of a step makes it run again, what changes only the spelling does not.
    func changedInputsMissAndOtherSpellingsHit() async throws {
        let all = try await Program(product: "baseline").run(
            ["plan", "--workspace", workspace.url.path] + options, timeout: .seconds(120)
        ).standardOutput.split(separator: "\n").count { $0.hasPrefix("done") }
        #expect(all > 10)

        // The same study said otherwise.
        let copy = try workspace.write(
            Data(contentsOf: Repository.cache.appendingPathComponent("lee_background.cor")), to: "elsewhere/renamed.cor")
        let block = try workspace.write("sampling:\n  top_p: 0.95\n  temperature: 0.5\nseed: 21\n", to: "block.yaml")
        let flow = try workspace.write(
            "# the same\n\"seed\": 21\nsampling: {temperature: 5.0e-1, top_p: .95}\n", to: "flow.yaml")
        for arguments in [
            [], ["--threads", "1"], ["--articles", copy.path], ["--config", block.path], ["--config", flow.path],
        ] {
            #expect(try await planned(arguments) == [], "\(arguments)")
        }

        // Greedy summaries do not depend on the temperature; samples and what is made of them do.
        let sampling = try await planned(["--set", "sampling.temperature=0.6"])
        #expect(sampling.contains("sample test summaries") && sampling.contains("judge test summaries"))
        #expect(!sampling.contains("summarise test articles") && !sampling.contains("questions"))
        // The limit of tokens concerns every summary by the model, and no question.
        let limit = try await planned(["--set", "sampling.maximum_tokens=31"])
        #expect(limit.contains("summarise test articles") && limit.contains("sample test summaries"))
        #expect(!limit.contains("questions") && !limit.contains("evaluate First 2 sentences on test"))
        // Every step depends on the articles.
        var text = try String(contentsOf: copy, encoding: .utf8)
        text.replaceSubrange(text.startIndex..<text.index(after: text.startIndex), with: "The ")
        let changed = try workspace.write(text, to: "elsewhere/changed.cor")
        #expect(try await planned(["--articles", changed.path]).contains("articles"))
        #expect(try await planned(["--set", "seed=22"]).count == all)
    }
}
