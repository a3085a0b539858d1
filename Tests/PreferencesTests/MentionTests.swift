import Preferences
import Testing

@Suite struct MentionTests {
    private func mentions(_ text: String) -> [String] {
        AnnotatedArticle(Article(text: text)).mentions.map { "\($0.kind.rawValue): \($0.text)" }
    }

    @Test func numbersKeepTheirUnits() {
        let found = mentions("The state paid $80 million for 16 per cent of 3,000 hectares after 18 months and some 20 people left.")
        #expect(found.contains("money: $80 million"))
        #expect(found.contains("percentage: 16 per cent"))
        #expect(found.contains("number: 3,000 hectares"))
        #expect(found.contains("number: 18 months"))
        #expect(found.contains("number: 20"))
    }

    @Test func datesAndAges() {
        let found = mentions(
            "Walid Saadi, 53, was killed on December 13 near the town. The 28-year-old said the war of 1971 ended in March, on a Monday at 4:00pm.")
        for expected in ["age: 53", "date: December 13", "age: 28-year-old", "date: 1971", "date: March", "date: Monday", "date: 4:00pm"] {
            #expect(found.contains(expected), "\(expected) in \(found)")
        }
    }

    @Test func peopleTitlesPlacesAndOrganizations() {
        let found = mentions(
            "Talks began in Geneva, where the Immigration Minister Philip Ruddock met Mr Lubbers of the United Nations near Lake Eyre.")
        for expected in ["place: Geneva", "title: Immigration Minister", "person: Philip Ruddock", "person: Lubbers", "place: Lake Eyre"] {
            #expect(found.contains(expected), "\(expected) in \(found)")
        }
        #expect(found.contains { $0.hasPrefix("organization: ") && $0.hasSuffix("United Nations") } )
    }

    @Test func whatOpensASentenceIsNoName() {
        let found = mentions("Hundreds of people left. Despite that, others stayed. We'll see. Named after it, the road closed.")
        #expect(!found.contains { $0.hasPrefix("name") || $0.hasPrefix("person") || $0.hasPrefix("place") }, "\(found)")
    }

    @Test func termsStandBetweenDeterminerAndFollower() {
        let found = mentions("He attributes the fall to the heroin drought in parts. Troops were massing along their border.")
        #expect(found.contains("term: heroin drought"))
        #expect(found.contains("term: border"))
    }
}
