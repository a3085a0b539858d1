import Foundation
import Instructions
import Testing

@Suite struct InstructionFileTests {
    private static func read(_ text: String) throws -> InstructionFile {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("instructions-\(UUID().uuidString).jsonl")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try InstructionFile(path: url.path)
    }

    @Test func allFormsAreRead() throws {
        let file = try Self.read(
            """
            {"instruction": "Add 2 and 3.", "id": 7, "held_out": true, "output": "5"}
            {"instruction": "Translate.", "input": "Guten Tag", "output": "Good day"}\r
            {"instruction": "Name a colour.", "input": ""}

            {"prompt": "Why is the sky blue?\\nBriefly."}
            {"conversations": ["Tell a joke.", "Knock knock."], "source": "stackexchange"}
            {"conversations": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}
            """)
        #expect(
            file.instructions == [
                Instruction(id: "7", text: "Add 2 and 3.", isHeldOut: true),
                Instruction(id: "line-2", text: "Translate.\n\nGuten Tag"), Instruction(id: "line-3", text: "Name a colour."),
                Instruction(id: "line-5", text: "Why is the sky blue?\nBriefly."),
                Instruction(id: "line-6", text: "Tell a joke."), Instruction(id: "line-7", text: "Hi"),
            ])
        #expect(file.heldOut.map(\.id) == ["7"] && file.training.count == 5)
    }

    @Test(arguments: [
        (#"{"text": "x"}"#, 2, "no field"), (#"{"instruction": "x", "prompt": "y"}"#, 2, "both"),
        (#"{"instruction": 3}"#, 2, "no text"), (#"{"instruction": " \n "}"#, 2, "empty"), ("[1]", 2, "no field"),
        ("{\"prompt\": \"x\"", 2, "JSON"), (#"{"prompt": "x", "prompt": "y"}"#, 2, "prompt"),
        (#"{"conversations": []}"#, 2, "neither"), (#"{"conversations": [{"role": "assistant", "content": "x"}]}"#, 2, "neither"),
        (#"{"prompt": "x", "id": "first"}"#, 2, "line 1"), (#"{"prompt": "x", "id": 1.5}"#, 2, "id"),
        (#"{"prompt": "x", "held_out": "yes"}"#, 2, "held_out"),
    ])
    func wrongLinesAreNamed(_ line: String, _ number: Int, _ reason: String) {
        let error = #expect(throws: InstructionError.self) {
            try Self.read("{\"prompt\": \"first\", \"id\": \"first\"}\n" + line + "\n")
        }
        #expect(error?.line == number && error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func emptyAndAbsentFilesAreErrors() {
        #expect(throws: InstructionError.self) { try Self.read("\n \n") }
        let error = #expect(throws: InstructionError.self) { try InstructionFile(path: "/nowhere/lima.jsonl") }
        #expect(error?.file == "/nowhere/lima.jsonl")
    }

    @Test func theEmbeddedSetIsLargeAndVaried() throws {
        let file = try InstructionFile.embedded()
        #expect(file.instructions.count >= 150)
        #expect(file.heldOut.count >= 20 && file.training.count >= 120)
        #expect(Set(file.instructions.map(\.text)).count == file.instructions.count)
        let kinds = Dictionary(grouping: file.instructions) { $0.id.prefix { $0 != "-" } }
        #expect(kinds.count >= 9)
        for (kind, instructions) in kinds {
            #expect(instructions.count >= 15 && instructions.contains(where: \.isHeldOut), "\(kind)")
        }
    }
}

@Suite struct InstructionPromptTests {
    @Test func promptsHaveTheirPlaces() throws {
        let rubric = try InstructionPrompt.additiveRubric.text()
        for place in ["{instruction}", "{response}"] { #expect(rubric.components(separatedBy: place).count == 2) }
        #expect(rubric.contains("Score: <points>"))
        #expect(rubric.components(separatedBy: "\n- ").count == 6, "five points to give")
        let asking = try InstructionPrompt.newInstruction.text()
        #expect(!asking.isEmpty && !asking.contains("{"), "the examples stand before it, as turns of their own")
    }
}
