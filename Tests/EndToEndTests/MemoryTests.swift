import Foundation
import Testing

/// What a process needs of memory, as the system counted it.
struct MemoryTests {
    /// The model's float32 values and what is packed of them are never all in memory at once. SmolLM2's are 538 MB, and 538
    /// (in bfloat16 269) more; as they leave, codes of 84 MB and what the program needs come.
    @Test func loadingKeepsOneCopyOfTheWeights() async throws {
        let program = try Program(product: "precis")
        let model = Repository.cache.appendingPathComponent("SmolLM2-135M-Instruct.Q4_1.gguf").path
        // Kibibytes on Linux: getrusage(2).
        let measure = """
            import resource, subprocess, sys
            subprocess.run(sys.argv[1:], check=True)
            print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let result = try await Program(path: "/usr/bin/env").run([
            "python3", "-c", measure, program.url.path, "sample", "--model", model, "--prompt", "The sea is", "--n", "1",
            "--maximum-tokens", "4",
        ])
        try #require(result.exitCode == 0, "\(result)")
        let peak = try #require(result.standardOutput.firstMatch(of: /peak ([0-9]+)/).flatMap { Int($0.1) }, "\(result)")
        #expect(peak * 1024 < 790_000_000, "\(result)")
        #expect(peak * 1024 > 100_000_000, "\(result)")
    }
}
