/// Reads the answers to numbered questions out of a judge's text.
public struct AnswerParser: Sendable, Hashable {
    public let mode: ParserMode

    public init(mode: ParserMode) { self.mode = mode }

    /// One choice per question, `nil` for "Unsure". Strict parsing fails where no line could be read at all;
    /// faithful parsing never does.
    public func judgement(in text: String, questionCount: Int) -> Judgement {
        switch mode {
        case .faithful: Judgement(choices: faithful(text, questionCount))
        case .strict: strict(text, questionCount)
        }
    }

    /// The last line that starts "Q<digit>) <letter>" decides, whatever follows the letter.
    private func faithful(_ text: String, _ questionCount: Int) -> [Int?] {
        var choices: [Int?] = Array(repeating: nil, count: questionCount)
        for line in text.split(separator: "\n") {
            let start = Array(line.trimmingWhitespace().prefix(5))
            guard start.count == 5, start[0] == "Q", let number = start[1].wholeNumberValue, start[2] == ")", start[3] == " ",
                let letter = Letters.index(of: start[4]), choices.indices.contains(number - 1)
            else { continue }
            choices[number - 1] = letter
        }
        return choices
    }

    private enum Reading: Equatable {
        case option(Int)
        case unsure
        case unreadable
    }

    private func strict(_ text: String, _ questionCount: Int) -> Judgement {
        var readings: [Reading?] = Array(repeating: nil, count: questionCount)
        var remarks: [String] = []
        for rawLine in text.split(whereSeparator: \.isNewline) {
            guard let (number, answer) = Self.numbered(QuestionParser.plain(rawLine)), readings.indices.contains(number - 1)
            else { continue }
            let reading = Self.reading(of: answer)
            if let earlier = readings[number - 1], earlier != reading {
                remarks.append(Judgement.label(ofQuestion: number - 1) + "answers contradict each other")
                readings[number - 1] = .unreadable
            } else {
                if reading == .unreadable { remarks.append(Judgement.label(ofQuestion: number - 1) + "unreadable answer") }
                readings[number - 1] = reading
            }
        }
        for (index, reading) in readings.enumerated() where reading == nil { remarks.append(Judgement.label(ofQuestion: index) + "no answer") }
        let choices = readings.map { if case .option(let index) = $0 { index } else { Int?.none } }
        let isReadable = readings.contains { $0 != nil && $0 != .unreadable }
        return Judgement(choices: choices, failure: isReadable ? nil : "no answer could be read", remarks: remarks)
    }

    /// "Q1) ...", "Q1: ...", "1. ...": the number and what follows.
    private static func numbered(_ line: String) -> (Int, Substring)? {
        var rest = line[...]
        if rest.first == "Q" || rest.first == "q" { rest = rest.dropFirst() }
        guard let number = rest.first?.wholeNumberValue, let mark = rest.dropFirst().first, ").:-".contains(mark) else { return nil }
        return (number, rest.dropFirst(2).trimmingWhitespace())
    }

    private static func reading(of answer: Substring) -> Reading {
        let body = answer.drop { "([\"' ".contains($0) }
        if body.lowercased().hasPrefix("unsure") { return .unsure }
        guard let letter = body.first.flatMap({ Character($0.uppercased()) }), let index = Letters.index(of: letter) else {
            return .unreadable
        }
        // A letter by itself, or one before a mark: "A man" is no answer.
        let next = body.dropFirst().first
        return next == nil || ".):],".contains(next ?? " ") ? .option(index) : .unreadable
    }
}
