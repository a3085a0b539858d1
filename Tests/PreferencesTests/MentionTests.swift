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
        #expect(found.contains("number: 20 people"))
    }

    @Test(arguments: [
        ("A ferry sank and eight people drowned.", "number: eight people"),
        ("The fire has destroyed 16 boats at the marina.", "number: 16 boats"),
        ("The coroner made four recommendations.", "number: four recommendations"),
        ("Two Swiss tourists were found.", "number: two Swiss tourists"),
        ("The crash hurt 12 young children on the way home.", "number: 12 young children"),
        ("Some 2,000 people marched and 2000 people stayed.", "number: 2000 people"),
        ("The trip takes 10 to 15 days by sea.", "number: 10 to 15 days"),
        ("The company will close 20 of its shops.", "number: 20"),
        ("It was founded in 1971 says the mayor.", "date: 1971"),
        ("In 2000 people left the town.", "date: 2000"),
        ("Of the nine was one who stayed.", "number: nine"),
    ])
    func numbersKeepWhatTheyCount(text: String, mention: String) {
        #expect(mentions(text).contains(mention), "\(mentions(text))")
    }

    /// A score is one mention or none.
    @Test(arguments: [("Australia reached 6 for 255 by tea.", "number: 6 for 255"), ("The home side won 6 to 3 in the end.", "number: 6 to 3"), ("She won the set 6-3 on Sunday.", nil)])
    func scoresAreNotCutApart(text: String, mention: String?) {
        #expect(mentions(text).filter { $0.hasPrefix("number") } == [mention].compactMap { $0 })
    }

    @Test func organizationsJoinedByAndAreOneName() {
        let one = mentions("He told the Australian Securities and Investment Commission about it.")
        #expect(one.contains("organization: Australian Securities and Investment Commission"), "\(one)")
        let department = mentions("It wrote to the Department of Immigration and Multicultural Affairs last week.")
        #expect(department.contains("organization: Department of Immigration and Multicultural Affairs"), "\(department)")
        let two = mentions("He met Alexander Downer and Peter Reith of the Australian Federal Police and Customs Service.")
        for expected in ["person: Alexander Downer", "person: Peter Reith", "organization: Australian Federal Police", "organization: Customs Service"] {
            #expect(two.contains(expected), "\(expected) in \(two)")
        }
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
