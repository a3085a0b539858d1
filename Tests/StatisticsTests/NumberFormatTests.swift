import Statistics
import Testing

struct NumberFormatTests {
    private func estimate(_ value: Double, _ lower: Double, _ upper: Double) -> Estimate {
        Estimate(value: value, interval: Interval(lower: lower, upper: upper), confidence: 0.95, count: 1050)
    }

    @Test func decimalsFollowTheInterval() {
        #expect(NumberFormat.percent(estimate(0.74, 0.7126, 0.7659)) == "74.0 % [71.3, 76.6]")
        #expect(NumberFormat.percent(estimate(0.5, 0.25, 0.75)) == "50 % [25, 75]")
        #expect(NumberFormat.percent(estimate(0.5, 0.499, 0.501)) == "50.00 % [49.90, 50.10]")
        #expect(NumberFormat.percent(Estimate(value: 0.74, interval: nil, confidence: 0.95, count: 1)) == "74.0 %")
        #expect(NumberFormat.plain(estimate(81.2, 60.4, 99.6), unit: "words") == "81 words [60, 100]")
        #expect(NumberFormat.plain(estimate(0.61234, 0.58, 0.64)) == "0.612 [0.580, 0.640]")
    }

    @Test func differencesCarryTheirSign() {
        #expect(NumberFormat.percentagePoints(estimate(0.042, 0.01, 0.074)) == "+4.2 points [+1.0, +7.4]")
        #expect(NumberFormat.percentagePoints(estimate(-0.0001, -0.03, 0.03)) == "0.0 points [-3.0, +3.0]")
    }

    @Test func sharesAtTheEdges() throws {
        #expect(NumberFormat.share(try Proportion(successes: 0, of: 1050)) == "0 of 1,050 (<= 0.36 %)")
        #expect(NumberFormat.share(try Proportion(successes: 1050, of: 1050)) == "1,050 of 1,050 (>= 99.64 %)")
        #expect(NumberFormat.share(try Proportion(successes: 687, of: 1050)) == "687 of 1,050 (65.4 % [62.5, 68.2])")
        #expect(NumberFormat.share(try Proportion(successes: 0, of: 3)) == "0 of 3 (<= 56 %)")
    }

    @Test func numbers() {
        #expect(NumberFormat.grouped(0) == "0" && NumberFormat.grouped(999) == "999")
        #expect(NumberFormat.grouped(1_234_567) == "1,234,567" && NumberFormat.grouped(-1050) == "-1,050")
        #expect(NumberFormat.pValue(0.0321) == "p = 0.032" && NumberFormat.pValue(0.0001) == "p < 0.001")
        #expect(NumberFormat.pValue(0.5) == "p = 0.50")
        #expect(NumberFormat.fixed(-0.04, decimals: 1) == "0.0" && NumberFormat.fixed(.nan, decimals: 1) == "n/a")
    }
}
