import Endpoints
import Notebook

/// Lets a step go on past calls that a server left unanswered, so that one bad row does not hold up the others; the
/// step then ends incomplete.
struct OpenCalls {
    private var open = 0
    private var last: EndpointError?

    /// - Returns: `nil` where some calls were left unanswered and others not.
    /// - Throws: every other error, and that of a server that answers nothing.
    mutating func answers<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch let error as EndpointError {
            guard case .unanswered(let count, let answered, _, _) = error, answered > 0 else { throw error }
            open += count
            last = error
            return nil
        }
    }

    /// - Throws: `EndpointError.unanswered` for all of the calls together.
    func check() throws {
        guard case .unanswered(_, let answered, let endpoint, let reason)? = last else { return }
        throw EndpointError.unanswered(open: open, answered: answered, endpoint: endpoint, reason: reason)
    }
}

extension EndpointError: UserError {
    public var exitStatus: ExitStatus {
        switch self {
        case .malformedAddress, .insecureAddress, .unusableKey, .malformedPrices: .usage
        case .refused, .unsupportedField, .noLogProbabilities: .endpointUnavailable
        case .unanswered, .costLimit: isIncomplete ? .incomplete : .endpointUnavailable
        }
    }
}
