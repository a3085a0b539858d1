import Preferences

/// Decides which generated instructions are used: one by one, each against the seeds and those kept before it.
public struct InstructionFilter: Sendable {
    public struct Settings: Sendable, Hashable, Codable {
        public var words: ClosedRange<Int> = 4...60
        /// ROUGE-L from which two instructions count as the same.
        public var overlap = 0.7

        public init() {}
    }

    public let settings: Settings
    private var known: [[Substring]]
    public private(set) var kept: [String] = []
    public private(set) var drops: [InstructionDrop: Int] = [:]

    /// - Parameter seeds: instructions that there are already, used or not.
    public init(seeds: [String], settings: Settings = Settings()) {
        self.settings = settings
        known = seeds.map(RougeL.words)
    }

    /// Takes or drops what a model wrote.
    /// - Parameter isCutOff: whether it ended at the token limit.
    /// - Returns: the instruction, or `nil` and one more drop.
    @discardableResult
    public mutating func take(_ text: String, isCutOff: Bool = false) -> String? {
        let instruction = Self.instruction(in: text)
        if let reason = drop(instruction, isCutOff: isCutOff) {
            drops[reason, default: 0] += 1
            return nil
        }
        known.append(RougeL.words(instruction))
        kept.append(instruction)
        return instruction
    }

    private func drop(_ instruction: String, isCutOff: Bool) -> InstructionDrop? {
        let words = RougeL.words(instruction)
        if words.isEmpty { return .empty }
        if isCutOff { return .cutOff }
        if words.count < settings.words.lowerBound { return .tooShort }
        if words.count > settings.words.upperBound { return .tooLong }
        let lowered = instruction.lowercased().replacing("\u{2019}", with: "'")
        if Self.refusals.contains(where: lowered.contains) { return .refusal }
        if Self.missingMaterial.contains(where: lowered.contains) { return .lacksMaterial }
        return known.contains { RougeL.score(words, $0) >= settings.overlap } ? .duplicate : nil
    }

    /// The instruction in what a model wrote: without a label such as "New task:" or "3.", without quotes around it, up
    /// to where another task begins.
    static func instruction(in text: String) -> String {
        var rest = withoutLabel(text[...].trimmingWhitespace())
        if let next = rest.firstRange(of: /\n\s*(?:new task|next task|task \d+|example \d+|\d+[.)])/.ignoresCase()) {
            rest = rest[..<next.lowerBound].trimmingWhitespace()
        }
        for (open, close): (Character, Character) in [("\"", "\""), ("\u{201C}", "\u{201D}")]
        where rest.count > 2 && rest.first == open && rest.last == close && !rest.dropFirst().dropLast().contains(open) {
            rest = rest.dropFirst().dropLast().trimmingWhitespace()
        }
        return String(rest)
    }

    private static func withoutLabel(_ text: Substring) -> Substring {
        let label =
            /^(?:\*\*)?(?:here is (?:a|the|your) new task|(?:new |next )?(?:task|instruction)(?: \d+)?|\d+)[.:)](?:\*\*)?\s*/
        guard let match = try? label.ignoresCase().firstMatch(in: text) else { return text }
        return text[match.range.upperBound...].trimmingWhitespace()
    }

    private static let refusals = [
        "i'm sorry", "i am sorry", "i cannot", "i can't", "as an ai", "as a language model", "i'm unable", "i am unable",
        "i apologize",
    ]

    private static let missingMaterial = [
        "following text", "following passage", "following paragraph", "following article", "following sentence",
        "following story", "following data", "following code", "given text", "given passage", "given paragraph",
        "given article", "given sentence", "text below", "passage below", "attached", "the image", "the picture", "the video",
        "the audio", "the chart", "the graph", "this image", "this picture",
    ]
}
