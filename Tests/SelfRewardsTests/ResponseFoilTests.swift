import Preferences
import SelfRewards
import Testing

@Suite struct ResponseFoilTests {
    private func foil(_ foil: ResponseFoil, seed: UInt64 = 1) -> String {
        var random = SeededRandom(seed: seed)
        return foil.text(of: "one two three four five six seven", other: "something else", random: &random)
    }

    @Test func foilsAreWorseTexts() {
        #expect(foil(.other) == "something else")
        #expect(foil(.half) == "one two three four")
        let scrambled = foil(.scrambled)
        #expect(scrambled.words.sorted() == "one two three four five six seven".words.sorted())
        #expect(scrambled != "one two three four five six seven")
        #expect(foil(.scrambled) == scrambled && foil(.scrambled, seed: 2) != scrambled)
    }
}
