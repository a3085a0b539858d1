import SelfRewards
import Testing

@Suite struct ScoreParserTests {
    @Test(arguments: [
        ("It answers the question.\nScore: 4", 4),
        ("Score: 0", 0),
        ("score:5", 5),
        ("**Score:** 3", 3),
        ("**Score: 2**", 2),
        ("I count these points.\n\nScore: 4/5", 4),
        ("Score: 4 / 5.", 4),
        ("Score: 3 out of 5", 3),
        ("Score: 1 point", 1),
        ("Score: 4.0", 4),
        ("Score: 4.", 4),
        // The last one decides.
        ("The form is \"Score: <points>\". Score: 2\nNo, on reflection:\nScore: 3", 3),
        ("Score: 3\n\nThe response is good.", 3),
    ])
    func scoresAreRead(text: String, score: Int) throws {
        #expect(try ScoreParser.score(in: text) == score)
    }

    @Test(arguments: [
        ("", ScoreFailure.empty),
        (" \n**\n", .empty),
        ("The response is good: 4 points.", .noScore),
        ("Score 4", .noScore),
        ("The underscore: 4", .noScore),
        ("Score: <points>", .noNumber),
        ("Score: five", .noNumber),
        ("Score:", .noNumber),
        ("Score: 4th", .noNumber),
        ("Score: 3.5", .notWhole),
        ("Score: 3,5", .notWhole),
        ("Score: 3-4", .notWhole),
        ("Score: 6", .outOfRange),
        ("Score: -1", .outOfRange),
        ("Score: 4/10", .outOfRange),
        ("Score: 4 out of 10", .outOfRange),
        ("Score: 99999999999999999999999999", .outOfRange),
        // The last one decides, also when it cannot be read.
        ("Score: 3\nScore: <points>", .noNumber),
    ])
    func everythingElseFailsWithItsReason(text: String, failure: ScoreFailure) {
        #expect(throws: failure) { try ScoreParser.score(in: text) }
    }
}
