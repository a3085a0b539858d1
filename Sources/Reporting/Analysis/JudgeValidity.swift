import Statistics

/// What the calibration rows say about the judge: does it read, or guess?
struct JudgeValidity: Sendable {
    /// Correct answers when it sees the whole article, and when it sees nothing, as shares.
    let full: Double
    let nothing: Double

    init?(_ rows: [CalibrationRow]) {
        func correct(_ word: String) -> Double? {
            let matching = rows.filter { $0.passage.lowercased().contains(word) }
            let total = matching.reduce(0) { $0 + $1.correct + $1.wrong + $1.unsure }
            return total == 0 ? nil : Double(matching.reduce(0) { $0 + $1.correct }) / Double(total)
        }
        guard let full = correct("full article"), let nothing = correct("nothing") else { return nil }
        self.full = full
        self.nothing = nothing
    }

    var sentence: String {
        "a judge that answers \(NumberFormat.fixed(full * 100, decimals: 0)) % right from the full article and \(NumberFormat.fixed(nothing * 100, decimals: 0)) % from nothing"
    }
}
