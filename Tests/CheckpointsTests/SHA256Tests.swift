import Testing

import Checkpoints

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples and NIST's CAVP SHA256ShortMsg vectors.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func publishedVectors(text: String, digest: String) { #expect(SHA256.hexDigest(of: text) == digest) }

    @Test func binaryVector() {
        // CAVP SHA256ShortMsg, Len = 8: message bd... is one byte 0xd3.
        let digest = [UInt8]([0xd3]).withUnsafeBytes { SHA256.hexDigest(of: $0) }
        #expect(digest == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1")
    }

    @Test func oneMillionLettersA() {
        // FIPS 180-2, appendix B.3.
        let digest = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000).withUnsafeBytes { SHA256.hexDigest(of: $0) }
        #expect(digest == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func piecesGiveTheSameDigestAsTheWhole() {
        let text = String(repeating: "0123456789", count: 40)
        for length in [1, 3, 55, 56, 63, 64, 65, 127, 128, 200] {
            var hash = SHA256()
            var rest = Substring(text)
            while !rest.isEmpty {
                hash.update(String(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(hash.hexDigest() == SHA256.hexDigest(of: text), "\(length)")
        }
    }
}
