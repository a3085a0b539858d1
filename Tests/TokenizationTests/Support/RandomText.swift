/// A repeatable stream of random numbers (SplitMix64, Steele et al. 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Texts in which scalars of every sort meet.
func randomText(using random: inout SplitMix) -> String {
    let pools: [[Unicode.Scalar]] = [
        Array("abcdeorstLMST".unicodeScalars), Array("0123456789".unicodeScalars), Array("   \t\n\r".unicodeScalars),
        Array("''.,!?-_/<|>".unicodeScalars), Array("éüñçßÅ\u{301}\u{308}".unicodeScalars),
        Array("\u{200D}\u{200B}\u{A0}\u{2028}\u{3000}".unicodeScalars), Array("中文日本абвعرب".unicodeScalars),
        Array("😀👍🏽🇦🇺²Ⅷ٣".unicodeScalars), Array("\u{0}\u{1}\u{7F}\u{FFFD}\u{E000}\u{10FFFF}".unicodeScalars),
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...80, using: &random) {
        guard let scalar = pools.randomElement(using: &random)?.randomElement(using: &random) else { continue }
        let repeats = Int.random(in: 0..<12, using: &random) == 0 ? Int.random(in: 1...60, using: &random) : 1
        for _ in 0..<repeats { text.unicodeScalars.append(scalar) }
    }
    return text
}
