import LanguageModel

/// Layer normalisation with weight and bias (Ba et al. 2016); mean and variance are summed in float64.
struct LayerNormalization: Sendable {
    let weight: [Float]
    let bias: [Float]
    let epsilon: Float

    /// x [rows, size] becomes LN(x + residual); `residual` may be absent.
    func apply(_ x: UnsafeMutablePointer<Float>, adding residual: UnsafePointer<Float>?, rows: Int, pool: ThreadPool) {
        let size = weight.count
        weight.withUnsafeBufferPointer { weight in
            bias.withUnsafeBufferPointer { bias in
                let blocks = RowBlocks(rows: rows)
                pool.forEach(blocks.count) { block in
                    for row in blocks[block] {
                        let values = x + row * size
                        if let residual {
                            for i in 0..<size { values[i] += residual[row * size + i] }
                        }
                        var sum = 0.0
                        for i in 0..<size { sum += Double(values[i]) }
                        let mean = Float(sum / Double(size))
                        var squares = 0.0
                        for i in 0..<size {
                            let difference = Double(values[i] - mean)
                            squares += difference * difference
                        }
                        let scale = 1 / (Float(squares / Double(size)) + epsilon).squareRoot()
                        for i in 0..<size { values[i] = (values[i] - mean) * scale * weight[i] + bias[i] }
                    }
                }
            }
        }
    }
}

/// Rows in blocks, one task each.
struct RowBlocks {
    let rows: Int
    static let height = 16
    var count: Int { (rows + Self.height - 1) / Self.height }
    subscript(block: Int) -> Range<Int> { block * Self.height..<min(rows, (block + 1) * Self.height) }
}
