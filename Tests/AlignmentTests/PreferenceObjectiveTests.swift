import Alignment
import Foundation
import Testing

@Suite struct PreferenceObjectiveTests {
    typealias Completion = PreferenceObjective.Completion

    /// Step 0: policy equals reference, so the loss is ln 2 and both rewards are 0.
    @Test func rule6_lossAtTheReferenceIsLn2() {
        let completion = Completion(policy: -12.5, reference: -12.5, tokens: 9)
        let value = PreferenceObjective(beta: 0.1).value(chosen: completion, rejected: completion)
        #expect(abs(value.loss - 0.693147) < 1e-6)
        #expect(value.margin == 0)
        // d/d(log pi chosen) = -beta sigma(0) = -0.05
        #expect(abs(value.chosenDerivative + 0.05) < 1e-12)
        #expect(abs(value.rejectedDerivative - 0.05) < 1e-12)
    }

    /// log-ratios: chosen -10 - -12 = 2, rejected -8 - -7 = -1; h = 0.5 * 3 = 1.5.
    /// -log sigma(1.5) = log(1 + e^-1.5) = log(1.22313016) = 0.20141328.
    @Test func sigmoidByHand() {
        let value = PreferenceObjective(beta: 0.5).value(
            chosen: Completion(policy: -10, reference: -12, tokens: 4),
            rejected: Completion(policy: -8, reference: -7, tokens: 5))
        #expect(abs(value.loss - 0.20141328) < 1e-7)
        #expect(value.chosenReward == 1)
        #expect(value.rejectedReward == -0.5)
        // -0.5 * sigma(-1.5) = -0.5 * 0.18242552
        #expect(abs(value.chosenDerivative + 0.09121276) < 1e-7)
    }

    /// With smoothing 0.1 and h = 1.5: 0.9 * 0.20141328 + 0.1 * (0.20141328 + 1.5) = 0.35141328.
    @Test func labelSmoothingByHand() {
        let value = PreferenceObjective(beta: 0.5, labelSmoothing: 0.1).value(
            chosen: Completion(policy: -10, reference: -12, tokens: 4),
            rejected: Completion(policy: -8, reference: -7, tokens: 5))
        #expect(abs(value.loss - 0.35141328) < 1e-7)
    }

    /// h = 0.5 * 3 = 1.5 >= 1: no loss, no slope. h = 0.2 * 3 = 0.6: loss 0.4, slope -beta.
    @Test func hingeByHand() {
        let chosen = Completion(policy: -10, reference: -12, tokens: 4)
        let rejected = Completion(policy: -8, reference: -7, tokens: 5)
        let satisfied = PreferenceObjective(form: .hinge, beta: 0.5).value(chosen: chosen, rejected: rejected)
        #expect(satisfied.loss == 0 && satisfied.chosenDerivative == 0)
        let violated = PreferenceObjective(form: .hinge, beta: 0.2).value(chosen: chosen, rejected: rejected)
        #expect(abs(violated.loss - 0.4) < 1e-12)
        #expect(violated.chosenDerivative == -0.2)
    }

    /// Means per token: 2 / 4 - (-1 / 5) = 0.7; 1 / (2 * 0.5) = 1; (0.7 - 1)^2 = 0.09.
    /// d/d(chosen) = 2 * -0.3 / 4 = -0.15; d/d(rejected) = 0.6 / 5 = 0.12.
    @Test func ipoByHand() {
        let value = PreferenceObjective(form: .ipo, beta: 0.5).value(
            chosen: Completion(policy: -10, reference: -12, tokens: 4),
            rejected: Completion(policy: -8, reference: -7, tokens: 5))
        #expect(abs(value.loss - 0.09) < 1e-12)
        #expect(abs(value.chosenDerivative + 0.15) < 1e-12)
        #expect(abs(value.rejectedDerivative - 0.12) < 1e-12)
    }

    /// Adds 0.3 * 10 / 4 = 0.75 to the loss and -0.3 / 4 to the chosen derivative.
    @Test func supervisedTermByHand() {
        let chosen = Completion(policy: -10, reference: -12, tokens: 4)
        let rejected = Completion(policy: -8, reference: -7, tokens: 5)
        let plain = PreferenceObjective(beta: 0.5).value(chosen: chosen, rejected: rejected)
        let mixed = PreferenceObjective(beta: 0.5, supervisedWeight: 0.3).value(chosen: chosen, rejected: rejected)
        #expect(abs(mixed.loss - plain.loss - 0.75) < 1e-12)
        #expect(abs(mixed.chosenDerivative - plain.chosenDerivative + 0.075) < 1e-12)
        #expect(mixed.rejectedDerivative == plain.rejectedDerivative)
    }

    @Test(arguments: PreferenceObjective.Form.allCases)
    func derivativesEqualFiniteDifferences(form: PreferenceObjective.Form) {
        let objective = PreferenceObjective(
            form: form, beta: 0.3, labelSmoothing: form == .sigmoid ? 0.05 : 0, supervisedWeight: 0.2)
        func loss(_ chosen: Double, _ rejected: Double) -> Double {
            objective.value(
                chosen: Completion(policy: chosen, reference: -11, tokens: 6),
                rejected: Completion(policy: rejected, reference: -9, tokens: 8)
            ).loss
        }
        let value = objective.value(
            chosen: Completion(policy: -10.5, reference: -11, tokens: 6),
            rejected: Completion(policy: -9.7, reference: -9, tokens: 8))
        let step = 1e-5
        #expect(abs((loss(-10.5 + step, -9.7) - loss(-10.5 - step, -9.7)) / (2 * step) - value.chosenDerivative) < 1e-6)
        #expect(abs((loss(-10.5, -9.7 + step) - loss(-10.5, -9.7 - step)) / (2 * step) - value.rejectedDerivative) < 1e-6)
    }

    @Test func rule7_logSigmoidDoesNotOverflow() {
        #expect(logSigmoid(-1000) == -1000)
        #expect(logSigmoid(1000) == 0)
        #expect(abs(logSigmoid(0) + log(2)) < 1e-15)
        #expect(sigmoid(-1000) == 0)
        #expect(sigmoid(1000) == 1)
    }
}

@Suite struct LearningRateScheduleTests {
    /// transformers.get_cosine_schedule_with_warmup(warmup 2, total 6) at peak 1:
    /// 0, 1/2, then 0.5 (1 + cos(pi k / 4)) for k = 0...3.
    @Test func cosineByHand() {
        let schedule = LearningRateSchedule(shape: .cosine, peak: 1, warmupSteps: 2, totalSteps: 6)
        let expected = [0, 0.5, 1, 0.8535533906, 0.5, 0.1464466094]
        for (step, rate) in expected.enumerated() { #expect(abs(schedule.rate(at: step) - rate) < 1e-9) }
    }

    @Test func linearByHand() {
        let schedule = LearningRateSchedule(shape: .linear, peak: 2, warmupSteps: 1, totalSteps: 5)
        let expected = [0, 2, 1.5, 1, 0.5]
        for (step, rate) in expected.enumerated() { #expect(abs(schedule.rate(at: step) - rate) < 1e-12) }
    }

    @Test func constantWithoutWarmupIsThePeak() {
        let schedule = LearningRateSchedule(shape: .constant, peak: 3, warmupSteps: 0, totalSteps: 4)
        #expect((0..<4).allSatisfy { schedule.rate(at: $0) == 3 })
    }
}
