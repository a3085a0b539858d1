import CKernels
import Testing

extension Kernels {
    @Suite struct DecodeAttention {
        /// A sequence to decode: a prompt that may be shared, and further spans of its own.
        struct Sequence { let prompt: Int; let own: [Int] }

        /// Keys and values in memory that stays put.
        final class Cache {
            let width: Int
            private(set) var spans: [[(k: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>, count: Int)]] = []
            private var owned: [UnsafeMutablePointer<Float>] = []

            init(width: Int) { self.width = width }
            deinit { for pointer in owned { pointer.deallocate() } }

            func span(_ count: Int, _ random: inout SplitMix) -> (
                k: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>, count: Int
            ) {
                func fill(_ scale: Float) -> UnsafeMutablePointer<Float> {
                    let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count * width))
                    for (i, value) in random.floats(count * width, scale: scale).enumerated() { pointer[i] = value }
                    owned.append(pointer)
                    return pointer
                }
                return (fill(2), fill(1), count)
            }
        }

        struct Batch {
            let cache: Cache
            var spans: [[pk_kv_span]] = []  // of each query
            var positions: [Int32] = []

            init(_ sequences: [Sequence], width: Int, random: inout SplitMix) {
                cache = Cache(width: width)
                var prompts: [Int: (k: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>, count: Int)] = [:]
                for sequence in sequences {
                    let prompt = prompts[sequence.prompt] ?? cache.span(sequence.prompt, &random)
                    prompts[sequence.prompt] = prompt
                    var position: Int32 = 0
                    var list: [pk_kv_span] = []
                    for part in [prompt] + sequence.own.map({ cache.span($0, &random) }) {
                        list.append(
                            pk_kv_span(
                                k: UnsafePointer(part.k), v: UnsafePointer(part.v), panels: nil, count: Int32(part.count),
                                first_position: position))
                        position += Int32(part.count)
                    }
                    spans.append(list)
                    positions.append(position - 1)
                }
            }
        }

        static func run(
            _ shape: pk_attention_shape, _ queries: [Int], _ batch: Batch, q: [Float], _ pool: Pool
        ) -> [Float] {
            let width = Int(shape.heads * shape.head_dim)
            var begins: [Int32] = [0]
            var spans: [pk_kv_span] = []
            var rows: [Float] = []
            for i in queries {
                spans += batch.spans[i]
                begins.append(Int32(spans.count))
                rows += q[i * width..<(i + 1) * width]
            }
            var out = [Float](repeating: .nan, count: queries.count * width)
            pk_decode_attention(
                pool.handle, shape, Int32(queries.count), rows, Int64(width), spans, begins,
                queries.map { batch.positions[$0] }, &out, Int64(width))
            return out
        }

        /// The spans' keys and values in panels, stored as a prompt's first half, row by row the rest.
        final class Panels {
            private(set) var batch: Batch
            private var owned: [UnsafeMutablePointer<UInt32>] = []

            init(_ rows: Batch, _ shape: pk_attention_shape, _ pool: Pool) {
                batch = rows
                var known: [UnsafePointer<Float>: UnsafeMutablePointer<UInt32>] = [:]
                let width = Int(shape.kv_heads * shape.head_dim)
                for (query, spans) in rows.spans.enumerated() {
                    for (index, span) in spans.enumerated() {
                        guard let k = span.k, let v = span.v else { continue }
                        let panels = known[k] ?? store(Int(span.count), k, v, width, shape, pool)
                        known[k] = panels
                        batch.spans[query][index].panels = UnsafePointer(panels)
                        batch.spans[query][index].k = nil
                        batch.spans[query][index].v = nil
                    }
                }
            }
            deinit { for pointer in owned { pointer.deallocate() } }

            private func store(
                _ count: Int, _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>, _ width: Int, _ shape: pk_attention_shape,
                _ pool: Pool
            ) -> UnsafeMutablePointer<UInt32> {
                let words = Int(pk_kv_panel_words(shape, Int64(count)))
                let panels = UnsafeMutablePointer<UInt32>.allocate(capacity: words)
                // What an earlier sequence left is as good as anything, infinities among it.
                panels.update(repeating: 0x7f80_ff80, count: words)
                owned.append(panels)
                let half = count / 4 * 2
                for rows in [0..<half] + (half..<count).map({ $0..<$0 + 1 }) {
                    pk_store_kv(
                        pool.handle, shape, Int64(rows.count), k + rows.lowerBound * width, v + rows.lowerBound * width,
                        Int64(width), rows.map { _ in panels }, rows.map(Int32.init))
                }
                return panels
            }
        }

        /// The same attention as one tree segment per sequence, in double.
        static func expected(_ shape: pk_attention_shape, _ query: Int, _ batch: Batch, q: [Float]) -> [Double] {
            let kw = Int(shape.kv_heads * shape.head_dim)
            let width = Int(shape.heads * shape.head_dim)
            var naive = NaiveAttention(
                heads: Int(shape.heads), kvHeads: Int(shape.kv_heads), headDim: Int(shape.head_dim),
                window: Int(shape.window))
            let total = Int(batch.positions[query]) + 1
            naive.addTree([(nil, total)])
            var (k, v): ([Double], [Double]) = ([], [])
            for span in batch.spans[query] {
                k += (0..<Int(span.count) * kw).map { Double(span.k[$0]) }
                v += (0..<Int(span.count) * kw).map { Double(span.v[$0]) }
            }
            var rows = [Double](repeating: 0, count: total * width)
            for d in 0..<width { rows[(total - 1) * width + d] = Double(q[query * width + d]) }
            return Array(naive.run(q: rows, k: k, v: v).out[((total - 1) * width)...])
        }

        static let sequences =
            (0..<23).map { Sequence(prompt: 70, own: [1 + $0 * 3]) } + [Sequence(prompt: 3, own: [])]
            + (0..<5).map { Sequence(prompt: 130, own: [2, 65 + $0]) } + [Sequence(prompt: 1, own: [1])]

        @Test(arguments: [(9, 3, 64, 0), (2, 2, 20, 0), (4, 1, 96, 0), (6, 2, 64, 40)])
        func rowsAndPanelsMatchDouble(heads: Int, kvHeads: Int, headDim: Int, window: Int) {
            var random = SplitMix(UInt64(headDim + window))
            let shape = NaiveAttention(heads: heads, kvHeads: kvHeads, headDim: headDim, window: window).shape
            let batch = Batch(Self.sequences, width: kvHeads * headDim, random: &random)
            let width = heads * headDim
            let q = random.floats(Self.sequences.count * width, scale: 2)
            let all = Array(Self.sequences.indices)
            let wanted = all.flatMap { Self.expected(shape, $0, batch, q: q) }
            onEveryInstructionSet { name in
                let panels = Panels(batch, shape, Pool(2))
                for (batch, tolerance) in [(batch, 1e-5), (panels.batch, 0.03)] {
                    let together = Self.run(shape, all, batch, q: q, Pool(2))
                    #expect(largestError(together, wanted) < tolerance, "\(name)")
                    for part in [[4], [3, 4, 5], [23], [25, 26], Array(10..<29)] {
                        let expected = part.flatMap { Array(together[$0 * width..<($0 + 1) * width]) }
                        #expect(sameBits(Self.run(shape, part, batch, q: q, Pool(1)), expected), "\(name): \(part)")
                    }
                }
            }
        }
    }
}
