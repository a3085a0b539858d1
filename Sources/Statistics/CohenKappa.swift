/// Agreement of two judges beyond chance.
///
/// Sources: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
/// Measurement 20 (1960) 37-46; standard error: J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample
/// standard errors of kappa and weighted kappa", Psychological Bulletin 72 (1969) 323-327.
public struct CohenKappa: Sendable, Codable, Hashable {
    /// 1 is full agreement, 0 what chance alone gives; `nil` when both judges always gave one and the
    /// same label, where kappa is not defined.
    public let value: Double?
    /// Share of items with equal labels.
    public let observedAgreement: Double
    /// Share expected from the two judges' label frequencies alone.
    public let chanceAgreement: Double
    /// Large-sample standard error with items taken as independent; `nil` where `value` is.
    public let standardError: Double?
    /// Number of items.
    public let count: Int

    /// - Parameter labels: what each judge said of each item.
    /// - Throws: `StatisticsError.emptySample`.
    public init<Label: Hashable>(_ labels: some Sequence<(first: Label, second: Label)>) throws {
        var numbers: [Label: Int] = [:]
        let pairs = labels.map { pair in
            (numbers.number(of: pair.first), numbers.number(of: pair.second))
        }
        guard !pairs.isEmpty else { throw StatisticsError.emptySample("the agreement of two judges") }
        var table = ContingencyTable(labelCount: numbers.count)
        for pair in pairs { table.add(pair, times: 1) }
        self.init(table)
    }

    init(_ table: ContingencyTable) {
        let n = Double(table.total)
        let k = table.labelCount
        let rows = (0..<k).map { i in Double((0..<k).reduce(0) { $0 + table[i, $1] }) / n }
        let columns = (0..<k).map { j in Double((0..<k).reduce(0) { $0 + table[$1, j] }) / n }
        let observed = Double((0..<k).reduce(0) { $0 + table[$1, $1] }) / n
        let chance = zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
        observedAgreement = observed
        chanceAgreement = chance
        count = table.total
        guard chance < 1 else {
            value = nil
            standardError = nil
            return
        }
        let kappa = (observed - chance) / (1 - chance)
        // Fleiss, Cohen and Everitt (1969), equation 13.
        var diagonal = 0.0
        var offDiagonal = 0.0
        for i in 0..<k {
            for j in 0..<k {
                let share = Double(table[i, j]) / n
                if i == j {
                    let term = 1 - (rows[i] + columns[i]) * (1 - kappa)
                    diagonal += share * term * term
                } else {
                    offDiagonal += share * (columns[i] + rows[j]) * (columns[i] + rows[j])
                }
            }
        }
        let bias = kappa - chance * (1 - kappa)
        let variance =
            (diagonal + (1 - kappa) * (1 - kappa) * offDiagonal - bias * bias) / ((1 - chance) * (1 - chance) * n)
        value = kappa
        standardError = max(0, variance).squareRoot()
    }

    /// The normal interval, inside -1...1; `nil` where `value` is.
    public func interval(confidence: Double = 0.95) -> Interval? {
        guard let value, let standardError else { return nil }
        let half = NormalDistribution.twoSidedQuantile(confidence: confidence) * standardError
        return Interval(lower: value - half, upper: value + half).clamped(to: -1...1)
    }
}

extension ArticleBootstrap {
    /// Kappa with an interval that takes articles, not their questions, as independent.
    /// - Returns: `nil` when kappa is not defined.
    /// - Throws: `StatisticsError.emptySample`.
    public func kappa<Label: Hashable>(
        of labels: some Sequence<(articleID: String, first: Label, second: Label)>, metric: String
    ) throws -> Estimate? {
        let items = labels.sorted { $0.articleID.utf8.lexicographicallyPrecedes($1.articleID.utf8) }
        guard let value = try CohenKappa(items.map { (first: $0.first, second: $0.second) }).value else { return nil }
        var numbers: [Label: Int] = [:]
        var articleNumbers: [String: Int] = [:]
        let numbered = items.map { item in
            (
                article: articleNumbers.number(of: item.articleID),
                labels: (numbers.number(of: item.first), numbers.number(of: item.second))
            )
        }
        return estimate(value: value, articleCount: articleNumbers.count, metric: metric) { multiplicities in
            var table = ContingencyTable(labelCount: numbers.count)
            for item in numbered { table.add(item.labels, times: Int(multiplicities[item.article])) }
            return table.total > 0 ? CohenKappa(table).value ?? .nan : .nan
        }
    }
}

/// How often two judges gave each pair of labels.
struct ContingencyTable {
    let labelCount: Int
    private(set) var total = 0
    private var counts: [Int]

    init(labelCount: Int) {
        self.labelCount = labelCount
        counts = Array(repeating: 0, count: labelCount * labelCount)
    }

    subscript(first: Int, second: Int) -> Int { counts[first * labelCount + second] }

    mutating func add(_ labels: (Int, Int), times: Int) {
        counts[labels.0 * labelCount + labels.1] += times
        total += times
    }
}

extension Dictionary where Value == Int {
    /// Numbers keys 0, 1, 2, ... in the order in which they are first seen.
    fileprivate mutating func number(of key: Key) -> Int {
        if let number = self[key] { return number }
        let number = count
        self[key] = number
        return number
    }
}
