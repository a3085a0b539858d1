import Foundation

extension InstructionFile {
    /// The instructions that are part of the program, written for it: nine kinds, a sixth of them held out.
    /// - Throws: `InstructionError` if the program's data folder is missing.
    public static func embedded() throws(InstructionError) -> InstructionFile {
        try InstructionFile(path: DataFile.path("instructions.jsonl"))
    }
}

/// Files that are part of the program.
enum DataFile {
    static func path(_ name: String) -> String { Bundle.module.bundlePath + "/Data/" + name }
}
