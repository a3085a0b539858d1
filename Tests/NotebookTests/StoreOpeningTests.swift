import Foundation
import GRDB
import Notebook
import Testing

@Suite("Opening a store")
struct StoreOpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func failure(_ access: Store.Access = .readWrite, workspace: URL? = nil) -> StoreError? {
        #expect(throws: StoreError.self) { try Store(workspace: workspace ?? folder.url, access: access) }
    }

    @Test func whatWasWrittenIsReadByAnother() throws {
        let writer = try Store(workspace: folder.url, access: .readWrite)
        let notebook = try makeNotebook(writer)
        let reader = try Store(workspace: folder.url, access: .readOnly)
        #expect(try reader.runs().map(\.id) == [notebook.runID])
        #expect(reader.isBeingWritten)
        let error = #expect(throws: StoreError.self) { try reader.removeRun(id: notebook.runID) }
        #expect(error?.kind == .notWritable)
    }

    @Test("a second writer is told who writes, and may write when the first is gone")
    func oneWriter() throws {
        var writer: Store? = try Store(workspace: folder.url, access: .readWrite)
        #expect(writer?.isBeingWritten == true)
        let error = failure()
        #expect(error?.kind == .locked)
        #expect(error?.exitStatus == .cannotWrite)
        #expect(error?.why.contains(String(ProcessInfo.processInfo.processIdentifier)) == true)
        writer = nil
        #expect(try Store(workspace: folder.url, access: .readOnly).isBeingWritten == false)
        _ = try Store(workspace: folder.url, access: .readWrite)
    }

    @Test func nothingToRead() {
        let error = failure(.readOnly)
        #expect(error?.kind == .missing)
        #expect(error?.exitStatus == .missingInput)
        #expect(!FileManager.default.fileExists(atPath: folder.store.path), "reading makes no file")
    }

    @Test func aPlanNeedsNoStore() throws {
        let nowhere = folder.url.appendingPathComponent("nowhere")
        let store = try Store(workspace: nowhere, access: .readOnlyOrEmpty)
        #expect(try store.runs().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: nowhere.path))
        let writer = try Store(workspace: nowhere, access: .readWrite)
        let runID = try makeNotebook(writer).runID
        #expect(try Store(workspace: nowhere, access: .readOnlyOrEmpty).runs().map(\.id) == [runID])
    }

    @Test("a file that is no database is left alone", arguments: [Store.Access.readOnly, .readWrite])
    func noDatabase(access: Store.Access) throws {
        let content = Data(String(repeating: "these are not the rows\n", count: 100).utf8)
        try content.write(to: folder.store)
        let error = failure(access)
        #expect(error?.kind == .notADatabase)
        #expect(error?.exitStatus == .badData)
        #expect(error?.location == folder.store.path)
        #expect(try Data(contentsOf: folder.store) == content)
    }

    @Test("a damaged store", arguments: [Store.Access.readOnly, .readWrite])
    func corrupt(access: Store.Access) throws {
        try DatabaseQueue(path: { _ = try Store(workspace: folder.url, access: .readWrite); return folder.store.path }())
            .close()
        var bytes = try Data(contentsOf: folder.store)
        // The first page's b-tree header follows the 100 bytes of the file header.
        bytes.replaceSubrange(100..<4000, with: Data(repeating: 0xA5, count: 3900))
        try bytes.write(to: folder.store)
        let error = failure(access)
        #expect(error?.kind == .corrupt)
        #expect(error?.exitStatus == .badData)
    }

    @Test func anotherProgramsDatabase() throws {
        try DatabaseQueue(path: folder.store.path).write { try $0.execute(sql: "CREATE TABLE note (text TEXT)") }
        #expect(failure()?.kind == .foreign)
        #expect(failure(.readOnly)?.kind == .foreign)
        let tables = try DatabaseQueue(path: folder.store.path).read {
            try String.fetchAll($0, sql: "SELECT name FROM sqlite_master")
        }
        #expect(tables == ["note"])
    }

    @Test(
        "what a process leaves that is killed while it makes its store is made whole",
        arguments: [
            "PRAGMA journal_mode = WAL", "PRAGMA application_id = \(0x5052_4353)",
            "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)",
        ])
    func unfinished(statement: String) throws {
        let queue = try DatabaseQueue(path: folder.store.path)
        try queue.writeWithoutTransaction { try $0.execute(sql: statement) }
        try queue.close()
        #expect(failure(.readOnly)?.kind == .missing)
        for access in [Store.Access.readWrite, .readOnly] { #expect(try Store(workspace: folder.url, access: access).runs().isEmpty) }
    }

    @Test("a store of a newer version is not touched", arguments: [Store.Access.readOnly, .readWrite])
    func newerSchema(access: Store.Access) throws {
        _ = try Store(workspace: folder.url, access: .readWrite)
        try DatabaseQueue(path: folder.store.path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 from the future')")
        }
        let error = failure(access)
        #expect(error?.kind == .newerSchema)
        #expect(error?.exitStatus == .badData)
    }

    @Test("a workspace that cannot be made or written")
    func notWritable() throws {
        let file = folder.url.appendingPathComponent("file")
        try Data().write(to: file)
        let error = failure(workspace: file.appendingPathComponent("workspace"))
        #expect(error?.kind == .notWritable)
        #expect(error?.exitStatus == .cannotWrite)
        // The superuser writes everywhere but to places like this one.
        let proc = failure(workspace: URL(fileURLWithPath: "/proc/precis"))
        #expect(proc?.kind == .notWritable)
    }

    /// Names and schemas of migrations as they shipped. A new migration adds a line; no line ever changes.
    private static let shipped = [
        ("1 runs, shared work, evaluations", "885e8557406334c78b666fb58257c305fc3be06d6b753dd6892c29f8d3ad2273"),
        ("2 calibration by answer, fluency", "f53381a94f6fd026d4a5329b49d1db2ee0c461476c52f2620f2ca0ff05bd3e1d"),
        ("3 endpoint answers", "d22017bcd124cfd105ac05cb925ab70d16548d0d9e54b1c4e9e3c0e22e5af528"),
        ("4 counts of what was left out", "1a9a702f3a27c4306a0552819f0fe8c35587a71265cb8a130ac766c86ad4a901"),
        ("5 responses to instructions", "6172f416217af2f91ec017bfe16f5e059b53bb2d28df76d92c297bfa7d830c82"),
        ("6 rules of judges, defects of answers", "b5eeeb49ce58af17edd8ab11116c4b35a5da34d2dd135e371d07c7c166c8d856"),
    ]

    @Test("the schema that shipped stays as it shipped")
    func shippedSchema() throws {
        #expect(StoreSchema.migrator.migrations == Self.shipped.map(\.0))
        for (name, expected) in Self.shipped {
            let database = try DatabaseQueue()
            try StoreSchema.migrator.migrate(database, upTo: name)
            let schema = try database.read {
                try String.fetchAll(
                    $0, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'grdb%' ORDER BY name")
            }
            #expect(ContentKey(.array(schema.map(KeyValue.string))).hex == expected, "\(name)")
        }
        _ = try Store(workspace: folder.url, access: .readWrite)
        let database = try DatabaseQueue(path: folder.store.path)
        #expect(try database.read { try Int.fetchOne($0, sql: "PRAGMA application_id") } == 0x5052_4353)
    }

    @Test("a full disk is named as such, and loses only the unit at hand")
    func diskFull() throws {
        let store = try Store(workspace: folder.url, access: .readWrite)
        try store.limitPages(toAdditional: 8)
        let sample = { (index: Int) in
            SampleRecord(
                setKey: "s", articleID: "a", sampleIndex: index, tokens: [], text: String(repeating: "x", count: 10_000),
                words: 1, finishReason: "endOfTurn", logProbability: 0)
        }
        var stored = 0
        let error = #expect(throws: StoreError.self) {
            for index in 0..<1000 {
                try store.save(samples: [sample(index)])
                stored += 1
            }
        }
        #expect(error?.kind == .diskFull)
        #expect(error?.exitStatus == .cannotWrite)
        #expect(stored > 0)
        #expect(try store.sampleCount(setKey: "s") == stored)
    }
}
