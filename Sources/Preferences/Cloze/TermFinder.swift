/// Finds what an article is about besides names and numbers: short noun phrases in lower case, as they stand
/// between a determiner and a word that ends a noun phrase ("their redundancy packages next", "a heroin drought
/// in").
struct TermFinder {
    /// Words of a phrase at most.
    static let maximumWords = 2
    /// Letters of its last word at least.
    static let minimumLetters = 4

    /// The phrase that starts at a word, if one does.
    func mention(at start: Int, in words: [SentenceWord], sentence: Int) -> Mention? {
        guard start > 0, words[start - 1].joinsNext || words[start - 1].isPossessive else { return nil }
        let determiner = words[start - 1].isPossessive ? "'s" : words[start - 1].lowered
        guard Self.determiners.contains(determiner) else { return nil }
        var end = start
        while end < words.count, end - start < Self.maximumWords, isContent(words[end]) {
            end += 1
            if !words[end - 1].joinsNext { break }
        }
        guard end > start, let last = words[..<end].last, last.core.count >= Self.minimumLetters, !last.isPossessive,
            !Self.otherEndings.contains(where: last.lowered.hasSuffix), end - start == 1 || !words[start].core.hasSuffix("s"),
            last.hasTrailingMark || end == words.count || Self.followers.contains(words[end].lowered)
        else { return nil }
        let article = determiner == "a" || determiner == "an" ? determiner : "the"
        let number = last.core.hasSuffix("s") && !last.core.hasSuffix("ss") ? "plural" : "singular"
        return Mention(
            kind: .term, form: "\(article) \(number)", text: words[start..<end].map(\.core).joined(separator: " "),
            sentence: sentence, wordRange: start..<end)
    }

    /// Whether a word in lower case can stand in a noun phrase.
    func isContent(_ word: SentenceWord) -> Bool {
        !word.hasLeadingMark && word.core.count > 2 && word.core.allSatisfy { $0.isLowercase || $0 == "-" }
            && !Lexicon.stopWords.contains(String(word.core)) && NumberFinder.numberWords[String(word.core)] == nil
            && !Self.followers.contains(String(word.core)) && !Self.notNouns.contains(String(word.core))
    }

    private static let determiners: Set<String> = [
        "a", "an", "the", "his", "her", "its", "their", "'s", "of",
    ]
    /// Of adverbs and participles.
    private static let otherEndings = ["ly", "ed", "ing"]
    /// Words that stand between a determiner and a follower and are the head of nothing.
    private static let notNouns: Set<String> = [
        "came", "took", "fell", "began", "went", "gave", "made", "got", "rose", "lost", "won", "hit", "told", "held", "left",
        "led", "met", "put", "ran", "saw", "set", "shot", "stood", "paid", "comes", "takes", "becomes", "remains", "longer",
        "worst", "best", "most", "least", "same", "late", "early", "few", "lot", "number", "total", "series", "north", "south",
        "east", "west", "way", "things", "thing", "people", "others", "half", "dozen", "hundreds", "thousands", "tens",
    ]
    /// Words that end a noun phrase.
    private static let followers: Set<String> = [
        "of", "in", "on", "at", "for", "to", "from", "with", "by", "and", "or", "but", "as", "that", "which", "who", "was",
        "is", "are", "were", "has", "have", "had", "will", "would", "said", "says", "over", "after", "before", "between",
        "into", "during", "against", "about", "near", "under", "since", "until", "through", "because", "when", "where",
        "while", "could", "may", "should", "can", "last", "next", "this", "today", "yesterday", "tomorrow", "overnight",
    ]
}
