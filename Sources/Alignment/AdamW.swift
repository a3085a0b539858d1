import CKernels
import LanguageModel

/// AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101): Adam with weight decay apart from the gradient.
public final class AdamW {
    public struct Settings: Sendable, Hashable, Codable {
        public var beta1: Float = 0.9
        public var beta2: Float = 0.999
        public var epsilon: Float = 1e-8
        /// Applied to matrices only; norm gains are not decayed.
        public var weightDecay: Float = 0

        public init(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    public let settings: Settings
    /// First and second moments, in parameter order.
    public let firstMoment: FloatBuffer
    public let secondMoment: FloatBuffer
    /// Updates made so far.
    public internal(set) var step = 0

    /// Runs of neighbouring parameters that share one decay.
    private let groups: [(range: Range<Int>, weightDecay: Float)]
    private let pool: ThreadPool

    public init(parameters: TrainableParameters, settings: Settings, pool: ThreadPool) {
        self.settings = settings
        self.pool = pool
        firstMoment = FloatBuffer(count: parameters.values.count)
        secondMoment = FloatBuffer(count: parameters.values.count)
        var groups: [(range: Range<Int>, weightDecay: Float)] = []
        for (range, isMatrix) in parameters.tensors {
            let decay = isMatrix ? settings.weightDecay : 0
            if let last = groups.last, last.range.upperBound == range.lowerBound, last.weightDecay == decay {
                groups[groups.count - 1].range = last.range.lowerBound..<range.upperBound
            } else {
                groups.append((range, decay))
            }
        }
        self.groups = groups
    }

    /// p -= rate * (m_hat / (sqrt(v_hat) + epsilon) + decay * p), on gradients multiplied by `gradientScale`.
    public func update(_ parameters: FloatBuffer, gradients: FloatBuffer, rate: Double, gradientScale: Double) {
        step += 1
        for (range, decay) in groups {
            pk_adamw(
                pool.handle, Int64(range.count), parameters.pointer + range.lowerBound,
                gradients.pointer + range.lowerBound, firstMoment.pointer + range.lowerBound,
                secondMoment.pointer + range.lowerBound, Float(rate), settings.beta1, settings.beta2,
                settings.epsilon, decay, Int64(step), Float(gradientScale))
        }
    }

    /// Euclidean norm of all gradients.
    public func norm(of gradients: FloatBuffer) -> Double {
        pk_sum_of_squares(pool.handle, Int64(gradients.count), gradients.pointer).squareRoot()
    }
}

/// The buffer that training changes, and its tensors in order.
public struct TrainableParameters {
    public var values: FloatBuffer
    public var tensors: [(range: Range<Int>, isMatrix: Bool)]

    /// The adapter's parameters where the model has one, otherwise the model's own.
    public init(of model: LanguageModel) {
        if let adapter = model.adapter {
            values = adapter.parameters
            tensors = adapter.placements.flatMap { placement in
                [
                    (placement.offsetA..<placement.offsetB, true),
                    (placement.offsetB..<placement.offsetB + adapter.rank * placement.outputs, true),
                ]
            }
        } else {
            values = model.parameters
            tensors = model.layout.tensors.map { ($0.offset..<$0.offset + $0.count, $0.isMatrix) }
        }
    }
}
