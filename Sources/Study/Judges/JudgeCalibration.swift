import Notebook

/// The judge's calibration by itself, without an experiment's other steps.
public enum JudgeCalibration {
    /// Runs it, or finds what an experiment with the same judge and articles measured in the workspace.
    public static func run(_ options: StudyOptions) async throws {
        Interruption.handleSignals()
        let study = try Study(Notes.self, options: options)
        try await study.run(Notes.self)
    }

    private struct Notes: Experiment {
        static let name = "calibrate"
        static let abstract = "Have the judge answer from passages whose worth is known."
        static let source = #filePath

        static func run(_ study: Study) async throws {
            let articles = try await study.articles()
            let bank = try await study.questions(for: articles)
            let best = try await study.evaluateBestOfN(study.original, on: .test, of: articles, with: bank)
            try await study.calibrateJudge(on: articles, with: bank, best: best)
        }
    }
}
