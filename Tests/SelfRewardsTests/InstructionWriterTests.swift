import SelfRewards
import Testing
import Tokenization

@Suite struct InstructionWriterTests {
    private let seeds = (1...20).map { "Seed task number \($0)." }
    private let written = (1...5).map { "Written task number \($0)." }

    private func writer(_ written: [String] = [], stream: String = "m0", seed: UInt64 = 3) throws -> InstructionWriter {
        try InstructionWriter(settings: .init(seed: seed), seeds: seeds, written: written, stream: stream)
    }

    @Test func examplesAreDrawnWithoutRepetition() throws {
        for attempt in 0..<50 {
            let examples = try writer(written).examples(attempt: attempt)
            #expect(Set(examples).count == 8)
            #expect(examples.count { $0.hasPrefix("Written") } == 2)
        }
        #expect(try writer().examples(attempt: 0).allSatisfy { $0.hasPrefix("Seed") })
        #expect(try writer(["One."]).examples(attempt: 0).count { $0 == "One." } == 1)
    }

    @Test func anAttemptDependsOnItsNumberTheModelAndTheSeedOnly() throws {
        let first = try writer().examples(attempt: 7)
        #expect(try writer().examples(attempt: 7) == first)
        #expect(try writer().examples(attempt: 8) != first)
        #expect(try writer(stream: "m1").examples(attempt: 7) != first)
        #expect(try writer(seed: 4).examples(attempt: 7) != first)
    }

    @Test func theConversationShowsEveryExampleAsAnAnswer() throws {
        let turns = try writer().conversation(attempt: 0)
        #expect(turns.count == 17 && turns.last?.role == .user)
        #expect(turns.filter { $0.role == .assistant }.map(\.content) == (try writer().examples(attempt: 0)))
        #expect(Set(turns.filter { $0.role == .user }.map(\.content)).count == 1)
    }
}
