import CKernels
import Foundation

/// A random token tree batch and attention over it in double precision, written from the definition.
struct NaiveAttention {
    let shape: pk_attention_shape
    var segments: [pk_segment] = []
    var ranges: [pk_range] = []
    var positions: [Int32] = []
    var rows: Int { positions.count }
    var heads: Int { Int(shape.heads) }
    var kvHeads: Int { Int(shape.kv_heads) }
    var headDim: Int { Int(shape.head_dim) }

    init(heads: Int, kvHeads: Int, headDim: Int, window: Int = 0) {
        shape = pk_attention_shape(
            heads: Int32(heads), kv_heads: Int32(kvHeads), head_dim: Int32(headDim), window: Int32(window),
            scale: Float(1 / Double(headDim).squareRoot()))
    }

    /// Adds a tree given as (parent segment within the tree, token count).
    mutating func addTree(_ tree: [(parent: Int?, count: Int)]) {
        let index = (segments.last?.tree ?? -1) + 1
        let first = segments.count
        for (parent, count) in tree {
            var path: [Int] = []
            var ancestor = parent
            while let current = ancestor {
                path.insert(first + current, at: 0)
                ancestor = tree[current].parent
            }
            let begin = Int32(rows)
            let firstRange = Int32(ranges.count)
            for s in path { ranges.append(pk_range(begin: segments[s].begin, end: segments[s].end)) }
            let start = path.reduce(Int32(0)) { $0 + segments[$1].end - segments[$1].begin }
            positions += (0..<Int32(count)).map { start + $0 }
            segments.append(
                pk_segment(
                    begin: begin, end: begin + Int32(count), first_range: firstRange, range_count: Int32(path.count),
                    tree: index))
        }
    }

    /// Rows that each row sees.
    var visible: [[Int]] {
        var result: [[Int]] = []
        for segment in segments {
            for row in segment.begin..<segment.end {
                var seen: [Int] = []
                for r in ranges[Int(segment.first_range)..<Int(segment.first_range + segment.range_count)] {
                    seen += (Int(r.begin)..<Int(r.end))
                }
                seen += Int(segment.begin)...Int(row)
                if shape.window > 0 {
                    seen = seen.filter { positions[$0] > positions[Int(row)] - shape.window }
                }
                result.append(seen)
            }
        }
        return result
    }

    struct Result {
        var out: [Double], lse: [Double]
        var dq: [Double] = [], dk: [Double] = [], dv: [Double] = []
    }

    func run(_ inputs: Kernels.Attention.Inputs) -> Result {
        run(q: inputs.q.map(Double.init), k: inputs.k.map(Double.init), v: inputs.v.map(Double.init), dout: inputs.dout.map(Double.init))
    }

    /// q [rows, heads * dim]; k, v [rows, kvHeads * dim]; gradients when `dout` is given.
    func run(q: [Double], k: [Double], v: [Double], dout: [Double]? = nil) -> Result {
        let (qw, kw, group) = (heads * headDim, kvHeads * headDim, heads / kvHeads)
        let scale = 1 / Double(headDim).squareRoot()
        var result = Result(
            out: [Double](repeating: 0, count: rows * qw), lse: [Double](repeating: 0, count: rows * heads))
        if dout != nil {
            result.dq = [Double](repeating: 0, count: rows * qw)
            result.dk = [Double](repeating: 0, count: rows * kw)
            result.dv = [Double](repeating: 0, count: rows * kw)
        }
        let visible = self.visible
        for row in 0..<rows {
            for head in 0..<heads {
                let qAt = row * qw + head * headDim
                let kvAt = head / group * headDim
                let scores = visible[row].map { key in
                    (0..<headDim).reduce(0.0) { $0 + q[qAt + $1] * k[key * kw + kvAt + $1] } * scale
                }
                let top = scores.max() ?? 0
                let lse = top + log(scores.reduce(0) { $0 + exp($1 - top) })
                let p = scores.map { exp($0 - lse) }
                result.lse[row * heads + head] = lse
                for (key, weight) in zip(visible[row], p) {
                    for d in 0..<headDim { result.out[qAt + d] += weight * v[key * kw + kvAt + d] }
                }
                guard let dout else { continue }
                let inner = (0..<headDim).reduce(0.0) { $0 + dout[qAt + $1] * result.out[qAt + $1] }
                for (key, weight) in zip(visible[row], p) {
                    let at = key * kw + kvAt
                    let dp = (0..<headDim).reduce(0.0) { $0 + dout[qAt + $1] * v[at + $1] }
                    let ds = weight * (dp - inner) * scale
                    for d in 0..<headDim {
                        result.dv[at + d] += weight * dout[qAt + d]
                        result.dk[at + d] += ds * q[qAt + d]
                        result.dq[qAt + d] += ds * k[at + d]
                    }
                }
            }
        }
        return result
    }
}
