extension ClozeJudge {
    /// What the judge chooses where it must choose: how far its questions can be guessed.
    ///
    /// Without a passage it is the likeliest continuation of the statement alone; with one, the option whose
    /// log-likelihood gained most. A question is worth asking when the right option is no likelier than by chance
    /// to be chosen from a passage that does not hold the answer.
    ///
    /// - Parameter passage: `nothing`, or one that an article gives.
    public func guesses(
        sets: [QuestionSet], articles: [Article], passage: Calibration.Passage, seed: UInt64
    ) throws -> Calibration {
        let cases = Calibration.cases(
            sets: sets.filter { !$0.questions.isEmpty }, articles: articles, passages: [passage], seed: seed)
        let unaided = try unaidedLogLikelihoods(of: cases.map(\.request.questions))
        // Nothing gains over nothing: there the statement has to decide.
        let aided = passage == .nothing ? unaided : try logLikelihoods(cases.map { ($0.request.summary, $0.request.questions.questions) })
        var result = Calibration()
        for (index, one) in cases.enumerated() {
            let choices = zip(aided[index], unaided[index]).map { aided, unaided in
                Self.guess(passage == .nothing ? unaided : zip(aided, unaided).map { $0 - $1 })
            }
            result.add(Judgement(choices: choices), to: one.request.questions, passage: passage)
        }
        return result
    }

    /// The largest; of equals the first.
    private static func guess(_ scores: [Double]) -> Int? { scores.indices.max { scores[$0] < scores[$1] } }
}
