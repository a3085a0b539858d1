import Alignment
import Checkpoints
import Instructions
import LanguageModel
import Notebook
import Preferences
import SelfRewards
import Tokenization

/// Exit codes of the errors of layers that do not know them.
enum StudyFailure {
    static func report(_ error: any Error) -> FailureReport {
        switch error {
        case let error as CheckpointError:
            wrapped(
                error.kind == .writeFailed ? "cannot write a file" : "cannot read the model", String(describing: error), error.exitStatus)
        case let error as TokenizationError:
            wrapped("cannot use the tokenizer", String(describing: error), .badData)
        case let error as CorpusError:
            wrapped("cannot read the articles", String(describing: error), error.isUnreadable ? .missingInput : .badData)
        case let error as MissingPromptError:
            wrapped("a part of the program is missing", String(describing: error), .missingInput)
        case let error as JudgeExampleError:
            FailureReport(
                UserFailure(
                    "cannot read the judge examples", location: error.file + (error.line.map { ":\($0)" } ?? ""),
                    why: error.reason, remedy: error.remedy, exitStatus: error.isUnreadable ? .missingInput : .badData))
        case let error as SelfRewardError:
            wrapped("the model cannot grade responses", String(describing: error), .badData)
        case let error as ModelError:
            wrapped("the model cannot take this input", String(describing: error), .badData)
        case let error as InstructionError:
            FailureReport(
                UserFailure(
                    "cannot read the instructions", location: error.file + (error.line.map { ":\($0)" } ?? ""), why: error.reason,
                    remedy: error.remedy, exitStatus: error.isUnreadable ? .missingInput : .badData))
        case let error as TrainingCheckpointError:
            wrapped("training cannot go on", String(describing: error), .badData)
        default:
            FailureReport(error)
        }
    }

    private static func wrapped(_ what: String, _ why: String, _ status: ExitStatus) -> FailureReport {
        FailureReport(UserFailure(what, why: why, exitStatus: status))
    }
}

extension CheckpointError {
    fileprivate var exitStatus: ExitStatus {
        switch kind {
        case .unreadable: .missingInput
        case .writeFailed: .cannotWrite
        case .notEnoughMemory: .failed
        default: .badData
        }
    }
}

extension CorpusError {
    fileprivate var isUnreadable: Bool { if case .unreadable = reason { true } else { false } }
}
