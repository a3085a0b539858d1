import Foundation
import Testing

/// Tab in bash, after the script that each program writes for it; the other shells may not be there to ask.
struct CompletionTests {
    /// What bash offers for the last word.
    private func offers(_ program: String, _ words: [String]) async throws -> Set<String> {
        let folder = try TemporaryFolder()
        let written = try await Program(product: program).run(["--generate-completion-script", "bash"])
        #expect(written.exitCode == 0, "\(written)")
        try folder.write(written.standardOutput, to: "completion.bash")
        try folder.write("", to: "study.yaml")
        try folder.write("", to: "notes.txt")
        let line = words.joined(separator: " ")
        let result = try await Program(path: "/bin/bash").run(
            [
                "-c",
                """
                source completion.bash
                name=$1; shift
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
                function=$(complete -p "$name" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                "$function" "$name" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}" || true
                printf '%s\\n' "${COMPREPLY[@]}"
                """, "bash", program,
            ] + words, in: folder.url)
        #expect(result.exitCode == 0, "\(line): \(result)")
        return Set(result.standardOutput.split(separator: "\n").map(String.init))
    }

    @Test func commandsAndOptions() async throws {
        #expect(try await offers("precis", ["precis", "ver"]) == ["verify"])
        #expect(try await offers("precis", ["precis", "export", "pa"]) == ["pairs"])
        #expect(try await offers("baseline", ["baseline", "pl"]) == ["plan"])
        #expect(try await offers("beta-sweep", ["beta-sweep", "run", "--art"]) == ["--articles"])
        #expect(try await offers("report", ["report", "--work"]) == ["--workspace"])
    }

    @Test func values() async throws {
        #expect(try await offers("baseline", ["baseline", "run", "--preset", ""]) == ["smoke", "quick", "full", "paper"])
        #expect(try await offers("precis", ["precis", "run", "lora"]) == ["lora-rank64"])
        #expect(try await offers("sft", ["sft", "run", "--config", "st"]) == ["study.yaml"])
    }
}
