import ArgumentParser
import Dispatch

/// Speed and memory of the engine, one workload per process so that the peak memory is the workload's own.
/// Every workload prints one JSON object; `Benchmarks/run` collects them beside those of the peers.
struct EngineBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-benchmark",
        abstract: "Tokens per second and peak memory of sampling, scoring and training on the real model.",
        subcommands: [
            PrepareCommand.self, PrefillCommand.self, ScoringCommand.self, JudgingCommand.self, DecodingCommand.self,
            SamplingCommand.self, TrainingCommand.self, TrajectoryCommand.self,
        ])
}

/// An asynchronous `main` leaves the main thread, which valgrind does not survive (see `without-avx512`); so only
/// workloads that wait for something do that.
@main
enum Program {
    static func main() {
        do {
            var command = try EngineBenchmark.parseAsRoot()
            guard let waiting = command as? AsyncParsableCommand else { return try command.run() }
            nonisolated(unsafe) var asynchronous = waiting
            Task {
                do {
                    try await asynchronous.run()
                    EngineBenchmark.exit()
                } catch {
                    EngineBenchmark.exit(withError: error)
                }
            }
            dispatchMain()
        } catch {
            EngineBenchmark.exit(withError: error)
        }
    }
}
