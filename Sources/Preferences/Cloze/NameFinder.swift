/// Finds names of people, places and organisations, and titles, by capital letters, word lists and what the
/// rest of the article says about the same name.
struct NameFinder {
    /// Surnames of people the article names in full or with an honorific.
    private let surnames: Set<String>
    /// Words that the article also writes without a capital.
    private let lowercaseWords: Set<String>
    /// Words that the article writes with a capital inside a sentence.
    private let innerCapitals: Set<Substring>

    init(sentences: [[SentenceWord]]) {
        lowercaseWords = Set(sentences.joined().filter { $0.core.first?.isLowercase == true }.map { String($0.core) })
        innerCapitals = Set(sentences.flatMap { $0.dropFirst().filter { $0.isCapitalized && !$0.hasLeadingMark }.map(\.core) })
        var surnames: Set<String> = []
        for words in sentences {
            for index in words.indices.dropLast() where words[index + 1].isCapitalized {
                let name = words[index].lowered
                if words[index].isCapitalized, Lexicon.honorifics.contains(name) || Lexicon.firstNames.contains(name),
                    name != "st"
                {
                    // The last capital word of the run, so that "Simon Crean" gives Crean.
                    var last = index + 1
                    while words[last].joinsNext, words.indices.contains(last + 1), words[last + 1].isCapitalized { last += 1 }
                    if !Self.endsOtherNames(words[last].lowered) { surnames.insert(words[last].lowered) }
                }
            }
        }
        self.surnames = surnames
    }

    /// The mentions of the run of capitalised words that starts at a word, and the first word after the run.
    func mentions(at start: Int, in words: [SentenceWord], sentence: Int) -> (found: [Mention], end: Int) {
        if let title = lowercaseTitle(at: start, in: words, sentence: sentence) { return ([title], title.wordRange.upperBound) }
        guard words[start].isCapitalized else { return ([], start + 1) }
        let run = capitalizedRun(from: start, in: words)
        var range = run
        // A sentence's or quotation's first word is capitalised whatever it is.
        let opens = start == 0 || words[start].hasLeadingMark
        if opens, isOrdinary(words[start], isAlone: run.count == 1) { range = range.dropFirst() }
        while let first = range.first, isSkipped(words[first], isAlone: range.count == 1) { range = range.dropFirst() }
        while let last = range.last, Lexicon.nameParticles.contains(words[last].lowered) { range = range.dropLast() }
        guard !range.isEmpty, !words[range].contains(where: \.hasInnerMark) else { return ([], run.upperBound) }
        return (classified(range, in: words, sentence: sentence), run.upperBound)
    }

    private func lowercaseTitle(at start: Int, in words: [SentenceWord], sentence: Int) -> Mention? {
        guard words[start].core.first?.isLowercase == true else { return nil }
        for title in Lexicon.lowercaseTitles where words.indices.contains(start + title.count - 1) {
            let range = start..<start + title.count
            let isMatch = zip(range, title).allSatisfy { words[$0].core == $1[...] }
            if isMatch, range.dropLast().allSatisfy({ words[$0].joinsNext }) {
                return Mention(
                    kind: .title, form: "lower case", text: title.joined(separator: " "), sentence: sentence, wordRange: range)
            }
        }
        return nil
    }

    private func capitalizedRun(from start: Int, in words: [SentenceWord]) -> Range<Int> {
        var end = start + 1
        while end < words.count, words[end - 1].joinsNext, !words[end].hasLeadingMark {
            if words[end].isCapitalized {
                end += 1
            } else if Lexicon.nameParticles.contains(words[end].lowered), words[end].joinsNext, !endsPerson(start..<end, in: words),
                let after = afterParticles(end, in: words)
            {
                end = after + 1
            } else if let after = afterAnd(end, of: start..<end, in: words) {
                end = after
            } else {
                break
            }
        }
        return start..<end
    }

    /// "Australian Securities and Investment Commission" and "Department of Immigration and Multicultural Affairs" are one
    /// name: behind which word, where the word at `index` joins two halves of such a name.
    private func afterAnd(_ index: Int, of range: Range<Int>, in words: [SentenceWord]) -> Int? {
        guard words[index].core == "and" || words[index].core == "&", words[index].joinsNext, range.count >= 2, let first = range.first
        else { return nil }
        var end = index + 1
        while words.indices.contains(end), words[end].isCapitalized, !words[end].hasLeadingMark, words[end - 1].joinsNext { end += 1 }
        guard end > index + 1, !Lexicon.firstNames.contains(words[index + 1].lowered) else { return nil }
        let names = range.map { words[$0].lowered }
        if Lexicon.organizationHeads.contains(names[0]), names[1] == "of" {
            return (index + 1..<end).contains { Lexicon.places.contains(words[$0].lowered) || Lexicon.organizationHeads.contains(words[$0].lowered) }
                ? nil : end
        }
        // The first half has no head of its own, and the second one has.
        let isHalf = Lexicon.demonyms.contains(words[first].lowered) && !names.contains(where: Self.endsOtherNames)
            && !names.contains(where: Self.isTitleHead) && !names.contains(where: surnames.contains)
        return isHalf && Lexicon.organizationHeads.contains(words[end - 1].lowered) ? end : nil
    }

    /// "Mr Lubbers of the United Nations" is two names.
    private func endsPerson(_ range: Range<Int>, in words: [SentenceWord]) -> Bool {
        guard let first = range.first, let last = range.last, words[range.upperBound].core == "of" else { return false }
        return Lexicon.honorifics.contains(words[first].lowered) || surnames.contains(words[last].lowered)
    }

    /// The capitalised word that follows "of", "of the", "bin" and the like, if one does.
    private func afterParticles(_ index: Int, in words: [SentenceWord]) -> Int? {
        var next = index + 1
        let isSecond = words.indices.contains(next)
            && (words[next].core == "the" ? words[index].core == "of" : Lexicon.nameParticles.contains(String(words[next].core)))
        if isSecond { next += 1 }
        guard words.indices.contains(next), words[next].isCapitalized, words[next - 1].joinsNext else { return nil }
        return next
    }

    private func isOrdinary(_ word: SentenceWord, isAlone: Bool) -> Bool {
        let name = word.lowered
        if Lexicon.stopWords.contains(name) || lowercaseWords.contains(name) { return true }
        return isAlone && !innerCapitals.contains(word.core) && !surnames.contains(name) && !Lexicon.places.contains(name)
    }

    /// Whether a name that ends with the word is no person's.
    private static func endsOtherNames(_ word: String) -> Bool {
        Lexicon.organizationHeads.contains(word) || Lexicon.placeHeads.contains(word) || Lexicon.eventHeads.contains(word)
    }

    private func isSkipped(_ word: SentenceWord, isAlone: Bool) -> Bool {
        // "We'll" is no name either.
        let name = String(word.lowered.prefix { $0 != "'" && $0 != "\u{2019}" })
        if name == "the" || Lexicon.dayNames.contains(name) || Lexicon.openSubjects.contains(name) { return true }
        if isAlone { return Lexicon.stopWords.contains(name) || Lexicon.notNames.contains(name) || Lexicon.demonyms.contains(name) || Lexicon.monthNames.contains(name) }
        return false
    }

    // MARK: Kinds

    private func classified(_ range: Range<Int>, in words: [SentenceWord], sentence: Int) -> [Mention] {
        func mention(_ kind: QuestionKind, _ form: String, _ range: Range<Int>) -> Mention {
            let text = words[range].map(\.core).joined(separator: " ")
            return Mention(kind: kind, form: form, text: text, sentence: sentence, wordRange: range)
        }
        let names = range.map { words[$0].lowered }
        if Lexicon.places.contains(names.joined(separator: " ")) { return [mention(.place, "place", range)] }
        if let head = names.lastIndex(where: Self.isTitleHead), !Self.endsOtherNames(names[names.count - 1]) {
            let titleEnd = range.lowerBound + head + 1
            // "Archbishop of Brisbane" is a title to its end.
            let isWhole = titleEnd < range.upperBound && Lexicon.nameParticles.contains(words[titleEnd].lowered)
            let title = withoutDemonym(range.lowerBound..<(isWhole ? range.upperBound : titleEnd), in: words)
            let person = title.upperBound..<range.upperBound
            let titles = title.count >= 2 ? [mention(.title, "capitals", title)] : []
            return person.isEmpty ? titles : titles + [mention(.person, personForm(person), person)]
        }
        if Lexicon.honorifics.contains(names[0]) {
            let person = range.dropFirst()
            return person.isEmpty ? [] : [mention(.person, personForm(person), person)]
        }
        let body = withoutDemonym(range, in: words)
        if isPerson(body, in: words) { return [mention(.person, personForm(body), body)] }
        // "The Government" names none.
        if range.count == 1, Self.endsOtherNames(names[0]) { return [] }
        if isOrganization(range, in: words) { return [mention(.organization, "organization", range)] }
        if isPlace(range, in: words) { return [mention(.place, "place", range)] }
        return [mention(.name, range.count == 1 ? "one word" : "several words", range)]
    }

    /// "Minister" and "Vice-President".
    private static func isTitleHead(_ word: String) -> Bool {
        word.split(separator: "-").last.map { Lexicon.titleHeads.contains(String($0)) } ?? false
    }

    private func personForm(_ range: Range<Int>) -> String { range.count == 1 ? "surname" : "full name" }

    private func withoutDemonym(_ range: Range<Int>, in words: [SentenceWord]) -> Range<Int> {
        range.count > 1 && Lexicon.demonyms.contains(words[range.lowerBound].lowered) ? range.dropFirst() : range
    }

    private func isPerson(_ range: Range<Int>, in words: [SentenceWord]) -> Bool {
        guard let first = range.first, let last = range.last, range.count <= 4 else { return false }
        let names = range.map { words[$0].lowered }
        if names.contains("of") || names.contains(where: Self.endsOtherNames) { return false }
        if range.count == 1 { return surnames.contains(names[0]) && !Lexicon.places.contains(names[0]) }
        if Lexicon.firstNames.contains(names[0]) { return true }
        if surnames.contains(names[names.count - 1]) { return true }
        let before = first > 0 ? words[first - 1].lowered : ""
        let after = words.indices.contains(last + 1) ? words[last + 1].lowered : ""
        let isRole = Lexicon.titleHeads.contains(before) && words[first - 1].joinsNext
        let speaks = ["says", "said", "told", "believes", "added"].contains(after) && !isOrganization(range, in: words)
        return isRole || (speaks && range.allSatisfy { !words[$0].isAcronym })
    }

    private func isOrganization(_ range: Range<Int>, in words: [SentenceWord]) -> Bool {
        range.contains { Lexicon.organizationHeads.contains(words[$0].lowered) }
            || (range.count == 1 && words[range.lowerBound].isAcronym)
    }

    private func isPlace(_ range: Range<Int>, in words: [SentenceWord]) -> Bool {
        guard let first = range.first, let last = range.last, range.count <= 3 else { return false }
        if Lexicon.placeHeads.contains(words[last].lowered), range.count > 1 { return true }
        guard first > 0, words[first - 1].joinsNext, !words[first].isAcronym else { return false }
        let before = words[first - 1].lowered
        if Lexicon.placeCues.contains(before) { return true }
        let direction = first > 1 ? words[first - 2].lowered : ""
        return before == "of"
            && ["north", "south", "east", "west", "south-west", "south-east", "north-west", "north-east", "town", "city", "village",
                "suburb"].contains(direction)
    }
}
