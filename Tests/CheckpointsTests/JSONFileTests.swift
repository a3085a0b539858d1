import Checkpoints
import JSON
import Testing

/// What a checkpoint's JSON files add to `JSONValue`: the file, the place in it, and what to do.
@Suite struct JSONFileTests {
    @Test func faultsNameTheFileAndThePlace() {
        let bytes = Array(#"{"a": 1, "a": 2}"#.utf8)
        expectError(.duplicateName, mentioning: "test.json") { () throws(CheckpointError) in
            let result = bytes.withUnsafeBytes { buffer in
                Result { () throws(CheckpointError) in try JSONValue(parsing: buffer, file: "test.json", base: 8) }
            }
            do throws(CheckpointError) {
                _ = try result.get()
            } catch {
                // The second "a" is the tenth byte of the JSON, which is eight into the file.
                #expect(error.offset == 17)
                throw error
            }
        }
    }

    @Test func invalidUTF8() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([0x22, 0xff, 0x22], to: "x.json")
        expectError(.malformed, mentioning: "UTF-8") { () throws(CheckpointError) in try JSONValue(contentsOf: path) }
    }

    @Test func aFileLongerThanItsLimitIsNotRead() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array("[1, 2, 3]".utf8), to: "x.json")
        expectError(.malformed, mentioning: "at most 8") { () throws(CheckpointError) in try JSONValue(contentsOf: path, limit: 8) }
    }
}
