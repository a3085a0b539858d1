import LanguageModel

/// x becomes GELU(x) = x Phi(x), with the error function and not tanh in its place (Hendrycks and Gimpel 2016).
func applyGELU(_ x: UnsafeMutablePointer<Float>, rows: Int, size: Int, pool: ThreadPool) {
    let blocks = RowBlocks(rows: rows)
    pool.forEach(blocks.count) { block in
        let range = blocks[block]
        let values = x + range.lowerBound * size
        for i in 0..<range.count * size {
            values[i] = 0.5 * values[i] * (1 + errorFunction(values[i] * 0.707_106_77))
        }
    }
}

/// erf in float32 as a ratio of polynomials in x squared, which compilers turn into vector code (coefficients of
/// Eigen's `generic_fast_erf_float`). The largest error is 4e-7; beyond 4 the result is 1 to float32's precision.
@inline(__always)
package func errorFunction(_ argument: Float) -> Float {
    let x = argument > 4 ? 4 : (argument < -4 ? -4 : argument)
    let s = x * x
    var p: Float = -2.72614225801306e-10
    p = p * s + 2.77068142495902e-08
    p = p * s + -2.10102402082508e-06
    p = p * s + -5.69250639462346e-05
    p = p * s + -7.34990630326855e-04
    p = p * s + -2.95459980854025e-03
    p = p * s + -1.60960333262415e-02
    var q: Float = -1.45660718464996e-05
    q = q * s + -2.13374055278905e-04
    q = q * s + -1.68282697438203e-03
    q = q * s + -7.37332916720468e-03
    q = q * s + -1.42647390514189e-02
    return x * p / q
}
