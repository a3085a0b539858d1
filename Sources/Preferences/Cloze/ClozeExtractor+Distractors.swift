extension ClozeExtractor {
    /// Wrong options: from the article itself first, as they alone are as likely in it as the right one.
    func distractors(
        for mention: Mention, statement: String, in article: AnnotatedArticle, random: inout SeededRandom
    ) -> [ClozeCandidate.Distractor] {
        let own = random.shuffled(sameArticleTexts(for: mention, in: article))
        let foreign = pool.candidates(for: mention, excluding: article.id, random: &random)
        let articleText = article.sentences.joined(separator: " ").lowercased()
        var options = compatible(own, with: mention, statement: statement)
        var result = options.map { ClozeCandidate.Distractor(text: $0, isFromArticle: true) }
        options.append(mention.text)
        for text in foreign {
            guard result.count < settings.distractorCount else { break }
            guard isAcceptable(text, beside: options, statement: statement, kind: mention.kind) else { continue }
            guard !articleText.contains(text.lowercased()) else { continue }
            options.append(text)
            result.append(ClozeCandidate.Distractor(text: text, isFromArticle: false))
        }
        return result
    }

    /// Texts that can stand beside the answer and each other, in order. Where the first of them leaves too few others, it
    /// gives way.
    private func compatible(_ texts: [String], with mention: Mention, statement: String) -> [String] {
        var best: [String] = []
        for start in texts.indices {
            var result: [String] = []
            for text in texts[start...] where result.count < settings.ownDistractorCount {
                if isAcceptable(text, beside: result + [mention.text], statement: statement, kind: mention.kind) { result.append(text) }
            }
            if result.count > best.count { best = result }
            if best.count >= ClozeCandidate.ownDistractorCount { break }
        }
        return best
    }

    private func sameArticleTexts(for mention: Mention, in article: AnnotatedArticle) -> [String] {
        // A surname of a person named in full serves as well, and places, organisations and sums whatever their form.
        let isSurname = mention.kind == .person && mention.form == "surname"
        let isAnyForm = isSurname || [.place, .organization, .money].contains(mention.kind)
        var seen: Set<String> = [mention.key]
        let others = article.mentions.filter { $0.kind == mention.kind && (isAnyForm || $0.form == mention.form) }
            // Full names before surnames, so that the longer stands for the person.
            .sorted { $0.text.count > $1.text.count }
            .filter { seen.insert($0.key).inserted }
        return isSurname ? others.compactMap { $0.text.split(separator: " ").last.map(String.init) } : others.map(\.text)
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
