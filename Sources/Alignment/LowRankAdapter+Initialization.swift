import LanguageModel
import RandomNumbers

extension LowRankAdapter {
    /// A uniform in +-1/sqrt(inputs) (Kaiming-uniform with a = sqrt 5, as PEFT does), B zero: the
    /// adapted model starts as the model itself.
    public func initialize(seed: UInt64) {
        parameters.zero()
        for (index, placement) in placements.enumerated() {
            var generator = SplitMix64(state: seed ^ (UInt64(index + 1) &* 0xA24B_AED4_963E_E407))
            let bound = 1 / Double(placement.inputs).squareRoot()
            for element in 0..<(rank * placement.inputs) {
                parameters.pointer[placement.offsetA + element] = Float((2 * generator.nextUniform() - 1) * bound)
            }
        }
    }
}
