import SelfRewards
import Testing

@Suite struct InstructionFilterTests {
    /// LCS "the cat on mat" (4) of 6 and 5 words: precision 4/6, recall 4/5, F1 = 2 * 4 / (6 + 5) = 8/11.
    @Test func rougeLIsTheF1OfTheLongestCommonSubsequence() {
        let first = RougeL.words("The cat sat on the mat."), second = RougeL.words("the cat, on a MAT")
        #expect(first.count == 6 && second.count == 5)
        #expect(abs(RougeL.score(first, second) - 8.0 / 11) < 1e-12)
        #expect(RougeL.score(second, first) == RougeL.score(first, second))
        #expect(RougeL.score(first, first) == 1)
        #expect(RougeL.score(first, RougeL.words("")) == 0)
        #expect(RougeL.score(RougeL.words("a b"), RougeL.words("b a")) == 0.5)
    }

    @Test(arguments: [
        ("Explain why the sky is blue.", "Explain why the sky is blue."),
        ("New task: Explain why the sky is blue.", "Explain why the sky is blue."),
        ("**Task 9:** Explain why the sky is blue.", "Explain why the sky is blue."),
        ("3. Explain why the sky is blue.", "Explain why the sky is blue."),
        ("\"Explain why the sky is blue.\"", "Explain why the sky is blue."),
        ("Explain why the sky is blue.\n\nNew task: Name three rivers.", "Explain why the sky is blue."),
        ("Explain why the sky is blue.\n2. Name three rivers.", "Explain why the sky is blue."),
        // Two lines of one instruction stay together.
        ("Explain why the sky is blue.\nUse two sentences.", "Explain why the sky is blue.\nUse two sentences."),
        ("Explain \"blue\" and \"sky\" to a child", "Explain \"blue\" and \"sky\" to a child"),
    ])
    func labelsQuotesAndFurtherTasksAreCutOff(text: String, instruction: String) {
        var filter = InstructionFilter(seeds: [])
        #expect(filter.take(text) == instruction)
    }

    @Test func everyDropHasItsReason() {
        var filter = InstructionFilter(seeds: ["Write a poem about the sea in winter."])
        #expect(filter.take("Describe a walk through a forest at night.") != nil)
        let dropped: [(String, Bool, InstructionDrop)] = [
            ("", false, .empty),
            ("New task:", false, .empty),
            ("Write a story that goes on and", true, .cutOff),
            ("Tell a joke.", false, .tooShort),
            (Array(repeating: "very", count: 61).joined(separator: " "), false, .tooLong),
            ("I\u{2019}m sorry, but I cannot help with that.", false, .refusal),
            ("Summarise the following text in one sentence.", false, .lacksMaterial),
            ("Write a poem about the sea in summer.", false, .duplicate),
            ("Describe a walk through a forest at noon.", false, .duplicate),
        ]
        for (text, isCutOff, reason) in dropped {
            let before = filter.drops[reason, default: 0]
            #expect(filter.take(text, isCutOff: isCutOff) == nil, "\(text)")
            #expect(filter.drops[reason] == before + 1, "\(text): \(filter.drops)")
        }
        #expect(filter.kept == ["Describe a walk through a forest at night."])
        #expect(filter.drops.values.reduce(0, +) == dropped.count)
        #expect(Set(filter.drops.keys) == Set(InstructionDrop.allCases))
    }
}
