/// The two row orders of query and key matrices.
///
/// Hugging Face rotates column i of a head with column i + headSize/2 ("rotate half"); llama.cpp
/// rotates 2i with 2i + 1 and its converter permutes the rows of Q and K accordingly
/// (`convert_hf_to_gguf.py`, `LlamaModel.permute`). A model with the wrong order still runs, badly.
enum RotaryOrder {
    /// Heads of the matrices that the two orders differ in, by the parameter's name.
    static func heads(_ layout: ParameterLayout, _ configuration: ModelConfiguration) -> [String: Int] {
        var heads: [String: Int] = [:]
        for layer in layout.layers {
            heads[layer.query.name] = configuration.headCount
            heads[layer.key.name] = configuration.keyValueHeadCount
        }
        return heads
    }

    /// Interleaved rows (GGUF) to halves (Hugging Face), in place.
    /// - Parameter shape: [heads * headSize, columns].
    static func toHalves(_ matrix: UnsafeMutablePointer<Float>, heads: Int, _ shape: [Int]) {
        permute(matrix, heads: heads, shape, source: interleavedRow)
    }

    /// Where an interleaved head has row `row` of the halves' order.
    static func interleavedRow(of row: Int, half: Int) -> Int { row / half + row % half * 2 }

    /// Halves (Hugging Face) to interleaved rows (GGUF), in place.
    static func toInterleaved(_ matrix: UnsafeMutablePointer<Float>, heads: Int, _ shape: [Int]) {
        permute(matrix, heads: heads, shape) { row, half in row / 2 + row % 2 * half }
    }

    /// Row `r` of each head becomes what was row `source(r, headSize / 2)`.
    private static func permute(
        _ matrix: UnsafeMutablePointer<Float>, heads: Int, _ shape: [Int], source: (Int, Int) -> Int
    ) {
        let headSize = shape[0] / heads, columns = shape[1]
        withUnsafeTemporaryAllocation(of: Float.self, capacity: headSize * columns) { copy in
            guard let start = copy.baseAddress else { return }
            for head in 0..<heads {
                let rows = matrix + head * headSize * columns
                start.initialize(from: rows, count: headSize * columns)
                for row in 0..<headSize {
                    (rows + row * columns).update(from: start + source(row, headSize / 2) * columns, count: columns)
                }
            }
        }
    }
}
