/// A typed metadata value of a GGUF file (GGUF specification, `gguf_metadata_value_type`).
public enum GGUFValue: Sendable, Hashable {
    case uint8(UInt8), int8(Int8), uint16(UInt16), int16(Int16), uint32(UInt32), int32(Int32)
    case float32(Float), bool(Bool), string(String)
    case array(of: Kind, [GGUFValue])
    case uint64(UInt64), int64(Int64), float64(Double)

    /// Type codes as stored.
    public enum Kind: UInt32, Sendable, Hashable {
        case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

        /// Fewest bytes one value occupies in a file.
        var minimumByteCount: Int {
            switch self {
            case .uint8, .int8, .bool: 1
            case .uint16, .int16: 2
            case .uint32, .int32, .float32: 4
            case .uint64, .int64, .float64, .string: 8
            case .array: 12
            }
        }
    }

    public var kind: Kind {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .float32: .float32
        case .bool: .bool
        case .string: .string
        case .array: .array
        case .uint64: .uint64
        case .int64: .int64
        case .float64: .float64
        }
    }

    /// Any integer type, when it fits.
    public var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        default: nil
        }
    }

    /// A floating value, or an integer as one.
    public var double: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: integer.map(Double.init)
        }
    }

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var array: [GGUFValue]? { if case .array(_, let values) = self { values } else { nil } }

    /// An array whose elements are all strings.
    public var strings: [String]? {
        guard case .array(of: .string, let values) = self else { return nil }
        return values.compactMap(\.string)
    }

    /// An array whose elements are all integers that fit.
    public var integers: [Int]? {
        guard let values = array else { return nil }
        let integers = values.compactMap(\.integer)
        return integers.count == values.count ? integers : nil
    }

    /// An array whose elements are all numbers.
    public var floats: [Float]? {
        guard let values = array else { return nil }
        let floats = values.compactMap { $0.double.map(Float.init) }
        return floats.count == values.count ? floats : nil
    }
}

/// Tensor type codes (`ggml_type`) that have a `TensorType`.
extension TensorType {
    private static let codes: [(UInt32, TensorType)] = [
        (0, .f32), (1, .f16), (2, .q4_0), (3, .q4_1), (6, .q5_0), (7, .q5_1), (8, .q8_0), (12, .q4_K), (13, .q5_K),
        (14, .q6_K), (24, .i8), (25, .i16), (26, .i32), (27, .i64), (28, .f64), (30, .bf16),
    ]

    init?(ggmlCode: UInt32) {
        guard let match = Self.codes.first(where: { $0.0 == ggmlCode }) else { return nil }
        self = match.1
    }

    var ggmlCode: UInt32? { Self.codes.first { $0.1 == self }?.0 }
}
