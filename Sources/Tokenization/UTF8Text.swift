/// Valid UTF-8 bytes read scalar by scalar, without copying.
struct UTF8Text {
    let bytes: UnsafeBufferPointer<UInt8>

    /// Class and length in bytes of the scalar that starts at `position`.
    @inline(__always)
    func scalarClass(at position: Int) -> (kind: ScalarClass, length: Int) {
        let first = bytes[position]
        if first < 0x80 { return (ScalarClass(ascii: first), 1) }
        let (scalar, length) = scalar(at: position)
        return (ScalarClass(scalar), length)
    }

    /// The scalar that starts at `position`, which must be a scalar's first byte, and its length in bytes.
    func scalar(at position: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let first = UInt32(bytes[position])
        let value: UInt32
        let length: Int
        switch first {
        case ..<0x80:
            (value, length) = (first, 1)
        case ..<0xE0:
            (value, length) = ((first & 0x1F) << 6 | tail(position + 1), 2)
        case ..<0xF0:
            (value, length) = ((first & 0x0F) << 12 | tail(position + 1) << 6 | tail(position + 2), 3)
        default:
            (value, length) = (
                (first & 0x07) << 18 | tail(position + 1) << 12 | tail(position + 2) << 6 | tail(position + 3), 4
            )
        }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }

    @inline(__always)
    private func tail(_ position: Int) -> UInt32 { UInt32(bytes[position]) & 0x3F }

    /// End of the run of scalars of one class that starts at `position`.
    @inline(__always)
    func endOfRun(of kind: ScalarClass, from position: Int, to end: Int) -> Int {
        var position = position
        while position < end {
            let (next, length) = scalarClass(at: position)
            guard next == kind else { break }
            position += length
        }
        return position
    }
}
