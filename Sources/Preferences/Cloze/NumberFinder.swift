/// Finds numbers with their units, sums of money, percentages, ages and dates.
struct NumberFinder {
    /// The mention that starts at a word, if one does.
    func mention(at start: Int, in words: [SentenceWord], sentence: Int) -> Mention? {
        let found = date(at: start, words) ?? quantity(at: start, words)
        return found.map { kind, form, count in
            let range = start..<start + count
            let text = words[range].map(\.core).joined(separator: " ")
            // A number word that opens a sentence is written small elsewhere.
            let isNumberWord = kind == .number && notation(of: words[start].core) == "words"
            return Mention(kind: kind, form: form, text: isNumberWord ? text.lowercased() : text, sentence: sentence, wordRange: range)
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
        return !Self.units.contains(next) && !Self.magnitudes.contains(next)
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
        return (.number, form, count)
    }

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
