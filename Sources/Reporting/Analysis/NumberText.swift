import Statistics

/// Numbers as cells and sentences show them.
enum NumberText {
    /// `0.03`, `2e-05`: the shortest decimal that reads back as the same number.
    static func plain(_ value: Double) -> String {
        if value != 0, value.magnitude < 0.001 || value.magnitude >= 1e7 {
            var exponent = 0
            var mantissa = value
            while mantissa.magnitude < 0.9999999 {
                mantissa *= 10
                exponent -= 1
            }
            while mantissa.magnitude >= 9.999999 {
                mantissa /= 10
                exponent += 1
            }
            let digits = NumberFormat.fixed(mantissa, decimals: 3)
            return "\(trimmed(digits))e\(exponent)"
        }
        return trimmed(NumberFormat.fixed(value, decimals: 6))
    }

    /// A number with a fixed count of significant digits, for data tables.
    static func significant(_ value: Double, digits: Int = 4) -> String {
        guard value.isFinite else { return "n/a" }
        guard value != 0 else { return "0" }
        if value.magnitude < 1e-4 || value.magnitude >= 1e7 { return plain(value) }
        var decimals = digits - 1
        var scale = value.magnitude
        while scale >= 10 {
            scale /= 10
            decimals -= 1
        }
        while scale < 1 {
            scale *= 10
            decimals += 1
        }
        return NumberFormat.fixed(value, decimals: max(0, decimals))
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    static func duration(_ seconds: Double) -> String {
        if seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 100 { return "\(NumberFormat.fixed(seconds, decimals: 1)) s" }
        let minutes = Int((seconds / 60).rounded())
        return minutes < 100 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}

extension Table.Cell {
    /// A percentage with its interval as the quieter part.
    static func percent(_ estimate: Estimate, tone: Table.Tone = .plain, runs: [String] = []) -> Table.Cell {
        split(NumberFormat.percent(estimate), value: estimate.value, tone: tone, runs: runs)
    }

    static func points(_ difference: Estimate, tone: Table.Tone = .plain, runs: [String] = []) -> Table.Cell {
        split(
            NumberFormat.percentagePoints(difference).replacing(" points", with: ""), value: difference.value, tone: tone,
            runs: runs)
    }

    static func plain(_ estimate: Estimate, tone: Table.Tone = .plain, runs: [String] = []) -> Table.Cell {
        split(NumberFormat.plain(estimate), value: estimate.value, tone: tone, runs: runs)
    }

    static func share(_ proportion: Proportion, tone: Table.Tone = .plain, runs: [String] = []) -> Table.Cell {
        let text = NumberFormat.share(proportion)
        guard let bracket = text.firstIndex(of: "(") else { return Table.Cell(text) }
        return Table.Cell(
            text[..<bracket].trimmed, detail: String(text[bracket...]), value: proportion.value, tone: tone, runs: runs)
    }

    private static func split(_ text: String, value: Double, tone: Table.Tone, runs: [String]) -> Table.Cell {
        guard let bracket = text.firstIndex(of: "[") else {
            return Table.Cell(text, value: value, tone: tone, runs: runs)
        }
        return Table.Cell(
            text[..<bracket].trimmed, detail: String(text[bracket...]), value: value, tone: tone, runs: runs)
    }
}

extension Substring {
    /// Without the spaces at its end.
    var trimmed: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
