import Foundation

/// Prompts of the self-rewarding loop, with `{name}` where a text goes.
public enum InstructionPrompt: String, Sendable, CaseIterable {
    /// The additive five-point scale by which a model grades a response, after Yuan et al. 2024 (arXiv 2401.10020,
    /// figure 2) in other words; places `instruction` and `response`. The answer ends with `Score: ` and 0 to 5.
    case additiveRubric = "additive-rubric"
    /// Asks for a new instruction after turns that hold examples; no places.
    case newInstruction = "new-instruction"

    /// - Throws: `InstructionError` if the program's data folder is missing.
    public func text() throws(InstructionError) -> String {
        let file = DataFile.path(rawValue + ".txt")
        do { return try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw InstructionError(
                file: file, line: nil, reason: "cannot be read: \(error.localizedDescription)",
                remedy: "Keep the program and its data folder together.", isUnreadable: true)
        }
    }
}
