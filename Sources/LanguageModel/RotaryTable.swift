import Foundation

/// Cosines and sines of rotary position embedding (Su et al. 2021, arXiv 2104.09864),
/// [positions, headSize / 2], with Llama 3.1's frequency scaling where the configuration asks for it.
final class RotaryTable {
    let positions: Int
    let cosines: FloatBuffer
    let sines: FloatBuffer

    init(_ configuration: ModelConfiguration) {
        positions = configuration.contextLength
        let half = configuration.headSize / 2
        cosines = FloatBuffer(count: positions * half)
        sines = FloatBuffer(count: positions * half)
        let frequencies = (0..<half).map { index -> Float in
            let plain = 1 / powf(configuration.ropeTheta, Float(2 * index) / Float(configuration.headSize))
            return configuration.ropeScaling?.scaled(plain) ?? plain
        }
        for position in 0..<positions {
            for (index, frequency) in frequencies.enumerated() {
                let angle = Float(position) * frequency
                cosines.pointer[position * half + index] = cosf(angle)
                sines.pointer[position * half + index] = sinf(angle)
            }
        }
    }
}
