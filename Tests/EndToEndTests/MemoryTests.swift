import Foundation
import Testing

/// What a process needs of memory, as the system counted it.
struct MemoryTests {
    /// The model's float32 values, 538 MB, are never all in memory. Of SmolLM2 in float32 there are codes alone, 84 MB, and
    /// the embeddings for a moment, 113; in bfloat16 packed weights of 269 MB come, and codes on CPUs that multiply it.
    @Test(arguments: [("float32", 350_000_000), ("bfloat16", 620_000_000)])
    func aLoadedModelTakesLittleMoreThanItsWeights(precision: String, most: Int) async throws {
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
            "--maximum-tokens", "4", "--precision", precision,
        ])
        try #require(result.exitCode == 0, "\(result)")
        let peak = try #require(result.standardOutput.firstMatch(of: /peak ([0-9]+)/).flatMap { Int($0.1) }, "\(result)")
        #expect(peak * 1024 < most, "\(result)")
        #expect(peak * 1024 > 100_000_000, "\(result)")
    }
}
