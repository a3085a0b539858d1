import LanguageModel
import Notebook
import Preferences
import Reporting

extension Study {
    /// Answers of one reader to one choice of questions from one kind of passage: a unit of work.
    private struct CalibrationTask: Hashable {
        var part: ArticleSplit.Part
        var reader: JudgeReading.Reader
        var questions: JudgeReading.Questions
        var passage: Calibration.Passage
    }

    /// Has the judge answer from passages whose worth is known, on development and test articles: those questions that it
    /// asks, and of `judge.calibration_articles` all it could ask. Of so many test articles also with its prompt in other
    /// words, and where it must choose; and has the original model name the letter of the answer, to see whether two
    /// readers agree.
    ///
    /// - Parameter best: a good summary of each test article, from ``evaluateBestOfN(_:on:of:with:line:)``.
    public func calibrateJudge(
        on articles: ArticleSets, with bank: QuestionBank, best: Evaluation, line: Int = #line
    ) async throws {
        let inputs: [String: KeyValue] = [
            "judge": .string(bank.judgeKey), "articles": .string(articles.key), "best": .string(best.key), "seed": KeyValue(settings.seed),
            "calibrationArticles": .int(settings.judge.calibrationArticles),
        ]
        try await step(
            "calibrate the judge", version: 5, inputs: inputs, line: line,
            work: {
                StepWork(
                    units: calibrationTasks().count, unit: "passages",
                    referenceUnits: Double(articles.development.count + articles.test.count), memoryBytes: scoringBytes)
            },
            calls: {
                try answerCalls(articles.development + articles.test, textsPerArticle: Calibration.Passage.allCases.count, bank)
            }
        ) { cell in
            try await calibrate(articles, bank, best, cell)
            for table in try JudgeTables(bank.readings(best: best.key), rootSeed: settings.seed).all() { cell.show(table.markdown()) }
        }
    }

    private func calibrationTasks() -> [CalibrationTask] {
        let isCloze = options.judge == .cloze
        func tasks(
            _ part: ArticleSplit.Part, _ reader: JudgeReading.Reader, _ questions: JudgeReading.Questions,
            _ passages: [Calibration.Passage]
        ) -> [CalibrationTask] {
            // The best of several samples is of test articles only.
            passages.filter { $0 != .bestSample || part == .test }
                .map { CalibrationTask(part: part, reader: reader, questions: questions, passage: $0) }
        }
        let few: [Calibration.Passage] = [.fullArticle, .lead3, .bestSample, .otherArticle]
        var result: [CalibrationTask] = []
        for part in [ArticleSplit.Part.development, .test] {
            result += tasks(part, .judge, .asked, Calibration.Passage.allCases)
            if isCloze {
                result += tasks(part, .judge, .candidates, [.fullArticle, .otherArticle, .nothing])
            }
            // What nothing was chosen by is measured where results are.
            guard part == .test else { continue }
            if isCloze {
                result += tasks(part, .paraphrase, .asked, few)
                for questions in [JudgeReading.Questions.asked, .candidates] {
                    result += tasks(part, .forced, questions, [.otherArticle, .nothing])
                }
            }
            // The original model as the second reader, unless it is the first one already.
            if options.judge != .prompted(model: nil) { result += tasks(part, .letters, .asked, few) }
        }
        return result
    }

    private func calibrate(_ articles: ArticleSets, _ bank: QuestionBank, _ best: Evaluation, _ cell: Cell) async throws {
        let present = Dictionary(
            grouping: try bank.readings(best: best.key),
            by: { [$0.split, $0.reader.rawValue, $0.questions.rawValue, $0.passage] }
        ).mapValues { Set($0.map(\.articleID)) }
        let judge = try judge(articles)
        let asked = try bank.sets()
        let tasks = calibrationTasks()
        let missing = tasks.compactMap { task -> (task: CalibrationTask, articles: [Article])? in
            let wanted = self.articles(of: task, articles, asked)
            let answered = present[[task.part.rawValue, task.reader.rawValue, task.questions.rawValue, task.passage.rawValue]] ?? []
            let open = wanted.filter { !answered.contains($0.id) }
            return open.isEmpty ? nil : (task, open)
        }
        let progress = try cell.progress(total: tasks.count, completed: tasks.count - missing.count, unit: "passages")
        let bestSamples = Dictionary(uniqueKeysWithValues: try best.rows().map { ($0.articleID, $0.summary) })
        var candidates: [ArticleSplit.Part: [String: QuestionSet]] = [:]
        for (task, open) in missing {
            let known: [String: QuestionSet]
            switch task.questions {
            case .asked:
                known = asked
            case .candidates:
                if candidates[task.part] == nil, let cloze = judge as? ClozeJudge {
                    let sets = try cloze.candidateSets(for: self.articles(of: task, articles, asked))
                    candidates[task.part] = Dictionary(uniqueKeysWithValues: sets.map { ($0.articleID, $0) })
                }
                known = candidates[task.part] ?? [:]
            }
            let sets = open.compactMap { known[$0.id] }
            let result = try await calibration(task, of: judge, sets: sets, articles: articles, bestSamples: bestSamples)
            try store.save(
                calibrationAnswers: result.answers.map { answer in
                    CalibrationAnswerRecord(
                        judgeKey: bank.judgeKey, split: task.part.rawValue, reader: task.reader.rawValue,
                        questions: task.questions.rawValue, passage: task.passage.storedName(best: best.key),
                        articleID: answer.articleID, question: answer.question, kind: answer.kind.rawValue, answer: answer.answer,
                        choice: answer.choice, defect: answer.defect)
                })
            try progress.advance()
            try cell.checkInterruption()
        }
    }

    /// The judge answers its own questions on all articles; what else there is to know of it takes some.
    private func articles(
        of task: CalibrationTask, _ articles: ArticleSets, _ asked: [String: QuestionSet]
    ) -> [Article] {
        let all = task.questions == .asked ? articles[task.part].filter { asked[$0.id] != nil } : articles[task.part]
        let count = settings.judge.calibrationArticles
        let isOwn = (task.reader == .judge || task.reader == .forced) && task.questions == .asked
        return isOwn || count == 0 ? all : Array(all.prefix(count))
    }

    private func calibration(
        _ task: CalibrationTask, of judge: any Judge, sets: [QuestionSet], articles: ArticleSets, bestSamples: [String: String]
    ) async throws -> Calibration {
        var sets = sets
        let reader: any Judge
        switch task.reader {
        case .judge:
            reader = judge
        case .forced:
            guard let cloze = judge as? ClozeJudge else { return Calibration() }
            return try cloze.guesses(sets: sets, articles: articles[task.part], passage: task.passage, seed: settings.seed)
        case .paraphrase:
            reader = clozeJudge(articles, prompt: .paraphrase)
            // What the options' likelihoods are without a passage depends on the prompt too.
            for index in sets.indices { sets[index].unaidedLogLikelihoods = nil }
        case .letters:
            reader = try promptedJudge(reading: loaded, with: originalModel, mode: .letter)
        }
        return try await reader.calibration(
            sets: sets, articles: articles[task.part], passages: [task.passage], bestSamples: bestSamples, seed: settings.seed)
    }
}

extension Calibration.Passage {
    /// As the store names it: one judge may read samples of several models and temperatures.
    fileprivate func storedName(best: String) -> String { self == .bestSample ? "\(rawValue) \(best)" : rawValue }
}

extension QuestionBank {
    /// The judge's calibration, with the best samples of one evaluation.
    /// - Parameter best: ``Evaluation/key`` of that evaluation; `nil` leaves them out.
    func readings(best: String?) throws -> [JudgeReading] {
        let sample = Calibration.Passage.bestSample
        return try store.calibrationAnswers(judgeKey: judgeKey).compactMap { row in
            var passage = row.passage
            if passage.hasPrefix(sample.rawValue) {
                guard let best, passage == sample.storedName(best: best) else { return nil }
                passage = sample.rawValue
            }
            guard let reader = JudgeReading.Reader(rawValue: row.reader),
                let questions = JudgeReading.Questions(rawValue: row.questions)
            else { return nil }
            return JudgeReading(
                split: row.split, reader: reader, questions: questions, passage: passage, articleID: row.articleID,
                question: row.question, kind: row.kind, answer: row.answer, choice: row.choice, defect: row.defect)
        }
    }
}
