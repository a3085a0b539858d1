import Checkpoints
import Preferences

/// One judge's questions, answered by another.
struct DividedJudge: Judge {
    let asking: any Judge
    let answering: any Judge

    var identity: String {
        var hash = SHA256()
        for part in ["divided judge", asking.identity, answering.identity] { hash.update("\(part.utf8.count):\(part)") }
        return hash.hexDigest()
    }

    nonisolated(nonsending) func questions(for articles: [Article]) async throws -> [QuestionOutcome] {
        try await asking.questions(for: articles)
    }

    nonisolated(nonsending) func answers(to requests: [JudgeRequest]) async throws -> [Judgement] {
        try await answering.answers(to: requests)
    }
}
