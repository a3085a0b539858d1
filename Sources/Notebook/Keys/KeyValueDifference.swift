/// One place where two values differ.
public struct KeyValueDifference: Sendable, Equatable, CustomStringConvertible {
    /// Member names from the top, joined by dots.
    public var path: String
    public var old: KeyValue?
    public var new: KeyValue?

    public var description: String {
        switch (old, new) {
        case (let old?, let new?): "\(path) changed \(old.displayText) -> \(new.displayText)"
        case (nil, let new?): "\(path) added (\(new.displayText))"
        default: "\(path) removed"
        }
    }

    /// Differences in order of their path. Values that have the same canonical JSON do not differ.
    public static func between(_ old: KeyValue, _ new: KeyValue) -> [KeyValueDifference] {
        differences(old, new, path: "")
    }

    private static func differences(_ old: KeyValue?, _ new: KeyValue?, path: String) -> [KeyValueDifference] {
        if case .object(let olds)? = old, case .object(let news)? = new {
            return Set(olds.keys).union(news.keys).sorted().flatMap { name in
                differences(olds[name], news[name], path: path.isEmpty ? name : path + "." + name)
            }
        }
        if old?.canonicalJSON == new?.canonicalJSON { return [] }
        return [KeyValueDifference(path: path, old: old, new: new)]
    }
}

extension KeyValue {
    /// Short text for people: hashes and long values are cut.
    public var displayText: String {
        switch self {
        case .string(let text):
            let isHash = text.count >= 40 && text.allSatisfy(\.isHexDigit)
            return isHash ? String(text.prefix(12)) : Self.cut(text)
        case .double(let value) where value.isFinite && value != 0 && value.magnitude < 1e-3:
            return Self.scientific(value)
        default: return Self.cut(canonicalJSON)
        }
    }

    private static func cut(_ text: String) -> String {
        let line = String(text.prefix(49).map { $0.isNewline ? " " : $0 })
        return line.count > 48 ? line.prefix(47) + "…" : line
    }

    /// `1e-5` where Swift prints `1e-05`.
    private static func scientific(_ value: Double) -> String {
        let parts = value.description.split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return canonical(value) }
        let mantissa = parts[0].hasSuffix(".0") ? parts[0].dropLast(2) : parts[0]
        return "\(mantissa)e\(exponent)"
    }
}
