import Statistics

/// What the judge's calibration says in one sentence: does it read, or guess?
struct JudgeValidity: Sendable {
    /// Share of questions answered right from the whole article, and from another one.
    let full: Double
    let other: Double
    /// Whether these are all questions the judge could ask, not only those it kept for answering them right.
    let isOfCandidates: Bool

    /// Test articles where there are any; questions before any is left out where that was measured.
    init?(_ readings: [JudgeReading]) {
        let own = readings.filter { $0.reader == .judge }
        let choices: [(questions: JudgeReading.Questions, split: String)] = [
            (.candidates, "test"), (.candidates, "development"), (.asked, "test"), (.asked, "development"),
        ]
        for choice in choices {
            let group = own.filter { $0.questions == choice.questions && $0.split == choice.split }
            func correct(_ passage: String) -> Double? {
                let answers = group.filter { $0.passage == passage }
                return answers.isEmpty ? nil : Double(answers.count { $0.choice == $0.answer }) / Double(answers.count)
            }
            guard let full = correct("full article"), let other = correct("another article") else { continue }
            self.full = full
            self.other = other
            isOfCandidates = choice.questions == .candidates
            return
        }
        return nil
    }

    var sentence: String {
        func percent(_ share: Double) -> String { "\(NumberFormat.fixed(share * 100, decimals: 0)) %" }
        return "a judge that answers \(percent(full)) of the questions it \(isOfCandidates ? "could ask" : "asks") right from the full article "
            + "and \(percent(other)) from another article"
    }
}
