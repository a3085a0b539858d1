/// Order statistics of samples that are already sorted.
enum Quantile {
    static func median(ofSorted values: [Double]) -> Double {
        let middle = values.count / 2
        return values.count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
    }

    /// The central `confidence` share of sorted bootstrap statistics. The two ends are order
    /// statistics at mirrored ranks, so negating every statistic negates the interval exactly.
    static func percentileInterval(ofSorted values: [Double], confidence: Double) -> Interval {
        let rank = tailRank(tail: (1 - confidence) / 2, count: values.count)
        return Interval(lower: values[rank], upper: values[values.count - 1 - rank])
    }

    /// Zero-based rank with a share `tail` of the sample below it.
    static func tailRank(tail: Double, count: Int) -> Int {
        // The small term keeps (1 - 0.95) / 2 * 10,000 from rounding down to 249.
        min(Int((tail * Double(count) + 1e-9).rounded(.down)), (count - 1) / 2)
    }
}
