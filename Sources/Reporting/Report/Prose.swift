import Statistics

/// Small pieces of sentences.
enum Prose {
    /// "a", "a and b", "a, b and c"; semicolons where an item has a comma of its own; "none" for nothing.
    static func list(_ items: [String]) -> String {
        guard let last = items.last else { return "none" }
        if items.count == 1 { return last }
        let separator = items.contains { $0.contains(",") } ? "; " : ", "
        return items.dropLast().joined(separator: separator) + (separator == "; " && items.count > 2 ? "; and " : " and ") + last
    }

    /// "1 article", "3 articles".
    static func counted(_ count: Int, _ singular: String, plural: String? = nil) -> String {
        "\(NumberFormat.grouped(count)) \(count == 1 ? singular : plural ?? singular + "s")"
    }

    /// A probability in words and digits: "certain" is never said of a simulation.
    static func probability(_ value: Double) -> String {
        if value >= 0.995 { return "> 99 %" }
        if value <= 0.005 { return "< 1 %" }
        return "\(Int((value * 100).rounded())) %"
    }
}
