import Foundation
import Notebook
import Testing

@Suite("Content keys")
struct ContentKeyTests {
    static let inputs: [String: KeyValue] = [
        "seed": 21, "learningRate": 1e-5, "name": "dpo", "shuffles": true, "limit": nil,
        "articles": ["a", "b"], "training": ["beta": 0.1, "rank": 64],
    ]

    /// Every way to change one input, by name.
    static let mutations: [(String, @Sendable (inout [String: KeyValue]) -> Void)] = [
        ("int", { $0["seed"] = 22 }),
        ("double by one unit in the last place", { $0["learningRate"] = .double((1e-5).nextUp) }),
        ("string", { $0["name"] = "dpo " }),
        ("bool", { $0["shuffles"] = false }),
        ("null to zero", { $0["limit"] = 0 }),
        ("null to absent", { $0.removeValue(forKey: "limit") }),
        ("order of an array", { $0["articles"] = ["b", "a"] }),
        ("element of an array", { $0["articles"] = ["a", "c"] }),
        ("nested member", { $0["training"] = ["beta": 0.1, "rank": 32] }),
        ("nested member's name", { $0["training"] = ["beta": 0.1, "r": 64] }),
        ("type: number to text", { $0["seed"] = "21" }),
        ("type: bool to number", { $0["shuffles"] = 1 }),
        ("new member", { $0["topP"] = 0.95 }),
        ("member moved between levels", { $0["training"] = ["beta": 0.1]; $0["rank"] = 64 }),
    ]

    @Test("changing any input changes the key", arguments: mutations.indices)
    func mutation(index: Int) {
        var changed = Self.inputs
        Self.mutations[index].1(&changed)
        #expect(
            ContentKey(step: "train", version: 1, inputs: changed)
                != ContentKey(step: "train", version: 1, inputs: Self.inputs), "\(Self.mutations[index].0)")
    }

    @Test func stepAndVersionArePartOfTheKey() {
        let key = ContentKey(step: "train", version: 1, inputs: Self.inputs)
        #expect(ContentKey(step: "train", version: 2, inputs: Self.inputs) != key)
        #expect(ContentKey(step: "trai", version: 1, inputs: Self.inputs) != key)
    }

    @Test("text that looks like another value's JSON does not collide with it")
    func quoting() {
        let plain = ContentKey(step: "s", version: 1, inputs: ["a": "x\",\"b\":\"y"])
        let split = ContentKey(step: "s", version: 1, inputs: ["a": "x", "b": "y"])
        #expect(plain != split)
    }

    @Test("order of members, white space and spelling of numbers do not matter")
    func reformatting() throws {
        let spellings = [
            #"{"beta":0.1,"seed":21,"rate":1e-5,"items":[1,2],"nested":{"a":1,"b":2}}"#,
            #"{ "nested": {"b": 2.0, "a": 1}, "items": [1, 2], "rate": 0.00001, "seed": 21, "beta": 0.10 }"#,
            "{\n\"seed\": 2.1e1,\n\"beta\": 1e-1, \"rate\": 10e-6, \"items\": [1.0, 2],\"nested\":{\"a\":1e0,\"b\":2}}",
        ]
        let keys = try spellings.map { text in
            let value = try JSONDecoder().decode([String: KeyValue].self, from: Data(text.utf8))
            return ContentKey(step: "train", version: 1, inputs: value)
        }
        #expect(Set(keys).count == 1)
    }

    @Test("the key is the SHA-256 of the canonical JSON")
    func digest() {
        // printf '{"inputs":{"beta":0.1,"seed":21},"step":"train","version":1}' | sha256sum
        let key = ContentKey(step: "train", version: 1, inputs: ["seed": 21, "beta": 0.1])
        #expect(key.hex == "3a16fa7f9a05d8c160a83fa5121076362f1376e4785704801eb645c7033da34d")
        #expect(key.short == String(key.hex.prefix(12)))
    }

    @Test("numbers are written as in RFC 8785, appendix B", arguments: [
        (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    ] as [(UInt64, String)])
    func numbers(bits: UInt64, text: String) {
        #expect(KeyValue.double(Double(bitPattern: bits)).canonicalJSON == text)
    }

    @Test("strings are escaped as in RFC 8785, members sorted by UTF-16")
    func strings() {
        #expect(KeyValue.string("\u{20ac}$\u{f}\u{a}A'B\"\\\"/").canonicalJSON == #""€$\u000f\nA'B\"\\\"/""#)
        // U+1F600 sorts before U+FB33 by UTF-16 and after it by scalar value.
        let value: KeyValue = ["\u{FB33}": 1, "\u{1F600}": 2, "\r": 3, "1": 4]
        #expect(value.canonicalJSON == "{\"\\r\":3,\"1\":4,\"\u{1F600}\":2,\"\u{FB33}\":1}")
    }

    @Test func largeIntegersStayDistinct() {
        let key = { (value: Int) in ContentKey(step: "s", version: 1, inputs: ["seed": .int(value)]) }
        #expect(key(1 << 53) != key(1 << 53 + 1))
        #expect(KeyValue(UInt64.max) == .string("18446744073709551615"))
    }

    @Test func settingsEncode() throws {
        struct Settings: Encodable {
            var beta = 0.1
            var rank: Int?
            var modules = ["q", "v"]
            var threshold = Double.infinity
        }
        let value = try KeyValue(encoding: Settings())
        #expect(value.canonicalJSON == #"{"beta":0.1,"modules":["q","v"],"threshold":"inf"}"#)
    }

    @Test func differencesNameWhatChanged() {
        let old: KeyValue = ["rate": 1e-5, "beta": 0.1, "n": 3, "nested": ["a": 1, "b": 2]]
        let new: KeyValue = ["rate": 2e-5, "beta": 0.1, "m": 3, "nested": ["a": 1.0, "b": 5]]
        #expect(
            KeyValueDifference.between(old, new).map(\.description)
                == ["m added (3)", "n removed", "nested.b changed 2 -> 5", "rate changed 1e-5 -> 2e-5"])
    }
}
