import Foundation

/// How a server wants to be asked, learnt from what it refuses.
struct WireDialect: Sendable, Hashable {
    /// OpenAI's reasoning models know the token limit by its newer name only.
    var usesMaximumCompletionTokens = false
    /// Reproducible sampling is a server's courtesy; one that refuses to hear of it is asked without.
    var omitsSeed = false

    /// - Returns: whether the request can be worded without the field as it stands.
    mutating func learn(refused field: RequestField) -> Bool {
        switch field {
        case .maximumTokens where !usesMaximumCompletionTokens: usesMaximumCompletionTokens = true
        case .seed where !omitsSeed: omitsSeed = true
        default: return false
        }
        return true
    }
}

/// Fields of a request that some servers refuse.
enum RequestField: String, Sendable, CaseIterable {
    case maximumTokens = "max_tokens"
    case seed
    case logProbabilities = "logprobs"
    case topLogProbabilities = "top_logprobs"
    case temperature

    /// The field that a refusal is about, as OpenAI's servers name it (`error.param`), those built on FastAPI
    /// (`detail[].loc`), or in words; `nil` where it is about something else.
    init?(refusal body: Data) {
        if let answer = try? JSONDecoder().decode(ErrorResponse.self, from: body) {
            let text = answer.error.message ?? ""
            if let parameter = answer.error.parameter {
                // unsupported_parameter, unsupported_value, unknown_parameter; not a value out of its range.
                let refuses = answer.error.code?.hasPrefix("un") == true || Self.refuses(text)
                guard refuses, let field = Self(rawValue: parameter) else { return nil }
                self = field
                return
            }
            self.init(words: text)
            return
        }
        if let answer = try? JSONDecoder().decode(ValidationResponse.self, from: body) {
            for fault in answer.detail where fault.type?.contains("extra") == true || Self.refuses(fault.message ?? "") {
                if case .name(let name)? = fault.location.last, let field = Self(rawValue: name) {
                    self = field
                    return
                }
            }
            return nil
        }
        self.init(words: String(decoding: body.prefix(10_000), as: UTF8.self))
    }

    private init?(words text: String) {
        guard Self.refuses(text) else { return nil }
        let words = text.lowercased().split { !($0.isLetter || $0 == "_") }
        // A message about the older name of the limit recommends the newer one.
        let named = Self.allCases.first { field in words.contains { $0 == field.rawValue } }
        guard let named else { return nil }
        self = named
    }

    private static func refuses(_ text: String) -> Bool {
        let text = text.lowercased()
        return [
            "not support", "unsupported", "n't support", "unknown", "unrecognized", "unexpected", "not permitted", "not allowed",
            "only the default",
        ].contains { text.contains($0) }
    }
}

/// A validation error of FastAPI, on which many servers are built.
private struct ValidationResponse: Decodable {
    struct Fault: Decodable {
        enum Step: Decodable {
            case name(String)
            case index

            init(from decoder: any Decoder) throws {
                self = (try? decoder.singleValueContainer().decode(String.self)).map(Self.name) ?? .index
            }
        }
        var location: [Step]
        var type: String?
        var message: String?

        enum CodingKeys: String, CodingKey {
            case type
            case location = "loc"
            case message = "msg"
        }
    }
    var detail: [Fault]
}
