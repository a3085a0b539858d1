import Foundation
import GRDB

/// Text exactly as it was produced. SQLite's text values end at the first NUL character, which a model can
/// write, so such text is stored as a blob of UTF-8 and everything else as text.
@propertyWrapper
public struct ModelText: Sendable, Hashable, Codable, DatabaseValueConvertible {
    public var wrappedValue: String

    public init(wrappedValue: String) { self.wrappedValue = wrappedValue }

    public var databaseValue: DatabaseValue {
        wrappedValue.utf8.contains(0) ? Data(wrappedValue.utf8).databaseValue : wrappedValue.databaseValue
    }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
        switch value.storage {
        case .string(let text): Self(wrappedValue: text)
        case .blob(let data): Self(wrappedValue: String(decoding: data, as: UTF8.self))
        default: nil
        }
    }

    public init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}
