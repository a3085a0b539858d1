import Foundation

/// Durations as people read them.
public enum DurationText {
    /// `0.4 s`, `12 s`, `2:38`, `1:04:09`.
    public static func of(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        if seconds < 9.95 { return fixed(seconds, 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        let (minutes, second) = (whole / 60 % 60, whole % 60)
        let hours = whole / 3600
        return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(second))" : "\(minutes):\(padded(second))"
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

/// A moment in UTC, `2026-11-21 06:48:54`.
public enum TimeText {
    public static func of(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }
}

/// Sizes as people read them, in binary units.
public enum ByteCount {
    public static func text(_ bytes: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return (unit == 0 || value >= 99.5 ? "\(Int(value.rounded()))" : fixed(value, 1)) + " " + units[unit]
    }
}

/// A number with a fixed count of decimals, independent of the locale.
func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return value.description }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A rate with three significant digits: `4.12`, `38.5`, `1240`.
func rateText(_ value: Double) -> String {
    guard value.isFinite else { return "?" }
    return value >= 99.95 ? fixed(value, 0) : value >= 9.995 ? fixed(value, 1) : fixed(value, 2)
}
