extension QuestionParser {
    /// Also reads indented options, Markdown emphasis and headings, "Q1." and "Q1:", "A)" and "(A)", questions over
    /// several lines, and answers such as "**Answer:** (B) text"; refuses echoed formats, equal options and empty
    /// texts.
    func strict(_ text: String) throws(QuestionDrop) -> [Question] {
        var drafts: [Draft] = []
        for rawLine in text.split(whereSeparator: \.isNewline) {
            let line = Self.plain(rawLine)
            if line.isEmpty { continue }
            if let answer = Self.answerText(line) {
                guard !drafts.isEmpty else { throw .misplacedLine }
                drafts[drafts.count - 1].answer = try Self.letter(ofAnswer: answer)
            } else if let question = Self.questionText(line) {
                drafts.append(Draft(text: question))
            } else if let (letter, option) = Self.option(line) {
                guard !drafts.isEmpty else { throw .misplacedLine }
                guard drafts[drafts.count - 1].options.updateValue(option, forKey: letter) == nil else { throw .optionCount }
            } else if !drafts.isEmpty, drafts[drafts.count - 1].options.isEmpty {
                drafts[drafts.count - 1].text += drafts[drafts.count - 1].text.isEmpty ? line : " " + line
            }
        }
        let questions = try Self.checked(drafts)
        for question in questions {
            if question.text.isEmpty || question.options.contains("") { throw .emptyText }
            if Set(question.options.map { $0.lowercased() }).count < question.options.count { throw .duplicateOptions }
        }
        return questions
    }

    /// Without Markdown marks and white space at the ends.
    static func plain(_ line: Substring) -> String {
        let marks: Set<Character> = ["*", "#", "_", "`", ">"]
        let text = line.filter { !marks.contains($0) }
        return String(text.trimmingWhitespace())
    }

    /// What follows "Answer:", where the line is one.
    private static func answerText(_ line: String) -> Substring? {
        let lowered = line.lowercased()
        guard let marker = lowered.firstRange(of: "answer:"), lowered.count == line.count else { return nil }
        // "Q1 Answer: B", "Correct answer: B", and no question that quotes the word.
        let before = lowered[..<marker.lowerBound].trimmingWhitespace()
        let isLabel = before.isEmpty || before == "correct" || before == "the correct"
            || (before.hasPrefix("q") && before.dropFirst().allSatisfy { $0.isNumber || $0 == ")" || $0 == "." || $0 == " " })
        guard isLabel else { return nil }
        return line.dropFirst(lowered.distance(from: lowered.startIndex, to: marker.upperBound)).trimmingWhitespace()
    }

    private static func letter(ofAnswer text: Substring) throws(QuestionDrop) -> Character {
        guard !text.isEmpty else { throw .answerMissing }
        let body = text.drop { "([ ".contains($0) }
        guard let letter = body.first.flatMap({ Character($0.uppercased()) }), Letters.index(of: letter) != nil else {
            throw .answerNotALetter
        }
        let next = body.dropFirst().first
        if next == "/" { throw .answerEchoed }
        // "Apparently" is no A.
        if let next, next.isLetter || next.isNumber { throw .answerNotALetter }
        return letter
    }

    /// The text of a line such as "Q1) Who won?", "Question 2: ..." or "3. ...".
    private static func questionText(_ line: String) -> String? {
        var rest = line[...]
        for label in ["Question ", "question ", "Q", "q"] where rest.hasPrefix(label) {
            rest = rest.dropFirst(label.count)
            break
        }
        guard let number = rest.first, number.isNumber, let mark = rest.dropFirst().first, ").:".contains(mark) else { return nil }
        let text = rest.dropFirst(2)
        // "2.5 million" opens no question.
        guard text.isEmpty || text.first?.isWhitespace == true else { return nil }
        return String(text.trimmingWhitespace())
    }

    private static func option(_ line: String) -> (Character, String)? {
        let body = line.first == "(" ? line.dropFirst() : line[...]
        guard let letter = body.first.flatMap({ Character($0.uppercased()) }), Letters.index(of: letter) != nil,
            let mark = body.dropFirst().first, ".):".contains(mark)
        else { return nil }
        let text = body.dropFirst(2)
        guard text.isEmpty || text.first?.isWhitespace == true else { return nil }
        return (letter, String(text.trimmingWhitespace()))
    }
}

extension StringProtocol {
    package func trimmingWhitespace() -> SubSequence {
        var result = self[startIndex..<endIndex]
        while result.first?.isWhitespace == true { result = result.dropFirst() }
        while result.last?.isWhitespace == true { result = result.dropLast() }
        return result
    }
}
