import Foundation

/// Relative positions as rows of the relative embedding table.
///
/// With buckets, distances up to half their number have a row each, further ones share rows whose width grows with
/// the logarithm of the distance (DeBERTa's `make_log_bucket_position`).
package struct RelativePositions {
    /// Rows of distances `-(length - 1)...(length - 1)`.
    private let rows: [Int32]
    private let length: Int

    /// - Parameter span: rows on each side; the table has `2 * span`, and row `span` is distance 0.
    init(length: Int, span: Int, buckets: Int, maximumDistance: Int) {
        self.length = length
        rows = (-(length - 1)...max(0, length - 1)).map { distance in
            let bucket = buckets > 0 ? Self.bucket(distance, buckets, maximumDistance) : distance
            return Int32(min(max(bucket + span, 0), 2 * span - 1))
        }
    }

    /// Calls `body` with a pointer to the row of distance 0; offsets from `-(length - 1)` to `length - 1` are valid.
    func withRows<Result>(_ body: (UnsafePointer<Int32>) -> Result) -> Result {
        rows.withUnsafeBufferPointer { buffer in
            // `rows` has 2 * length - 1 >= 1 elements.
            guard let base = buffer.baseAddress else { preconditionFailure("a table of positions is never empty") }
            return body(base + (length - 1))
        }
    }

    /// Signed bucket of a distance, in float32 as the model was trained with.
    package static func bucket(_ distance: Int, _ buckets: Int, _ maximumDistance: Int) -> Int {
        let middle = buckets / 2
        guard abs(distance) > middle else { return distance }
        let ratio = log(Float(abs(distance)) / Float(middle)) / log(Float(Double(maximumDistance - 1) / Double(middle)))
        let bucket = Int((ratio * Float(middle - 1)).rounded(.up)) + middle
        return distance < 0 ? -bucket : bucket
    }
}
