import Foundation
import Preferences
import Statistics

/// The report's numbers for programs: `results.json` (every estimate), `results.csv` (every row) and
/// `results.tex` (the tables).
struct ResultFiles {
    let analysis: StudyAnalysis
    let claims: [Claim]
    let responses: [ResponseExperimentAnalysis]

    // MARK: CSV

    /// One line per article and system: `article,system,words,article_words,correct,failures`. `correct`
    /// is empty where the judge failed; `failures` are separated by spaces.
    func csv() -> String { Self.csv(analysis.systems) }

    /// The same of texts that summarise nothing; `nil` without any.
    func gamingCSV() -> String? { analysis.gaming.isEmpty ? nil : Self.csv(analysis.gaming) }

    private static func csv(_ systems: [SystemAnalysis]) -> String {
        var writer = CSVWriter()
        writer.append(["article", "system", "words", "article_words", "correct", "failures"])
        for system in systems {
            for outcome in system.system.outcomes {
                writer.append([outcome.articleID, system.name] + measures(outcome))
            }
        }
        return writer.text
    }

    /// One line per setting of a sweep and development article, after those of the original model (`method` is `original`);
    /// `nil` without any.
    func sweepsCSV() -> String? {
        let cells = analysis.results.sweeps.filter { !$0.outcomes.isEmpty }
        guard let first = cells.first else { return nil }
        var writer = CSVWriter()
        writer.append([
            "method", "rank", "beta", "learning_rate", "diverged", "chosen", "article", "words", "article_words", "correct", "failures",
        ])
        func append(_ setting: [String], _ outcomes: [ArticleOutcome]) {
            for outcome in outcomes { writer.append(setting + [outcome.articleID] + Self.measures(outcome)) }
        }
        append(["original", "", "", "", "false", "false"], first.originalOutcomes)
        for cell in cells {
            append(
                [
                    cell.method, cell.rank.map { "\($0)" } ?? "", cell.beta.isFinite ? "\(cell.beta)" : "", "\(cell.learningRate)",
                    "\(cell.diverged)", "\(cell.isChosen)",
                ], cell.outcomes)
        }
        return writer.text
    }

    private static func measures(_ outcome: ArticleOutcome) -> [String] {
        [
            "\(outcome.summaryWords)", "\(outcome.articleWords)", outcome.correct.map { "\($0)" } ?? "",
            outcome.failures.map(\.rawValue).joined(separator: " "),
        ]
    }

    /// One line per question, passage and reader of the judge's calibration; `choice` is empty for "Unsure".
    /// `nil` without any.
    func judgeCSV() -> String? {
        guard let readings = analysis.judge?.readings, !readings.isEmpty else { return nil }
        var writer = CSVWriter()
        writer.append(["split", "reader", "questions", "passage", "article", "question", "kind", "answer", "choice"])
        for reading in readings {
            writer.append([
                reading.split, reading.reader.rawValue, reading.questions.rawValue, reading.passage, reading.articleID,
                "\(reading.question)", reading.kind, "\(reading.answer)", reading.choice.map { "\($0)" } ?? "",
            ])
        }
        return writer.text
    }

    /// One line per text and article: `system,article,nats_per_word`; `nil` without any.
    func fluencyCSV() -> String? {
        guard let fluency = analysis.results.judge?.fluency, !fluency.summaries.isEmpty else { return nil }
        var writer = CSVWriter()
        writer.append(["system", "article", "nats_per_word"])
        for summary in fluency.summaries { writer.append([summary.system, summary.articleID, "\(summary.perWord)"]) }
        return writer.text
    }

    /// One line per response of experiments on instructions; `nil` without any. `set` is `training` for what was ranked
    /// in a round, with `place` among the instruction's responses and `role` in the pair (`chosen`, `rejected` or empty);
    /// otherwise it names the comparison, whose roles are `challenger` and `opponent`. `score` is empty without one;
    /// `readings` are the written scores, `-` for one that could not be read; `measures` is a JSON object.
    func responsesCSV() throws -> String? {
        guard !responses.isEmpty else { return nil }
        var writer = CSVWriter()
        writer.append([
            "experiment", "set", "round", "instruction", "place", "words", "cut_off", "score", "readings", "measures", "role",
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for experiment in responses.map(\.experiment) {
            for round in experiment.rounds {
                var places: [String: Int] = [:]
                let pairs = Dictionary(round.pairs.map { ($0.instructionID, $0) }, uniquingKeysWith: { first, _ in first })
                for response in round.scored.responses {
                    let place = places[response.instructionID, default: 0]
                    places[response.instructionID] = place + 1
                    let pair = pairs[response.instructionID]
                    writer.append([
                        experiment.experiment, "training", "\(round.round)", response.instructionID, "\(place)", "\(response.words)",
                        response.isCutOff ? "1" : "0", response.score.map { "\($0)" } ?? "",
                        response.readings.map { $0.map { "\($0)" } ?? "-" }.joined(separator: " "),
                        String(decoding: try encoder.encode(response.measures), as: UTF8.self),
                        pair?.chosenPlace == place ? "chosen" : pair?.rejectedPlace == place ? "rejected" : "",
                    ])
                }
            }
            for comparison in experiment.comparisons {
                for row in comparison.rows {
                    for (role, response) in [("challenger", row.challenger), ("opponent", row.opponent)] {
                        writer.append([
                            experiment.experiment, comparison.name, "\(comparison.round)", row.instructionID, "0", "\(response.words)",
                            response.isCutOff ? "1" : "0", response.score.map { "\($0)" } ?? "", "", "{}", role,
                        ])
                    }
                }
            }
        }
        return writer.text
    }

    // MARK: LaTeX

    func latex(_ tables: [Table]) -> String {
        """
        % The tables of the report; needs the packages below. Compiles with pdflatex.
        \\documentclass{article}
        \\usepackage[T1]{fontenc}
        \\usepackage{textcomp,booktabs,graphicx}
        \\usepackage[landscape,margin=1cm]{geometry}
        \\begin{document}
        \\scriptsize
        \\setlength{\\tabcolsep}{3pt}

        """ + tables.map { $0.latex() }.joined(separator: "\n") + "\\end{document}\n"
    }

    // MARK: JSON

    private struct Document: Encodable {
        struct Metric: Encodable {
            var value: Double
            var lower: Double?
            var upper: Double?
            var count: Int

            init(_ estimate: Estimate) {
                value = estimate.value
                lower = estimate.interval?.lower
                upper = estimate.interval?.upper
                count = estimate.count
            }
        }
        struct System: Encodable {
            var name: String
            var label: String
            var kind: String
            var round: Int
            var experiment: String
            var run: String
            var metrics: [String: Metric]
            var wins: [String: [String: Int]]
            /// Per preference function, wins and losses by what decided them.
            var winsByReason: [String: [String: Int]]
            var lossesByReason: [String: [String: Int]]
            var failures: [String: Int]
            var frontierProbability: Double?
        }
        struct Setting: Encodable {
            var method: String
            var rank: Int?
            var beta: Double?
            var learningRate: Double
            var diverged: Bool
            var chosen: Bool
            var winRate: Metric
            var accuracy: Metric
            var medianCompression: Metric
            var pValueAgainstBest: Double?
        }
        struct ClaimEntry: Encodable {
            var number: Int
            var claim: String
            var ours: String
            var verdict: String
        }
        struct Round: Encodable {
            struct Bin: Encodable {
                var from: Double
                var below: Double
                var responses: Int
            }
            var round: Int
            var answeredBy: String
            var trained: String
            var ranker: String
            /// Whether scores compare within an instruction only.
            var isRelative: Bool
            var responses: Int
            var pairs: Int
            var pairDrops: [String: Int]
            var instructionDrops: [String: Int]
            var score: Metric?
            var words: Metric?
            var cutOff: Metric?
            var unscored: Metric?
            var parsed: Metric?
            /// Over the digits 0 to 5.
            var expected: Metric?
            /// Standard deviation within an instruction.
            var spread: Double?
            var histogram: [Bin]
            /// Texts by the score in them, then by why there is none.
            var readings: [String: Int]
            /// Shares of readings for names that begin with `unread: `, means otherwise.
            var measures: [String: Metric]
            /// Instructions without a pair because of equal scores.
            var ties: Metric?
            /// Instructions whose responses all have one score, by what they are scored with.
            var equal: [String: Metric]
            var chosenIsLonger: Metric?
            var rejectedCutOff: Int
            var chosenCutOff: Int
        }
        struct HeadToHead: Encodable {
            var name: String
            var round: Int
            var challenger: String
            var opponent: String
            var ranker: String
            var wins: Int
            var ties: Int
            var losses: Int
            var signTest: Double
            var winRate: Metric
            var wordDifference: Metric
            var scoreDifference: Metric?
        }
        struct Policy: Encodable {
            var name: String
            var ranker: String
            var score: Metric?
            var words: Metric
            var cutOff: Metric
        }
        struct Reward: Encodable {
            var mode: String
            var chosen: Bool
            var scored: Int
            var texts: Int
            /// Share of instructions on which the response is preferred, by the worse text.
            var preferredTo: [String: Metric]
        }
        struct Responses: Encodable {
            var experiment: String
            var run: String
            var rounds: [Round]
            var comparisons: [HeadToHead]
            /// Under rankers whose scores mean something by themselves.
            var policies: [Policy]
            var rewardCheck: [Reward]?
            var deviations: [String]
        }
        struct Judge: Encodable {
            struct Group: Encodable {
                var split: String
                var reader: String
                var questions: String
                var passage: String
                var answers: Int
                var correct: Metric
                var unsure: Metric
                var wrong: Metric
            }
            struct Agreement: Encodable {
                var reader: String
                var answers: Int
                var agreeing: Metric
                var chance: Double
                var kappa: Metric?
            }
            struct Rule: Encodable {
                struct Answers: Encodable {
                    var questions: Int
                    var correct: Double
                    var unsure: Double
                    var wrong: Double
                }
                var unaidedWeight: Double
                var minimumPosterior: Double
                var minimumGain: Double
                var minimumAdvantage: Double
                var maximumUnaidedPosterior: Double
                var isTuned: Bool
                /// Why the thresholds are the standard ones.
                var fallback: String?
                var developmentArticles: Int
                /// By passage.
                var development: [String: Answers]
            }
            struct Defects: Encodable {
                var answers: Int
                var reasons: [String: Int]
            }
            var passages: [Group]
            var agreement: [Agreement]
            var rule: Rule?
            var defects: Defects?
            var reading: JudgeEvidence.Reading?
        }
        struct Fluency: Encodable {
            struct System: Encodable {
                var name: String
                var measured: Int
                var notFluent: Int
            }
            var threshold: Double
            var passages: Int
            var systems: [System]
        }
        var schema = 3
        var title: String
        var original: String
        var articles: Int
        var rootSeed: UInt64
        var draws: Int
        var confidence: Double
        var systems: [System]
        var sweeps: [Setting]
        var claims: [ClaimEntry]
        var judge: Judge?
        var gaming: [System]
        var fluency: Fluency?
        /// Experiments on instructions; left out where none ran.
        var responses: [Responses]?
    }

    func json() throws -> String {
        let document = Document(
            title: analysis.results.title, original: analysis.results.originalSystem, articles: analysis.count,
            rootSeed: analysis.results.rootSeed, draws: analysis.bootstrap.draws, confidence: analysis.bootstrap.confidence,
            systems: analysis.systems.map { entry($0, analysis.comparisons[$0.name]) },
            sweeps: analysis.sweeps.flatMap { sweep in
                sweep.settings.map { setting in
                    Document.Setting(
                        method: sweep.method, rank: sweep.rank, beta: setting.cell.beta.isFinite ? setting.cell.beta : nil, learningRate: setting.cell.learningRate,
                        diverged: setting.cell.diverged, chosen: setting.cell.isChosen, winRate: .init(setting.record.rate),
                        accuracy: .init(setting.accuracy), medianCompression: .init(setting.medianCompression),
                        pValueAgainstBest: setting.pValueAgainstBest)
                }
            },
            claims: claims.map { .init(number: $0.number, claim: $0.text, ours: $0.ours, verdict: $0.verdict.rawValue) },
            judge: analysis.judge.map(judge), gaming: analysis.gaming.map { entry($0, analysis.gamingComparisons[$0.name]) },
            fluency: analysis.results.judge?.fluency.map(fluency), responses: responses.isEmpty ? nil : responses.map(entry))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    }

    private func entry(_ analysis: ResponseExperimentAnalysis) -> Document.Responses {
        Document.Responses(
            experiment: analysis.experiment.experiment, run: analysis.experiment.runID, rounds: analysis.rounds.map(entry),
            comparisons: analysis.comparisons.map { entry in
                Document.HeadToHead(
                    name: entry.comparison.name, round: entry.comparison.round, challenger: entry.comparison.challenger,
                    opponent: entry.comparison.opponent, ranker: entry.comparison.ranker.name, wins: entry.winRate.wins,
                    ties: entry.winRate.ties, losses: entry.winRate.losses, signTest: entry.winRate.signTest.pValue,
                    winRate: .init(entry.winRate.rate), wordDifference: .init(entry.wordDifference),
                    scoreDifference: entry.comparison.ranker.isRelative ? nil : entry.scoreDifference.map { .init($0) })
            },
            policies: analysis.policies.map { policy in
                Document.Policy(
                    name: policy.label, ranker: policy.ranker.name, score: policy.reward.map { .init($0) }, words: .init(policy.words),
                    cutOff: .init(policy.cutOff.estimate()))
            },
            rewardCheck: analysis.rewardCheck.map { check in
                check.modes.map { mode in
                    Document.Reward(
                        mode: mode.mode.name, chosen: mode.mode.isChosen, scored: mode.scored, texts: mode.count,
                        preferredTo: Dictionary(
                            zip(check.foils, mode.preferences).compactMap { foil, preference in preference.map { (foil, .init($0)) } },
                            uniquingKeysWith: { first, _ in first }))
                }
            }, deviations: analysis.experiment.deviations)
    }

    private func entry(_ analysis: RoundAnalysis) -> Document.Round {
        func counts(_ reasons: [CountedReason]) -> [String: Int] {
            Dictionary(reasons.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
        }
        let (round, scored) = (analysis.round, analysis.scored)
        let scores = round.scored.responses.compactMap(\.score)
        let bins = scores.min().flatMap { low in scores.max().map { ScoreBins(from: low, to: $0) } }
        return Document.Round(
            round: round.round, answeredBy: round.startLabel, trained: round.trainedLabel, ranker: round.scored.ranker.name,
            isRelative: round.scored.ranker.isRelative, responses: round.scored.responses.count, pairs: round.pairs.count,
            pairDrops: counts(round.pairDrops), instructionDrops: counts(round.instructionDrops),
            score: scored.meanScore.map { .init($0) }, words: scored.meanWords.map { .init($0) },
            cutOff: scored.cutOff.map { .init($0.estimate) }, unscored: scored.unscored.map { .init($0.estimate) },
            parsed: scored.parsed.map { .init($0.estimate) }, expected: scored.expected.map { .init($0) }, spread: scored.spread,
            histogram: bins.map { bins in
                zip(0..., bins.counts(scores)).map { bin, count in
                    .init(from: bins.edge(bin), below: bins.edge(bin + 1), responses: count)
                }
            } ?? [], readings: counts(scored.readings),
            measures: Dictionary(
                scored.measures.map { measure in
                    switch measure.value {
                    case .unread(let share): (measure.name, .init(share.estimate))
                    case .mean(let mean, _): (measure.name, .init(mean))
                    }
                }, uniquingKeysWith: { first, _ in first }),
            ties: analysis.ties.map { .init($0.estimate()) },
            equal: Dictionary(
                scored.equal.compactMap { entry in entry.share.map { (entry.name, .init($0.estimate())) } },
                uniquingKeysWith: { first, _ in first }),
            chosenIsLonger: analysis.chosenIsLonger.map { .init($0.estimate()) }, rejectedCutOff: analysis.rejectedCutOff,
            chosenCutOff: analysis.chosenCutOff)
    }

    private func judge(_ judge: JudgeAnalysis) -> Document.Judge {
        Document.Judge(
            passages: judge.groups.map {
                .init(
                    split: $0.split, reader: $0.reader.rawValue, questions: $0.questions.rawValue, passage: $0.passage,
                    answers: $0.count, correct: .init($0.correct.estimate), unsure: .init($0.unsure.estimate), wrong: .init($0.wrong.estimate))
            },
            agreement: judge.agreements.map {
                .init(
                    reader: $0.reader.rawValue, answers: $0.count, agreeing: .init($0.agreeing.estimate), chance: $0.chance,
                    kappa: $0.kappa.map(Document.Metric.init))
            },
            rule: analysis.results.judge?.rule.map(entry),
            defects: analysis.results.judge?.defects.map { defects in
                .init(answers: defects.answers, reasons: Dictionary(defects.reasons.map { ($0.reason, $0.count) }, uniquingKeysWith: +))
            },
            reading: analysis.results.judge?.reading)
    }

    private func entry(_ tuning: ClozeRuleTuning) -> Document.Judge.Rule {
        func shares(_ answers: ClozeRuleTuning.Answers) -> Document.Judge.Rule.Answers {
            let count = Double(max(answers.count, 1))
            return .init(
                questions: answers.count, correct: Double(answers.correct) / count, unsure: Double(answers.unsure) / count,
                wrong: Double(answers.wrong) / count)
        }
        return Document.Judge.Rule(
            unaidedWeight: tuning.rule.unaidedWeight, minimumPosterior: tuning.rule.minimumPosterior,
            minimumGain: tuning.rule.minimumGain, minimumAdvantage: tuning.rule.minimumAdvantage,
            maximumUnaidedPosterior: tuning.rule.maximumUnaidedPosterior, isTuned: tuning.fallback == nil, fallback: tuning.fallback,
            developmentArticles: tuning.articleCount,
            development: ["full article": shares(tuning.fullArticle), "another article": shares(tuning.otherArticle)])
    }

    private func fluency(_ fluency: JudgeEvidence.Fluency) -> Document.Fluency {
        Document.Fluency(
            threshold: fluency.threshold, passages: fluency.passageCount,
            systems: (analysis.systems + analysis.gaming).compactMap { system in
                analysis.notFluent(system.system).map { .init(name: system.name, measured: $0.trials, notFluent: $0.successes) }
            })
    }

    private func entry(_ system: SystemAnalysis, _ comparison: Comparison?) -> Document.System {
        var metrics: [String: Document.Metric] = [
            "accuracy": .init(system.accuracy), "at_least_3": .init(system.atLeast3.estimate()),
            "at_least_4": .init(system.atLeast4.estimate()), "median_compression": .init(system.medianCompression),
            "mean_compression": .init(system.meanCompression), "mean_words": .init(system.meanWords),
            "failed": .init(system.failed.estimate()),
        ]
        var wins: [String: [String: Int]] = [:]
        var winsByReason: [String: [String: Int]] = [:]
        var lossesByReason: [String: [String: Int]] = [:]
        if let comparison {
            metrics["accuracy_difference"] = .init(comparison.accuracyDifference)
            metrics["compression_difference"] = .init(comparison.compressionDifference)
            for record in comparison.records {
                metrics["win_rate_\(record.rule.rawValue)"] = .init(record.rate)
                wins[record.rule.rawValue] = [
                    "wins": record.winRate.wins, "ties": record.winRate.ties, "losses": record.winRate.losses,
                ]
                winsByReason[record.rule.rawValue] = record.winRate.winsByReason
                lossesByReason[record.rule.rawValue] = record.winRate.lossesByReason
            }
        }
        return Document.System(
            name: system.name, label: system.label, kind: system.system.kind.rawValue, round: system.system.round,
            experiment: system.system.experiment, run: system.system.runID, metrics: metrics, wins: wins,
            winsByReason: winsByReason, lossesByReason: lossesByReason,
            failures: Dictionary(uniqueKeysWithValues: system.failures.map { ($0.kind.rawValue, $0.share.successes) }),
            frontierProbability: analysis.frontierSystem(system.name)?.frontierProbability)
    }
}
