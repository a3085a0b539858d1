import Statistics

/// A claim of the published study beside what these data say about it.
struct Claim: Sendable {
    enum Verdict: String, Sendable, Codable {
        case reproduced
        case notSeparable = "not separable"
        case contradicted
        case notTested = "not tested"

        var tone: Table.Tone {
            switch self {
            case .reproduced: .favourable
            case .contradicted: .adverse
            case .notSeparable: .open
            case .notTested: .quiet
            }
        }

        /// From an estimate that the claim says is above a bound.
        init(_ estimate: Estimate, isAbove bound: Double) {
            guard let interval = estimate.interval else {
                self = .notSeparable
                return
            }
            self = interval.lower > bound ? .reproduced : interval.upper < bound ? .contradicted : .notSeparable
        }

        /// Of a claim with two parts: the worse of the two decides.
        func and(_ other: Verdict) -> Verdict {
            let order: [Verdict] = [.contradicted, .notTested, .notSeparable, .reproduced]
            return order.first { $0 == self || $0 == other } ?? .notSeparable
        }
    }

    var number: Int
    /// The published claim.
    var text: String
    /// What was measured here.
    var ours: String
    /// The rule by which the verdict was read off.
    var rule: String
    var verdict: Verdict
    /// Anchor of the evidence.
    var link: String

    /// What the link leads to.
    var evidence: String {
        switch link {
        case "#figure-frontier": "Figure 1"
        case "#results": "Results"
        case "#sweeps": "Sweeps"
        case "#lora": "LoRA"
        case "#iterations": "Iterations"
        default: "Failures"
        }
    }
}

/// Margins within which a change counts as little, in shares: claim 2 speaks of "minimal" effects.
enum EquivalenceMargin {
    static let accuracy = 0.05
    static let compression = 0.02
}

extension StudyAnalysis {
    func claims() throws -> [Claim] {
        try [
            frontierClaim(), sftClaim(), sweepClaim(), loraClaim(), iterationClaim(), failureClaim(), prompterClaim(),
        ]
    }

    private func untested(_ number: Int, _ text: String, _ missing: String, link: String) -> Claim {
        Claim(number: number, text: text, ours: missing, rule: "", verdict: .notTested, link: link)
    }

    private func frontierClaim() throws -> Claim {
        let text = "DPO dominates the accuracy-compression frontier of prompted baselines."
        guard let headline, !baselines.isEmpty else {
            return untested(1, text, headline == nil ? "No DPO system." : "No baseline.", link: "#figure-frontier")
        }
        let undominated = try probabilityUndominated(headline, by: baselines)
        let dominated = try baselines.filter { try probability(headline, dominates: $0) >= 0.95 }
        let verdict: Claim.Verdict =
            undominated >= 0.95 && !dominated.isEmpty ? .reproduced : undominated <= 0.05 ? .contradicted : .notSeparable
        return Claim(
            number: 1, text: text,
            ours: """
                No baseline dominates \(headline.label) in \(Prose.probability(undominated)) of resamples; it dominates \
                \(dominated.count) of \(Prose.counted(baselines.count, "baseline")) in at least 95 %.
                """,
            rule: "Reproduced: undominated in at least 95 % of joint resamples and dominating one baseline or more; contradicted: undominated in at most 5 %.",
            verdict: verdict, link: "#figure-frontier")
    }

    private func sftClaim() throws -> Claim {
        let text = "SFT moves little: slightly longer, slightly more accurate."
        guard let sft = systems(of: .sft).first, let comparison = comparisons[sft.name] else {
            return untested(2, text, "No SFT system.", link: "#results")
        }
        let accuracy = comparison.accuracyDifference
        let length = comparison.compressionDifference
        func little(_ estimate: Estimate, _ margin: Double) -> Claim.Verdict {
            guard let interval = estimate.interval else { return .notSeparable }
            if interval.lower >= -margin && interval.upper <= margin { return .reproduced }
            return interval.lower > margin || interval.upper < -margin ? .contradicted : .notSeparable
        }
        return Claim(
            number: 2, text: text,
            ours: "Accuracy \(NumberFormat.percentagePoints(accuracy)), median compression \(NumberFormat.percentagePoints(length)).",
            rule: "Reproduced: both intervals within ±5 points of accuracy and ±2 points of compression; contradicted: one lies wholly outside.",
            verdict: little(accuracy, EquivalenceMargin.accuracy).and(little(length, EquivalenceMargin.compression)),
            link: "#results")
    }

    private func sweepClaim() throws -> Claim {
        let text = "Win rate peaks at a middle beta; too low a beta or too high a rate makes out-of-distribution outputs."
        guard let sweep = sweeps.first(where: { $0.rank == nil && $0.betas.count >= 3 }) else {
            return untested(3, text, "No sweep over three betas or more.", link: "#sweeps")
        }
        // Per beta its best learning rate, as the published sweep reports it.
        let peaks = sweep.betas.compactMap { beta in
            sweep.settings.filter { $0.cell.beta == beta }.max { $0.record.rate.value < $1.record.rate.value }
        }
        guard let best = peaks.max(by: { $0.record.rate.value < $1.record.rate.value }), let low = peaks.first,
            let high = peaks.last
        else { return untested(3, text, "The sweep is empty.", link: "#sweeps") }
        func above(_ other: SweepAnalysis.Setting) throws -> Claim.Verdict {
            let difference = try bootstrap.meanDifference(
                best.record.scores, other.record.scores, metric: "claim-3/\(best.label)/\(other.label)")
            return Claim.Verdict(difference, isAbove: 0)
        }
        let isInterior = best.cell.beta > low.cell.beta && best.cell.beta < high.cell.beta
        var verdict = Claim.Verdict.notSeparable
        if isInterior {
            verdict = try above(low).and(above(high))
        } else if try peaks.dropFirst().dropLast().allSatisfy({ try above($0) == .reproduced }) {
            verdict = .contradicted
        }
        let worst = sweep.settings.max { $0.failed.value < $1.failed.value }
        let failures = worst.map { " Most failures: \(NumberFormat.share($0.failed)) at \($0.label)." } ?? ""
        return Claim(
            number: 3, text: text,
            ours: "Highest win rate \(NumberFormat.percent(best.record.rate)) at \(best.label).\(failures)",
            rule: "Each beta at its best rate. Reproduced: the best beta lies between others and beats both ends, paired; contradicted: it is an end and beats all between.",
            verdict: verdict, link: "#sweeps")
    }

    private func loraClaim() throws -> Claim {
        let text = "LoRA rank 64 at a higher rate stays below full parameters and fails more often."
        guard let lora = systems(of: .lora).first, let headline, headline.name != lora.name,
            let winRate = try winRateDifference(headline, lora)
        else { return untested(4, text, "No LoRA system beside a full-parameter one.", link: "#lora") }
        let failures = try failureDifference(lora, headline)
        return Claim(
            number: 4, text: text,
            ours: "Full minus LoRA: win rate \(NumberFormat.percentagePoints(winRate)); LoRA minus full: failures \(NumberFormat.percentagePoints(failures)).",
            rule: "Reproduced: both differences above 0; contradicted: one below.",
            verdict: Claim.Verdict(winRate, isAbove: 0).and(Claim.Verdict(failures, isAbove: 0)), link: "#lora")
    }

    private func iterationClaim() throws -> Claim {
        let text = "A second round compresses further and adds more than 10 points of win rate."
        guard let second = systems(of: .dpo).first(where: { $0.system.round == 2 }),
            let first = systems(of: .dpo).first(where: { $0.system.round == 1 }),
            let winRate = try winRateDifference(second, first)
        else { return untested(5, text, "No second round.", link: "#iterations") }
        let length = try compressionDifference(first, second)
        return Claim(
            number: 5, text: text,
            ours: "Round 2 minus round 1: win rate \(NumberFormat.percentagePoints(winRate)); round 1 minus round 2: median compression \(NumberFormat.percentagePoints(length)).",
            rule: "Reproduced: win rate up by more than 10 points and compression lower; contradicted: one interval lies below its bound.",
            verdict: Claim.Verdict(winRate, isAbove: 0.10).and(Claim.Verdict(length, isAbove: 0)), link: "#iterations")
    }

    private func failureClaim() throws -> Claim {
        let text = "The reported DPO models have no failed outputs."
        let tuned = systems(of: .dpo)
        guard !tuned.isEmpty else { return untested(6, text, "No DPO system.", link: "#failures") }
        let parts = tuned.map { "\($0.label): \(NumberFormat.share($0.failedAsPublished))" }
        let isClean = tuned.allSatisfy { $0.failedAsPublished.successes == 0 }
        return Claim(
            number: 6, text: text,
            ours: "As long as the article, or invalid characters: \(parts.joined(separator: "; ")). Failures of other kinds are in the evidence.",
            rule: "The study's two failures, as long as the article or invalid characters. Reproduced: none; contradicted: one or more.",
            verdict: isClean ? .reproduced : .contradicted, link: "#failures")
    }

    private func prompterClaim() throws -> Claim {
        let text = "A prompted stronger model (2, 3, 4 sentences) trades one metric for the other."
        let stronger = systems(of: .endpoint).sorted { $0.medianCompression.value < $1.medianCompression.value }
        guard let short = stronger.first, let long = stronger.last, stronger.count >= 2 else {
            let own = systems(of: .prompted).map {
                "\($0.label) \(NumberFormat.fixed($0.medianCompression.value * 100, decimals: 1)) % / \(NumberFormat.fixed($0.accuracy.value * 100, decimals: 1)) %"
            }
            let observed = own.count < 2
                ? "" : " The same model under other prompts (compression / accuracy): \(own.joined(separator: ", "))."
            return untested(7, text, "No stronger model was run.\(observed)", link: "#figure-frontier")
        }
        let accuracy = try accuracyDifference(long, short)
        let length = try compressionDifference(long, short)
        return Claim(
            number: 7, text: text,
            ours: "\(long.label) minus \(short.label): accuracy \(NumberFormat.percentagePoints(accuracy)), median compression \(NumberFormat.percentagePoints(length)).",
            rule: "Reproduced: the longest prompt is more accurate and longer than the shortest; contradicted: one of the two is reversed.",
            verdict: Claim.Verdict(accuracy, isAbove: 0).and(Claim.Verdict(length, isAbove: 0)), link: "#figure-frontier")
    }
}
