import CKernels

/// Keys and values of consecutive positions, [layer][position][keyValueSize] each.
final class KeyValueCache {
    let capacity: Int
    let firstPosition: Int
    var count = 0
    private let width: Int
    private let keys: FloatBuffer
    private let values: FloatBuffer

    init(capacity: Int, firstPosition: Int, configuration: ModelConfiguration, reusing spare: KeyValueCache? = nil) {
        self.firstPosition = firstPosition
        width = configuration.keyValueSize
        if let spare, spare.capacity >= capacity {
            self.capacity = spare.capacity
            keys = spare.keys
            values = spare.values
        } else {
            self.capacity = capacity
            keys = FloatBuffer(count: configuration.layerCount * capacity * configuration.keyValueSize)
            values = FloatBuffer(count: configuration.layerCount * capacity * configuration.keyValueSize)
        }
    }

    /// Copies `rows` consecutive rows of a fused q, k, v matrix to positions starting at `position`.
    func store(
        layer: Int, at position: Int, rows: Int, queryKeyValue: UnsafePointer<Float>,
        _ configuration: ModelConfiguration
    ) {
        let offset = (layer * capacity + position - firstPosition) * width
        for row in 0..<rows {
            let source = queryKeyValue + row * configuration.fusedAttentionSize + configuration.querySize
            (keys.pointer + offset + row * width).update(from: source, count: width)
            (values.pointer + offset + row * width).update(from: source + width, count: width)
        }
    }

    /// Makes room for `wanted` positions, of which `count` are kept.
    func grown(to wanted: Int, keeping count: Int, _ configuration: ModelConfiguration) -> KeyValueCache {
        let larger = KeyValueCache(capacity: wanted, firstPosition: firstPosition, configuration: configuration)
        larger.copy(rows: count, of: self, configuration)
        return larger
    }

    /// Copies the first `rows` positions into the keys and values of a fused q, k, v matrix.
    func load(layer: Int, rows: Int, queryKeyValue: UnsafeMutablePointer<Float>, _ configuration: ModelConfiguration) {
        let offset = layer * capacity * width
        for row in 0..<rows {
            let target = queryKeyValue + row * configuration.fusedAttentionSize + configuration.querySize
            target.update(from: keys.pointer + offset + row * width, count: width)
            (target + width).update(from: values.pointer + offset + row * width, count: width)
        }
    }

    /// Takes over the first `rows` positions of a cache that begins at the same position.
    func copy(rows: Int, of other: KeyValueCache, _ configuration: ModelConfiguration) {
        for layer in 0..<configuration.layerCount {
            let (from, to) = (layer * other.capacity * width, layer * capacity * width)
            (keys.pointer + to).update(from: other.keys.pointer + from, count: rows * width)
            (values.pointer + to).update(from: other.values.pointer + from, count: rows * width)
        }
    }

    func span(layer: Int, count: Int) -> pk_kv_span {
        let offset = layer * capacity * width
        return pk_kv_span(
            k: keys.pointer + offset, v: values.pointer + offset, count: Int32(count),
            first_position: Int32(firstPosition))
    }
}
