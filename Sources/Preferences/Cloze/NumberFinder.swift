/// Finds numbers with their units or with what they count, scores, sums of money, percentages, ages and dates.
struct NumberFinder {
    /// Form of numbers that keep the noun they count, e.g. "16 boats".
    static let countedForm = "counted"

    /// The mention that starts at a word, if one does.
    func mention(at start: Int, in words: [SentenceWord], sentence: Int) -> Mention? {
        let found = date(at: start, words) ?? quantity(at: start, words)
        return found.map { kind, form, count in
            let range = start..<start + count
            let text = words[range].map(\.core).joined(separator: " ")
            // A number word that opens a sentence is written small elsewhere.
            let isNumberWord = kind == .number && notation(of: words[start].core) == "words"
            let shown = isNumberWord ? words[start].lowered + text.dropFirst(words[start].core.count) : text
            return Mention(kind: kind, form: form, text: shown, sentence: sentence, wordRange: range)
        }
    }

    private typealias Found = (kind: QuestionKind, form: String, words: Int)

    private func word(_ index: Int, after words: [SentenceWord]) -> SentenceWord? {
        guard words.indices.contains(index), words[index - 1].joinsNext, !words[index].hasLeadingMark else { return nil }
        return words[index]
    }

    // MARK: Dates

    private func date(at start: Int, _ words: [SentenceWord]) -> Found? {
        let first = words[start]
        let name = first.lowered
        if first.isCapitalized, Lexicon.dayNames.contains(name) { return (.date, "weekday", 1) }
        if first.isCapitalized, Lexicon.monthNames.contains(name) {
            if let day = word(start + 1, after: words), isDayOfMonth(day.core) { return (.date, "month and day", 2) }
            // "May" and "March" are other words too; as months they follow "in", "since" and the like.
            let before = start > 0 ? words[start - 1].lowered : ""
            return ["in", "since", "until", "last", "next", "by", "of"].contains(before) ? (.date, "month", 1) : nil
        }
        if isDayOfMonth(first.core), let month = word(start + 1, after: words), month.isCapitalized,
            Lexicon.monthNames.contains(month.lowered)
        { return (.date, "day and month", 2) }
        if let hour = Int(first.core), (1000...2100).contains(hour), first.core.count == 4, isYear(hour, at: start, words) {
            return (.date, "year", 1)
        }
        if isClockTime(first.core) { return (.date, "time", 1) }
        return nil
    }

    private func isDayOfMonth(_ text: Substring) -> Bool {
        guard text.count <= 2, let day = Int(text) else { return false }
        return (1...31).contains(day)
    }

    private func isYear(_ number: Int, at index: Int, _ words: [SentenceWord]) -> Bool {
        guard (1800...2050).contains(number) else { return false }
        let next = word(index + 1, after: words)?.lowered ?? ""
        if Self.units.contains(next) || Self.magnitudes.contains(next) { return false }
        // "In 2000 people left" and "2000 people left".
        let isDated = index > 0 && Self.beforeYears.contains(words[index - 1].lowered)
        return isDated || countedWords(from: index + 1, words) == 0
    }

    private func isClockTime(_ text: Substring) -> Bool {
        let lowered = text.lowercased()
        guard lowered.first?.isNumber == true, lowered.hasSuffix("am") || lowered.hasSuffix("pm") else { return false }
        return lowered.dropLast(2).allSatisfy { $0.isNumber || $0 == ":" || $0 == "." }
    }

    // MARK: Quantities

    private func quantity(at start: Int, _ words: [SentenceWord]) -> Found? {
        let first = words[start]
        if let age = hyphenatedAge(first.core) { return (.age, age, 1) }
        if isMoney(first.core) {
            let magnitude = word(start + 1, after: words).map(\.lowered)
            if let magnitude, Self.magnitudes.contains(magnitude) { return (.money, magnitude, 2) }
            return (.money, "plain", 1)
        }
        guard let notation = notation(of: first.core) else { return nil }
        if first.core.hasSuffix("%") { return (.percentage, "%", 1) }
        if let score = score(at: start, words) { return score }
        var count = 1
        var form = notation
        if let magnitude = word(start + 1, after: words)?.lowered, Self.magnitudes.contains(magnitude) {
            count = 2
            form = magnitude
        }
        guard let unit = word(start + count, after: words)?.lowered else {
            return standsAsAge(first, at: start, words) ? (.age, "plain", 1) : (.number, form, count)
        }
        if unit == "percent" { return (.percentage, "percent", count + 1) }
        if unit == "per", word(start + count + 1, after: words)?.lowered == "cent" { return (.percentage, "per cent", count + 2) }
        if Self.moneyUnits.contains(unit) { return (.money, form + " " + unit, count + 1) }
        if Self.units.contains(unit) { return (.number, unit, count + 1) }
        let counted = countedWords(from: start + count, words)
        return counted > 0 ? (.number, Self.countedForm, count + counted) : (.number, form, count)
    }

    /// "6 for 255" and "6 to 3": one mention, with a unit where one follows ("10 to 15 people").
    private func score(at start: Int, _ words: [SentenceWord]) -> Found? {
        guard let link = word(start + 1, after: words)?.core, let second = word(start + 2, after: words),
            notation(of: second.core) == "digits", !second.core.hasSuffix("%"), notation(of: words[start].core) == "digits"
        else { return nil }
        // At cricket ten wickets can fall.
        let isCricket = link == "for" && Int(words[start].core).map { $0 <= 10 } ?? false
        guard isCricket || link == "to" else { return nil }
        guard link == "to", let unit = word(start + 3, after: words)?.lowered else { return (.number, "score", 3) }
        if Self.magnitudes.contains(unit) || Self.moneyUnits.contains(unit) || unit == "per" || unit == "percent" { return nil }
        if Self.units.contains(unit) { return (.number, unit, 4) }
        let counted = countedWords(from: start + 3, words)
        return counted > 0 ? (.number, Self.countedForm, 3 + counted) : (.number, "score", 3)
    }

    // MARK: What is counted

    /// Words of the plural noun in lower case that starts at a word, one word before it included: "boats",
    /// "Swiss tourists", "young children". 0 where none does.
    private func countedWords(from start: Int, _ words: [SentenceWord]) -> Int {
        guard let first = word(start, after: words) else { return 0 }
        if isPluralNoun(first) { return 1 }
        let isModifier = first.isCapitalized
            ? Lexicon.demonyms.contains(first.lowered) : TermFinder().isContent(first) && !first.lowered.hasSuffix("ly")
        guard isModifier, !first.isPossessive, let second = word(start + 1, after: words), isPluralNoun(second) else { return 0 }
        return 2
    }

    private func isPluralNoun(_ word: SentenceWord) -> Bool {
        let text = String(word.core)
        guard !word.isPossessive, text.allSatisfy({ $0.isLowercase || $0 == "-" }) else { return false }
        if Self.irregularPlurals.contains(text) { return true }
        return text.count > 3 && text.hasSuffix("s") && !["ss", "us", "is"].contains(where: text.hasSuffix)
            && !Lexicon.stopWords.contains(text) && !Self.notPlurals.contains(text)
    }

    /// A counted number's text apart: "16" and "boats", "two million" and "people".
    static func parts(ofCounted text: String) -> (number: String, counted: String) {
        let words = text.split(separator: " ")
        let number = words.prefix { word in
            word.first?.isNumber == true || magnitudes.contains(String(word)) || word == "to"
                || word.split(separator: "-").allSatisfy { numberWords[$0.lowercased()] != nil }
        }
        return (number.joined(separator: " "), words.dropFirst(number.count).joined(separator: " "))
    }

    // MARK: Notation

    /// Digits with separators, or a number word; `nil` for other words, ordinals and "one".
    private func notation(of text: Substring) -> String? {
        let digits = text.hasSuffix("%") ? text.dropLast() : text
        if let first = digits.first, let last = digits.last, first.isASCII, first.isNumber, last.isASCII, last.isNumber,
            digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "," || $0 == ".") })
        { return "digits" }
        let parts = text.lowercased().split(separator: "-")
        guard !parts.isEmpty, parts.allSatisfy({ Self.numberWords[String($0)] != nil }) else { return nil }
        return "words"
    }

    private func isMoney(_ text: Substring) -> Bool {
        guard let mark = text.firstIndex(where: { "$£€".contains($0) }),
            text[..<mark].allSatisfy(\.isUppercase), let last = text.last
        else { return false }
        let amount = text[text.index(after: mark)...].drop(while: \.isUppercase)
        return amount.first?.isNumber == true
            && (last.isNumber || amount.drop(while: { $0.isNumber || $0 == "." || $0 == "," }).count <= 2)
    }

    /// "28-year-old": the pieces behind the number are the form.
    private func hyphenatedAge(_ text: Substring) -> String? {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, Int(parts[0]) != nil, parts[1].hasPrefix("year-old") else { return nil }
        return String(parts[1])
    }

    /// "Saadi, 53, was" and "aged 72".
    private func standsAsAge(_ word: SentenceWord, at index: Int, _ words: [SentenceWord]) -> Bool {
        guard index > 0, let years = Int(word.core), (1...115).contains(years) else { return false }
        if words[index - 1].lowered == "aged" { return true }
        return words[index - 1].raw.hasSuffix(",") && words[index - 1].isCapitalized && word.raw.hasSuffix(",")
    }

    private static let magnitudes: Set<String> = ["million", "billion", "trillion", "thousand", "hundred", "dozen"]
    private static let moneyUnits: Set<String> = ["dollars", "pounds", "euros", "cents", "yen", "euro"]
    private static let units: Set<String> = [
        "kilometres", "kilometers", "kilometre", "km", "metres", "meters", "metre", "miles", "mile", "centimetres",
        "millimetres", "feet", "foot", "inches", "hectares", "hectare", "acres", "kilograms", "kilos", "kg", "tonnes",
        "tons", "grams", "litres", "barrels", "degrees", "knots", "years", "months", "weeks", "days", "hours", "minutes",
        "seconds", "points", "votes", "times",
    ]
    private static let irregularPlurals: Set<String> = ["people", "men", "women", "children", "policemen", "firemen", "crewmen"]
    /// Words that end like plural nouns.
    private static let notPlurals: Set<String> = [
        "says", "does", "goes", "across", "towards", "perhaps", "always", "besides", "sometimes", "afterwards", "needs",
        "includes", "remains", "comes", "takes", "makes", "means", "shows", "wants", "gives", "runs", "plus", "less", "others",
        "versus", "news", "series",
    ]
    private static let beforeYears: Set<String> = ["in", "since", "until", "by", "of", "during", "from", "before", "after", "late", "early"]
    /// Spelled numbers and their values; "one" is a pronoun as often.
    static let numberWords: [String: Double] = {
        let small = [
            "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
            "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        ]
        let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
        let pairs = small.enumerated().map { ($1, Double($0 + 2)) } + tens.enumerated().map { ($1, Double($0 * 10 + 20)) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()
}
