import Foundation

/// A JSON-like value: an input of a cell, or a setting of a run.
public enum KeyValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([KeyValue])
    case object([String: KeyValue])
}

extension KeyValue {
    /// A seed; values beyond `Int.max` are kept as decimal text.
    public init(_ value: UInt64) {
        self = Int(exactly: value).map(KeyValue.int) ?? .string(String(value))
    }

    /// The value that `settings` encodes to. Properties that are `nil` are left out.
    public init(encoding settings: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        self = try JSONDecoder().decode(KeyValue.self, from: encoder.encode(settings))
    }

    /// The members of an object, empty for anything else.
    public var members: [String: KeyValue] {
        if case .object(let members) = self { members } else { [:] }
    }
}

extension KeyValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([KeyValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: KeyValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value):
            // JSON has no spelling for these.
            if value.isFinite { try container.encode(value) } else { try container.encode(Self.canonical(value)) }
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension KeyValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: KeyValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, KeyValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    public init(nilLiteral: ()) { self = .null }
}
