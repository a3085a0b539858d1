extension ClozeExtractor {
    /// Wrong options: from the article itself first, as they alone are as likely in it as the right one.
    func distractors(
        for mention: Mention, statement: String, in article: AnnotatedArticle, random: inout SeededRandom
    ) -> [ClozeCandidate.Distractor] {
        let own = random.shuffled(sameArticleTexts(for: mention, in: article))
        let foreign = pool.candidates(for: mention, excluding: article.id, random: &random)
        let articleText = article.sentences.joined(separator: " ").lowercased()
        var options = [mention.text]
        var result: [ClozeCandidate.Distractor] = []
        func add(_ text: String, isFromArticle: Bool) {
            options.append(text)
            result.append(ClozeCandidate.Distractor(text: text, isFromArticle: isFromArticle))
        }
        for text in own where result.count < settings.ownDistractorCount {
            if isAcceptable(text, beside: options, statement: statement, kind: mention.kind) { add(text, isFromArticle: true) }
        }
        for text in foreign {
            guard result.count < settings.distractorCount else { break }
            guard isAcceptable(text, beside: options, statement: statement, kind: mention.kind) else { continue }
            if !articleText.contains(text.lowercased()) { add(text, isFromArticle: false) }
        }
        return result
    }

    private func sameArticleTexts(for mention: Mention, in article: AnnotatedArticle) -> [String] {
        var seen: Set<String> = [mention.key]
        let others = article.mentions.filter { $0.kind == mention.kind }
            // Full names before surnames, so that the longer stands for the person.
            .sorted { $0.text.count > $1.text.count }
            .filter { seen.insert($0.key).inserted }
        switch mention.kind {
        case .person:
            return mention.form == "surname"
                ? others.compactMap { $0.text.split(separator: " ").last.map(String.init) }
                : others.filter { $0.form == mention.form }.map(\.text)
        case .number, .date, .title, .age, .percentage, .name, .term:
            return others.filter { $0.form == mention.form }.map(\.text)
        default: return others.map(\.text)
        }
    }

    /// Whether an option can stand beside the others: none contains another, none is in the statement, and no
    /// two people or terms share a word.
    private func isAcceptable(_ text: String, beside options: [String], statement: String, kind: QuestionKind) -> Bool {
        let lowered = text.lowercased()
        if lowered.isEmpty || statement.lowercased().contains(lowered) { return false }
        let words = Set(lowered.split(separator: " "))
        return options.allSatisfy { option in
            let other = option.lowercased()
            if other.contains(lowered) || lowered.contains(other) { return false }
            return (kind != .person && kind != .term) || words.isDisjoint(with: other.split(separator: " "))
        }
    }
}

extension String {
    /// Whether `word` stands in the text with no letter or digit beside it.
    func containsWord(_ word: String) -> Bool {
        guard !word.isEmpty else { return false }
        var start = startIndex
        while let range = self[start...].firstRange(of: word) {
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
            let after = range.upperBound < endIndex ? self[range.upperBound] : " "
            if !before.isLetter && !before.isNumber && !after.isLetter && !after.isNumber { return true }
            start = index(after: range.lowerBound)
        }
        return false
    }
}
