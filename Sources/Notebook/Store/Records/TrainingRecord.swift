import Foundation
import GRDB

/// One training of a model.
public struct TrainingRecord: Sendable, Codable, Equatable {
    public var key: String
    public var experiment: String
    public var label: String
    public var settings: [String: KeyValue]
    public var state: TrainingState
    /// Summed over sessions.
    public var seconds: Double
    /// Relative to the workspace.
    public var weightsPath: String?
    /// SHA-256 of the weights file.
    public var weightsHash: String?

    public init(
        key: String, experiment: String, label: String, settings: [String: KeyValue], state: TrainingState,
        seconds: Double, weightsPath: String? = nil, weightsHash: String? = nil
    ) {
        self.key = key
        self.experiment = experiment
        self.label = label
        self.settings = settings
        self.state = state
        self.seconds = seconds
        self.weightsPath = weightsPath
        self.weightsHash = weightsHash
    }
}

extension TrainingRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "training" }
}

public enum TrainingState: String, Sendable, Codable, DatabaseValueConvertible { case running, done, diverged }

/// Metrics of one optimizer step.
public struct TrainingStepRecord: Sendable, Codable, Equatable {
    public var trainingKey: String
    public var step: Int
    /// By the field's names, e.g. `rewards/margins`. Values may be infinite or NaN, as in a run that diverged.
    public var metrics: [String: Double]

    public init(
        trainingKey: String, step: Int, metrics: [String: Double]
    ) {
        self.trainingKey = trainingKey
        self.step = step
        self.metrics = metrics
    }
}

extension TrainingStepRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "trainingStep" }

    public static func databaseJSONEncoder(for column: String) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    public static func databaseJSONDecoder(for column: String) -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}
