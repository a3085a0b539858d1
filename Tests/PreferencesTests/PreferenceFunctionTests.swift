import Preferences
import Testing

@Suite struct PreferenceFunctionTests {
    private func outcome(_ function: PreferenceFunction, _ a: (Int, Int), _ b: (Int, Int)) -> PreferenceOutcome {
        function.compare(ScoredSummary(correct: a.0, words: a.1), ScoredSummary(correct: b.0, words: b.1))
    }

    /// The table of the three variants, cell by cell: (first, second) -> preferred side and reason.
    @Test func failuresThatLeaveNothingLoseToAnySummary() {
        for failure in SummaryFailure.allCases {
            let score = ScoredSummary(correct: 3, words: 20, failures: [failure])
            let isMeasured = failure == .tokenLimit || failure == .repetition
            #expect(score == (isMeasured ? ScoredSummary(correct: 3, words: 20) : nil), "\(failure)")
        }
        #expect(ScoredSummary(correct: nil, words: 20, failures: []) == nil)
        #expect(ScoredSummary(correct: 0, words: 0, failures: []) == nil)
    }

    @Test(arguments: [
        // Both at least 3: shorter, whatever the accuracy.
        (PreferenceFunction.article, (3, 20), (5, 30), PreferenceOutcome.Side?.some(.first), PreferenceOutcome.Reason.shorterBothAtLeast3),
        (.evaluation, (3, 20), (5, 30), .first, .shorterBothAtLeast3),
        (.training, (3, 20), (5, 30), .first, .shorterBothAtLeast3),
        // Lengths 1 and 2 apart: too close for training only; 3 apart is enough.
        (.article, (4, 22), (4, 20), .second, .shorterBothAtLeast3),
        (.evaluation, (4, 21), (4, 20), .second, .shorterBothAtLeast3),
        (.training, (4, 22), (4, 20), nil, .similarLength),
        (.training, (4, 23), (4, 20), .second, .shorterBothAtLeast3),
        // Equal lengths.
        (.article, (3, 20), (5, 20), nil, .equalLength),
        (.evaluation, (3, 20), (5, 20), nil, .equalLength),
        (.training, (3, 20), (5, 20), nil, .similarLength),
        // One below 3: more accurate, however long.
        (.article, (2, 10), (3, 190), .second, .moreAccurate),
        (.evaluation, (2, 10), (3, 190), .second, .moreAccurate),
        (.training, (2, 10), (3, 190), .second, .moreAccurate),
        (.training, (1, 10), (0, 10), .first, .moreAccurate),
        // Equal below 3: shorter, or no pair in training.
        (.article, (2, 10), (2, 11), .first, .shorterLowTie),
        (.evaluation, (0, 30), (0, 11), .second, .shorterLowTie),
        (.training, (2, 10), (2, 190), nil, .equalAccuracy),
        (.article, (2, 10), (2, 10), nil, .equalLength),
        (.evaluation, (1, 10), (1, 10), nil, .equalLength),
    ])
    func everyCell(
        function: PreferenceFunction, a: (Int, Int), b: (Int, Int), side: PreferenceOutcome.Side?, reason: PreferenceOutcome.Reason
    ) {
        #expect(outcome(function, a, b) == PreferenceOutcome(preferred: side, reason: reason))
    }

    @Test func swappingSwapsTheSide() {
        for function in PreferenceFunction.allCases {
            for a in 0...5 {
                for b in 0...5 {
                    for words in [18, 19, 20, 21, 25] {
                        let there = outcome(function, (a, 20), (b, words))
                        let back = outcome(function, (b, words), (a, 20))
                        #expect(there.reason == back.reason && there.winShare + back.winShare == 1)
                    }
                }
            }
        }
    }

    @Test func failuresLose() {
        let summary = ScoredSummary(correct: 0, words: 150)
        #expect(PreferenceFunction.evaluation.compare(summary, nil) == PreferenceOutcome(preferred: .first, reason: .onlyValid))
        #expect(PreferenceFunction.training.compare(nil, summary) == PreferenceOutcome(preferred: .second, reason: .onlyValid))
        #expect(PreferenceFunction.article.compare(nil, nil) == PreferenceOutcome(preferred: nil, reason: .neitherValid))
    }

    @Test func winRateAndItsParts() {
        let original = ScoredSummary(correct: 3, words: 50)
        let systems: [ScoredSummary?] = [
            ScoredSummary(correct: 3, words: 40), ScoredSummary(correct: 5, words: 60), ScoredSummary(correct: 2, words: 10),
            ScoredSummary(correct: 4, words: 50), nil,
        ]
        let record = WinRecord(systems.map { (system: $0, original: original) }, under: .evaluation)
        // Shorter; longer; less accurate; equal length; failed.
        #expect(record.wins == [.shorterBothAtLeast3: 1])
        #expect(record.losses == [.shorterBothAtLeast3: 1, .moreAccurate: 1, .onlyValid: 1])
        #expect(record.ties == [.equalLength: 1])
        // (1 + 0.5) / 5
        #expect(record.winRate == 0.3)
        #expect(WinRecord().winRate == nil)
        let low = WinRecord([(system: ScoredSummary(correct: 1, words: 9), original: ScoredSummary(correct: 1, words: 30))], under: .training)
        #expect(low.ties == [.equalAccuracy: 1] && low.winRate == 0.5)
    }
}

/// The three worked examples that the article shows: right letters, and what the judge answered from the summaries
/// of the original model, DPO rounds 1 and 2, and GPT-4o in 2 and in 3 sentences.
@Suite struct WorkedExampleTests {
    static let examples: [(letters: String, answers: [String], correct: [Int])] = [
        ("BCABB", ["UCAUU", "UCAAB", "BCAAB", "UCAUU", "BCABU"], [2, 3, 4, 2, 4]),
        ("AEECA", ["AEEUA", "AEUUA", "AEUUA", "AEUUA", "AEAUA"], [4, 3, 3, 3, 3]),
        ("DCEBD", ["UUUBU", "UCUBU", "DCEBD", "DUUBU", "UUUBD"], [1, 2, 5, 2, 2]),
    ]

    @Test(arguments: 0..<3) func accuracies(example: Int) {
        let (letters, answers, correct) = Self.examples[example]
        let set = QuestionSet(
            articleID: "example", questions: letters.map { letter in
                Question(kind: .written, text: "?", options: ["1", "2", "3", "4", "5"], answer: Array("ABCDE").firstIndex(of: letter) ?? 0)
            })
        for (text, expected) in zip(answers, correct) {
            for mode in ParserMode.allCases {
                let lines = text.enumerated().map { "Q\($0 + 1)) " + ($1 == "U" ? "Unsure." : "\($1).") }.joined(separator: "\n")
                let judgement = AnswerParser(mode: mode).judgement(in: lines, questionCount: 5)
                #expect(judgement.correctCount(of: set) == expected)
                #expect(judgement.failure == nil && judgement.remarks == [])
            }
        }
    }
}
