import Foundation

/// Numbers as a table shows them. The number of decimals follows the interval: two significant digits
/// of its half-width, so that no digit is shown that the data do not support.
public enum NumberFormat {
    /// `"74.0 % [71.3, 76.6]"`; without an interval `"74.0 %"`.
    public static func percent(_ estimate: Estimate) -> String {
        number(estimate.value * 100, interval: estimate.interval.map { scaled($0, by: 100) }, unit: " %", signed: false)
    }

    /// A share in running text, `"74 %"`.
    public static func percent(_ share: Double) -> String { "\(fixed(share * 100, decimals: 0)) %" }

    /// A difference of two percentages, `"+4.2 points [+1.0, +7.4]"`.
    public static func percentagePoints(_ difference: Estimate) -> String {
        number(
            difference.value * 100, interval: difference.interval.map { scaled($0, by: 100) }, unit: " points",
            signed: true)
    }

    /// A plain number, `"81 [74, 88]"`, or with a unit, `"81 words [74, 88]"`.
    public static func plain(_ estimate: Estimate, unit: String = "", signed: Bool = false) -> String {
        number(estimate.value, interval: estimate.interval, unit: unit.isEmpty ? "" : " " + unit, signed: signed)
    }

    /// A share with its counts. At the edges a one-sided statement from Wilson's interval, never "0 %":
    /// `"0 of 1,050 (<= 0.36 %)"`, `"687 of 1,050 (65.4 % [62.5, 68.2])"`.
    public static func share(_ proportion: Proportion, confidence: Double = 0.95) -> String {
        let counts = "\(grouped(proportion.successes)) of \(grouped(proportion.trials))"
        let interval = proportion.wilsonInterval(confidence: confidence)
        if proportion.successes == 0 { return counts + " (<= \(bound(interval.upper)) %)" }
        if proportion.successes == proportion.trials {
            let shortfall = 1 - interval.lower
            return counts + " (>= \(fixed(100 * interval.lower, decimals: decimals(halfWidth: 100 * shortfall / 2))) %)"
        }
        return counts + " (\(percent(proportion.estimate(confidence: confidence))))"
    }

    /// `"p = 0.032"`, `"p < 0.001"`.
    public static func pValue(_ p: Double) -> String {
        p < 0.001 ? "p < 0.001" : "p = " + fixed(p, decimals: p < 0.1 ? 3 : 2)
    }

    /// Digits grouped by three: `"1,050"`.
    public static func grouped(_ count: Int) -> String {
        let digits = String(count.magnitude)
        var result = ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i).isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return count < 0 ? "-" + result : result
    }

    /// Fixed decimals with a point, whatever the locale; never `"-0.0"`.
    public static func fixed(_ value: Double, decimals: Int, signed: Bool = false) -> String {
        guard value.isFinite else { return "n/a" }
        let text = String(format: "%.\(decimals)f", locale: nil, value.magnitude)
        let isZero = !text.contains { $0 != "0" && $0 != "." }
        if isZero { return text }
        return value < 0 ? "-" + text : signed ? "+" + text : text
    }

    /// Decimals that show two significant digits of an interval's half-width, 0...6.
    public static func decimals(halfWidth: Double) -> Int {
        guard halfWidth.isFinite, halfWidth > 0 else { return 1 }
        return min(6, max(0, 1 - Int(log10(halfWidth).rounded(.down))))
    }

    private static func bound(_ upper: Double) -> String {
        fixed(100 * upper, decimals: decimals(halfWidth: 100 * upper))
    }

    private static func scaled(_ interval: Interval, by factor: Double) -> Interval {
        Interval(lower: interval.lower * factor, upper: interval.upper * factor)
    }

    private static func number(_ value: Double, interval: Interval?, unit: String, signed: Bool) -> String {
        let decimals = decimals(halfWidth: (interval?.width ?? 0) / 2)
        let text = fixed(value, decimals: decimals, signed: signed) + unit
        guard let interval else { return text }
        let lower = fixed(interval.lower, decimals: decimals, signed: signed)
        let upper = fixed(interval.upper, decimals: decimals, signed: signed)
        return "\(text) [\(lower), \(upper)]"
    }
}
