import Foundation
import GRDB

/// Token ids stored as a blob of 32-bit little-endian integers.
@propertyWrapper
public struct TokenBlob: Sendable, Hashable, Codable, DatabaseValueConvertible {
    public var wrappedValue: [Int32]

    public init(wrappedValue: [Int32]) { self.wrappedValue = wrappedValue }

    public var databaseValue: DatabaseValue {
        var data = Data(capacity: wrappedValue.count * 4)
        for token in wrappedValue {
            withUnsafeBytes(of: token.littleEndian) { data.append(contentsOf: $0) }
        }
        return data.databaseValue
    }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Self? {
        guard case .blob(let data) = value.storage, data.count.isMultiple(of: 4) else { return nil }
        let tokens = data.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map {
                Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self))
            }
        }
        return Self(wrappedValue: tokens)
    }

    public init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode([Int32].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}
