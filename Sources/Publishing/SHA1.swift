/// SHA-1 (FIPS 180-4), for the names that git gives to contents; not for anything that must resist an attacker.
package struct SHA1 {
    private var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    package init() {}

    package mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            pending.append(byte)
            byteCount &+= 1
            if pending.count == 64 { compress() }
        }
    }

    package func hexDigest() -> String {
        var copy = self
        let bits = byteCount &* 8
        copy.update([0x80])
        while copy.pending.count != 56 { copy.update([0]) }
        copy.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) })
        return copy.state.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }.joined()
    }

    private mutating func compress() {
        var words = [UInt32](repeating: 0, count: 80)
        for i in 0..<16 { words[i] = pending[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        for i in 16..<80 { words[i] = Self.rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1) }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for i in 0..<80 {
            let (f, k): (UInt32, UInt32) =
                switch i {
                case ..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case ..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = Self.rotate(a, 5) &+ f &+ e &+ k &+ words[i]
            (e, d, c, b, a) = (d, c, Self.rotate(b, 30), a, next)
        }
        for (i, value) in [a, b, c, d, e].enumerated() { state[i] &+= value }
        pending.removeAll(keepingCapacity: true)
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
