import ArgumentParser
import Study
import Testing

@Suite struct JudgeSelectionTests {
    @Test(arguments: [
        ("cloze", JudgeSelection.cloze),
        ("prompted:original", .prompted(model: nil)),
        ("prompted:/models/judge.gguf", .prompted(model: "/models/judge.gguf")),
        ("openai:gpt@4@http://127.0.0.1:8080/v1", .endpoint("gpt@4@http://127.0.0.1:8080/v1")),
    ])
    func readsWhatItWrites(text: String, selection: JudgeSelection) throws {
        #expect(try JudgeSelection(argument: text) == selection)
        #expect(selection.description == text)
    }

    @Test(arguments: ["", "Cloze", "prompted", "prompted:", "openai:", "openai:gpt-4", "llama.gguf"])
    func anythingElseIsExplained(text: String) {
        #expect(throws: JudgeSelection.Malformed.self) { try JudgeSelection(argument: text) }
    }

    @Test func theCommandLineSaysWhatCanBeGiven() throws {
        #expect(try StudyOptions.parse(["--judge", "prompted:original"]).judge == .prompted(model: nil))
        #expect(try StudyOptions.parse([]).judge == .cloze)
        do {
            _ = try StudyOptions.parse(["--judge", "gpt-4"])
            Issue.record("a judge that there is not was taken")
        } catch {
            #expect(StudyOptions.message(for: error).contains("prompted:PATH"))
        }
    }

    @Test func settingsOfAPromptedJudge() throws {
        var settings = StudySettings()
        try settings.apply(overrides: ["judge.mode=letter", "judge.parser=faithful", "judge.questions=cloze"])
        #expect(settings.judge.mode == .letter && settings.judge.parser == .faithful && settings.judge.questions == .cloze)
        #expect(throws: ConfigurationError.self) { try settings.apply(overrides: ["judge.mode=guess"]) }
    }
}
