import CKernels

/// Keys and values of consecutive positions, of every layer.
final class KeyValueCache {
    /// How they are kept.
    enum Format {
        /// float32 rows [layer][position][keyValueSize], from which attention over a longer prompt can go on.
        case rows
        /// bf16 panels (`pk_store_kv`): half the size, and operands of the products that decoding takes.
        case panels

        /// What decoding reads in a precision.
        init(_ precision: Precision) { self = precision == .bfloat16 ? .panels : .rows }
    }

    private enum Storage {
        case rows(keys: FloatBuffer, values: FloatBuffer)
        case panels(FloatBuffer)
    }

    let capacity: Int
    let firstPosition: Int
    var count = 0
    private let configuration: ModelConfiguration
    private let storage: Storage

    /// - Parameter spare: a cache of the same model and format, whose memory is taken over if it is large enough.
    init(
        capacity: Int, firstPosition: Int, configuration c: ModelConfiguration, format: Format, reusing spare: KeyValueCache? = nil
    ) {
        self.firstPosition = firstPosition
        configuration = c
        if let spare, spare.capacity >= capacity {
            self.capacity = spare.capacity
            storage = spare.storage
            return
        }
        self.capacity = capacity
        switch format {
        case .rows:
            let count = c.layerCount * capacity * c.keyValueSize
            storage = .rows(keys: FloatBuffer(count: count), values: FloatBuffer(count: count))
        case .panels:
            storage = .panels(FloatBuffer(count: c.layerCount * Self.panelWords(c.attentionShape, capacity)))
        }
    }

    /// 4-byte words of one layer's panels.
    private static func panelWords(_ shape: pk_attention_shape, _ positions: Int) -> Int {
        Int(pk_kv_panel_words(shape, Int64(positions)))
    }

    /// Elements from one layer to the next.
    private var layerStride: Int {
        switch storage {
        case .rows: capacity * configuration.keyValueSize
        case .panels: Self.panelWords(configuration.attentionShape, capacity)
        }
    }

    /// Takes consecutive rows of a fused q, k, v matrix for the positions from `position` on.
    func store(layer: Int, at position: Int, rows: Int, queryKeyValue: UnsafePointer<Float>, pool: ThreadPool) {
        Self.store(
            layer: layer, (0..<rows).map { (self, position + $0) }, queryKeyValue: queryKeyValue, pool: pool)
    }

    /// Takes row i of a fused q, k, v matrix for a position of a cache. Rows of one cache are adjacent and their positions
    /// follow each other.
    static func store(
        layer: Int, _ targets: [(cache: KeyValueCache, position: Int)], queryKeyValue: UnsafePointer<Float>, pool: ThreadPool
    ) {
        guard let c = targets.first?.cache.configuration else { return }
        var panels: [UnsafeMutablePointer<UInt32>?] = []
        for (row, target) in targets.enumerated() {
            let (cache, offset) = (target.cache, target.position - target.cache.firstPosition)
            switch cache.storage {
            case .rows(let keys, let values):
                let place = layer * cache.layerStride + offset * c.keyValueSize
                let source = queryKeyValue + row * c.fusedAttentionSize + c.querySize
                (keys.pointer + place).update(from: source, count: c.keyValueSize)
                (values.pointer + place).update(from: source + c.keyValueSize, count: c.keyValueSize)
            case .panels(let buffer): panels.append(words(buffer, layer * cache.layerStride))
            }
        }
        guard panels.count == targets.count else { return }
        let keys = queryKeyValue + c.querySize
        pk_store_kv(
            pool.handle, c.attentionShape, Int64(targets.count), keys, keys + c.keyValueSize, Int64(c.fusedAttentionSize),
            panels, targets.map { Int32($0.position - $0.cache.firstPosition) })
    }

    private static func words(_ buffer: FloatBuffer, _ offset: Int) -> UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(buffer.pointer + offset).assumingMemoryBound(to: UInt32.self)
    }

    /// Makes room for `wanted` positions, of which `count` are kept.
    func grown(to wanted: Int, keeping count: Int) -> KeyValueCache {
        let format: Format =
            switch storage {
            case .rows: .rows
            case .panels: .panels
            }
        let larger = KeyValueCache(capacity: wanted, firstPosition: firstPosition, configuration: configuration, format: format)
        larger.copy(rows: count, of: self)
        return larger
    }

    /// Copies the first `rows` positions into the keys and values of a fused q, k, v matrix.
    /// - Precondition: the format is `.rows`.
    func load(layer: Int, rows: Int, queryKeyValue: UnsafeMutablePointer<Float>) {
        guard case .rows(let keys, let values) = storage else { preconditionFailure("panels are rounded") }
        let (c, offset) = (configuration, layer * layerStride)
        for row in 0..<rows {
            let target = queryKeyValue + row * c.fusedAttentionSize + c.querySize
            target.update(from: keys.pointer + offset + row * c.keyValueSize, count: c.keyValueSize)
            (target + c.keyValueSize).update(from: values.pointer + offset + row * c.keyValueSize, count: c.keyValueSize)
        }
    }

    /// Takes over the first `rows` positions of a cache of the same format that begins at the same position.
    func copy(rows: Int, of other: KeyValueCache) {
        for layer in 0..<configuration.layerCount {
            let (from, to) = (layer * other.layerStride, layer * layerStride)
            switch (storage, other.storage) {
            case (.rows(let keys, let values), .rows(let otherKeys, let otherValues)):
                (keys.pointer + to).update(from: otherKeys.pointer + from, count: rows * configuration.keyValueSize)
                (values.pointer + to).update(from: otherValues.pointer + from, count: rows * configuration.keyValueSize)
            case (.panels(let panels), .panels(let otherPanels)):
                (panels.pointer + to).update(
                    from: otherPanels.pointer + from, count: Self.panelWords(configuration.attentionShape, rows))
            default: preconditionFailure("caches of two formats")
            }
        }
    }

    func span(layer: Int, count: Int) -> pk_kv_span {
        let offset = layer * layerStride
        var span = pk_kv_span()
        span.count = Int32(count)
        span.first_position = Int32(firstPosition)
        switch storage {
        case .rows(let keys, let values): (span.k, span.v) = (UnsafePointer(keys.pointer + offset), UnsafePointer(values.pointer + offset))
        case .panels(let buffer): span.panels = UnsafePointer(Self.words(buffer, offset))
        }
        return span
    }
}
