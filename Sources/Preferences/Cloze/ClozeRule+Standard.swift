extension ClozeRule {
    public static let standard = ClozeRule(
        unaidedWeight: 0.1, minimumPosterior: 0.7, minimumGain: 0, minimumAdvantage: 3.5, maximumUnaidedPosterior: 0.7)
}
