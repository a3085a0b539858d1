import Foundation
import GRDB

/// A JSON column whose shape belongs to a higher layer, e.g. a judge's own kind of question.
public struct JSONText: Sendable, Hashable, Codable, DatabaseValueConvertible {
    public let json: String

    /// The canonical JSON of `value`, so that equal values are equal text.
    public init(encoding value: some Encodable) throws {
        json = try KeyValue(encoding: value).canonicalJSON
    }

    private init(json: String) { self.json = json }

    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    public var databaseValue: DatabaseValue { json.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
        guard case .string(let text) = value.storage else { return nil }
        return Self(json: text)
    }
}
