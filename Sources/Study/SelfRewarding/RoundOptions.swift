import ArgumentParser
import Notebook
import SelfRewards

/// Options of experiments in rounds.
public struct RoundOptions: ParsableArguments {
    @Option(help: "Rounds of iteration2 and of self-rewarding; short for --set rounds=N --set rewards.rounds=N.")
    public var rounds: Int?

    @Option(
        help: ArgumentHelp(
            "Graded responses from which self-rewarding learns to grade first: JSON Lines with instruction, response, "
                + "judgement and score. Default: none.",
            valueName: "file"))
    public var judgeExamples: String?

    public init() {}

    public func validate() throws {
        if let rounds, rounds < 1 { throw ValidationError("--rounds is at least 1") }
    }

    /// What a run depends on besides its settings. A broken file is found here, before anything runs.
    /// - Throws: `JudgeExampleError`.
    var identity: KeyValue? {
        get throws { try judgeExamples.map { try JudgeExampleSet(JudgeExampleFile(path: $0)) }.map { .string($0.key) } }
    }
}
