/// A text that summarises nothing, written to see what the metric makes of it.
///
/// What the rules say each must get, whatever the judge's model knows of language:
/// - an empty text and one without words fail (`SummaryFailure.empty`) and answer nothing;
/// - a text in another script fails by its characters (`invalidCharacters`);
/// - a copy of the article fails by its length (`tooLong`), however much it answers;
/// - one word answers at most the question whose answer it is;
/// - the questions' own text answers what one statement tells about another, no more: that is why questions
///   whose statements tell each other's answers are asked last;
/// - a list of names may answer well: multiple choice measures what a text mentions, not what it says of it.
///   That is for the fluency check to find.
public enum GamingStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    case empty
    case oneWord = "one-word"
    case nameList = "name-list"
    case questionText = "question-text"
    case otherScript = "other-script"
    case articleCopy = "article-copy"

    /// Raised when a strategy writes other texts.
    public static let version = 1

    public var label: String {
        switch self {
        case .empty: "Empty text"
        case .oneWord: "One word"
        case .nameList: "List of the article's names"
        case .questionText: "Text of the questions"
        case .otherScript: "First sentences in another script"
        case .articleCopy: "Copy of the article"
        }
    }

    /// - Parameter questions: the judge's questions about the article; only `questionText` reads them.
    public func text(about article: Article, questions: QuestionSet) -> String {
        switch self {
        case .empty: ""
        case .oneWord: "News."
        case .nameList: Self.names(in: article).joined(separator: ", ") + "."
        case .questionText: questions.questions.map(\.text).joined(separator: " ")
        case .otherScript: Transliteration.cyrillic(LeadSummary(sentenceCount: 2).summary(of: article))
        case .articleCopy: article.text
        }
    }

    /// Each name, place, organisation and title once, in the order of the text.
    static func names(in article: Article) -> [String] {
        let kinds: Set<QuestionKind> = [.person, .place, .organization, .name, .title]
        var seen: Set<String> = []
        return AnnotatedArticle(article).mentions.filter { kinds.contains($0.kind) && seen.insert($0.key).inserted }.map(\.text)
    }
}
