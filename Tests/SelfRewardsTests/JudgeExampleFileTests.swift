import Foundation
import SelfRewards
import Testing

@Suite struct JudgeExampleFileTests {
    private func read(_ lines: String) throws -> JudgeExampleFile {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("judge-examples-\(UUID().uuidString).jsonl")
        try Data(lines.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try JudgeExampleFile(path: url.path)
    }

    @Test func judgementsEndWithTheirScore() throws {
        let file = try read(
            """
            {"instruction": "Add 2 and 3.", "response": "5", "judgement": "Right.\\nScore: 5", "score": 5}

            {"instruction": "Add 2 and 3.", "response": "six", "judgement": " Wrong. ", "score": 0}
            """)
        #expect(file.examples.map(\.judgement) == ["Right.\nScore: 5", "Wrong.\nScore: 0"])
        #expect(file.examples.map(\.score) == [5, 0])
    }

    @Test(arguments: [
        ("nonsense", "line 2"),
        ("{\"instruction\": \"a\", \"response\": \"b\", \"judgement\": \"c\"}", "score is no whole number"),
        ("{\"instruction\": \"a\", \"response\": \"b\", \"judgement\": \"c\", \"score\": 6}", "score is no whole number"),
        ("{\"instruction\": \"a\", \"response\": \"b\", \"judgement\": \"c\", \"score\": 2.5}", "score is no whole number"),
        ("{\"instruction\": \"a\", \"judgement\": \"c\", \"score\": 2}", "response is missing"),
        ("{\"instruction\": \" \", \"response\": \"b\", \"judgement\": \"c\", \"score\": 2}", "instruction is missing"),
        ("{\"instruction\": \"a\", \"response\": \"b\", \"judgement\": \"Score: 3\", \"score\": 2}", "says 3, score says 2"),
        ("{\"instruction\": \"a\", \"response\": \"b\", \"judgement\": \"Score: <points>\", \"score\": 2}", "cannot be read: no number"),
    ])
    func aBadLineIsNamed(line: String, reason: String) throws {
        let good = "{\"instruction\": \"a\", \"response\": \"b\", \"judgement\": \"c\", \"score\": 2}"
        let error = #expect(throws: JudgeExampleError.self) { try read(good + "\n" + line + "\n" + good) }
        #expect(error?.line == 2)
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func anEmptyOrMissingFileIsAnError() {
        #expect(throws: JudgeExampleError.self) { try read("\n\n") }
        let error = #expect(throws: JudgeExampleError.self) { try JudgeExampleFile(path: "/no/such/file.jsonl") }
        #expect(error?.isUnreadable == true)
    }
}
