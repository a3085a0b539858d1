import Statistics

/// How the rewards that a model offers score responses and texts that are plainly worse. Pure data.
public struct RewardCheck: Sendable, Codable, Equatable {
    /// One instruction.
    public struct Row: Sendable, Codable, Equatable {
        public var instructionID: String
        /// Of the response, then of each worse text; `nil` where the reward gave none.
        public var scores: [Double?]

        public init(instructionID: String, scores: [Double?]) {
            self.instructionID = instructionID
            self.scores = scores
        }
    }

    public struct Mode: Sendable, Codable, Equatable {
        /// As the settings call it.
        public var name: String
        public var label: String
        /// Whether it is the one that pairs are made by.
        public var isChosen: Bool
        public var rows: [Row]

        public init(name: String, label: String, isChosen: Bool, rows: [Row]) {
            self.name = name
            self.label = label
            self.isChosen = isChosen
            self.rows = rows
        }
    }

    /// What the worse texts are, in the order of their scores.
    public var foils: [String]
    public var modes: [Mode]

    public init(foils: [String], modes: [Mode]) {
        self.foils = foils
        self.modes = modes
    }
}

/// How well each reward tells responses from what is worse.
struct RewardCheckAnalysis: Sendable {
    struct Mode: Sendable {
        let mode: RewardCheck.Mode
        /// Share of instructions on which the response is preferred to each worse text, equal scores counting half; `nil`
        /// without any pair of scores.
        let preferences: [Estimate?]
        /// Texts with a score, of all.
        let scored: Int
        let count: Int
    }

    let foils: [String]
    let modes: [Mode]

    init(_ check: RewardCheck, bootstrap: ArticleBootstrap) throws {
        foils = check.foils
        modes = try check.modes.map { mode in
            let all = mode.rows.flatMap(\.scores)
            return Mode(
                mode: mode,
                preferences: try check.foils.enumerated().map { place, foil in
                    let rows = mode.rows.compactMap { row -> (articleID: String, value: Double)? in
                        guard row.scores.count > place + 1, let response = row.scores[0], let worse = row.scores[place + 1] else {
                            return nil
                        }
                        return (row.instructionID, response > worse ? 1 : response < worse ? 0 : 0.5)
                    }
                    if rows.isEmpty { return nil }
                    // Where all go one way, resampling says nothing: Wilson's bound. Of ties alone there is no interval.
                    if let value = rows.first?.value, rows.allSatisfy({ $0.value == value }) {
                        guard value != 0.5 else {
                            return Estimate(value: value, interval: nil, confidence: bootstrap.confidence, count: rows.count)
                        }
                        return try Proportion(successes: value == 1 ? rows.count : 0, of: rows.count)
                            .estimate(confidence: bootstrap.confidence)
                    }
                    return bootstrap.mean(of: try ArticleScores(rows), metric: "reward/\(mode.name)/\(foil)")
                }, scored: all.count { $0 != nil }, count: all.count)
        }
    }

    func table(id: String) -> Table {
        Table(
            id: id, caption: "How often a response is preferred to a worse text",
            columns: [.init("Reward", alignment: .leading), .init("Scored")] + foils.map { .init("Over", detail: $0) }
                + [.init("", alignment: .leading)],
            rows: modes.map { mode in
                .init(
                    [.init(mode.mode.label), .init("\(mode.scored) of \(mode.count)", value: Double(mode.scored))]
                        + mode.preferences.map { $0.map { .percent($0) } ?? .missing } + [.init(mode.mode.isChosen ? "chosen" : "")])
            },
            notes: ["50 % is chance. Intervals are 95 % over instructions."])
    }

    /// What the check says of the chosen reward, in words that say no more than the intervals do; `nil` without one.
    var finding: String? {
        guard let chosen = modes.first(where: \.mode.isChosen) else { return nil }
        var (told, wrong, open) = ([String](), [String](), [String]())
        for (foil, preference) in zip(foils, chosen.preferences) {
            if let lower = preference?.interval?.lower, lower > 0.5 {
                told.append(foil)
            } else if let upper = preference?.interval?.upper, upper < 0.5 {
                wrong.append(foil)
            } else {
                open.append(foil)
            }
        }
        var parts: [String] = []
        if !told.isEmpty { parts.append("tells a response from \(told.joined(separator: " or "))") }
        if !open.isEmpty { parts.append("cannot be shown to tell it from \(open.joined(separator: " or "))") }
        if !wrong.isEmpty { parts.append("prefers \(wrong.joined(separator: " or ")) to it") }
        return "The chosen reward (\(chosen.mode.label)) " + parts.joined(separator: ", and ") + "."
    }
}

extension ResponseTables {
    /// The check of a reward, and its finding, for notebook pages.
    /// - Throws: `StatisticsError`.
    public static func rewardCheck(_ check: RewardCheck, rootSeed: UInt64) throws -> (table: Table, finding: String?) {
        let analysis = try RewardCheckAnalysis(check, bootstrap: ArticleBootstrap(rootSeed: rootSeed))
        return (analysis.table(id: "reward-check"), analysis.finding)
    }
}
