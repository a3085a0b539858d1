import GRDB

/// The store's schema. A migration that has shipped is never edited: a change is a new migration.
package enum StoreSchema {
    /// `PRAGMA application_id` of a store: the characters "PRCS".
    static let applicationID = 0x5052_4353

    /// Makes the file known as a store.
    static func mark(_ db: Database) throws {
        if try Int.fetchOne(db, sql: "PRAGMA application_id") != applicationID {
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
    }

    package static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs, shared work, evaluations") { db in
            try mark(db)
            for statement in version1 { try db.execute(sql: statement) }
        }
        migrator.registerMigration("2 calibration by answer, fluency") { db in
            for statement in judging { try db.execute(sql: statement) }
        }
        migrator.registerMigration("3 endpoint answers") { db in
            for statement in endpoints { try db.execute(sql: statement) }
        }
        migrator.registerMigration("4 counts of what was left out") { db in
            for statement in leftOut { try db.execute(sql: statement) }
        }
        migrator.registerMigration("5 responses to instructions") { db in
            for statement in responses { try db.execute(sql: statement) }
        }
        migrator.registerMigration("6 rules of judges, defects of answers") { db in
            for statement in rules { try db.execute(sql: statement) }
        }
        return migrator
    }()

    // STRICT makes SQLite check column types. Text that a model wrote is of type ANY, because text with
    // NUL characters is stored as a blob (see `ModelText`).
    private static let version1 = [
        """
        CREATE TABLE run (
            id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
            experiment TEXT NOT NULL CHECK (experiment <> ''),
            preset TEXT NOT NULL CHECK (preset <> ''),
            settingsKey TEXT NOT NULL CHECK (length(settingsKey) = 64),
            settings TEXT NOT NULL CHECK (json_valid(settings)),
            provenance TEXT NOT NULL CHECK (json_valid(provenance)),
            source TEXT,
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted', 'incomplete')),
            startedAt TEXT NOT NULL,
            finishedAt TEXT,
            UNIQUE (experiment, settingsKey),
            CHECK (state <> 'running' OR finishedAt IS NULL),
            CHECK (state <> 'done' OR finishedAt IS NOT NULL)
        ) STRICT
        """,
        """
        CREATE TABLE session (
            runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number >= 1),
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted', 'incomplete')),
            startedAt TEXT NOT NULL,
            finishedAt TEXT,
            processID INTEGER NOT NULL,
            bootID TEXT NOT NULL,
            commandLine TEXT NOT NULL CHECK (json_valid(commandLine)),
            "commit" TEXT,
            PRIMARY KEY (runID, number)
        ) STRICT
        """,
        """
        CREATE TABLE cell (
            runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            position INTEGER NOT NULL CHECK (position >= 0),
            line INTEGER NOT NULL CHECK (line >= 0),
            version INTEGER NOT NULL,
            "key" TEXT NOT NULL CHECK (length("key") = 64),
            reason TEXT NOT NULL CHECK (reason <> ''),
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted', 'incomplete')),
            seconds REAL NOT NULL CHECK (seconds >= 0),
            completed INTEGER NOT NULL CHECK (completed >= 0),
            total INTEGER CHECK (total >= 0),
            startedAt TEXT NOT NULL,
            updatedAt TEXT NOT NULL,
            inputs TEXT NOT NULL CHECK (json_valid(inputs)),
            output ANY NOT NULL CHECK (typeof(output) IN ('text', 'blob')),
            PRIMARY KEY (runID, name)
        ) STRICT
        """,
        "CREATE INDEX cellByKey ON cell (\"key\")",
        """
        CREATE TABLE article (
            corpusKey TEXT NOT NULL CHECK (corpusKey <> ''),
            id TEXT NOT NULL CHECK (id <> ''),
            position INTEGER NOT NULL CHECK (position >= 0),
            split TEXT NOT NULL CHECK (split <> ''),
            words INTEGER NOT NULL CHECK (words >= 0),
            text ANY NOT NULL CHECK (typeof(text) IN ('text', 'blob')),
            PRIMARY KEY (corpusKey, id),
            UNIQUE (corpusKey, position)
        ) STRICT
        """,
        """
        CREATE TABLE questionSet (
            judgeKey TEXT NOT NULL CHECK (judgeKey <> ''),
            articleID TEXT NOT NULL CHECK (articleID <> ''),
            questions TEXT CHECK (questions IS NULL OR json_valid(questions)),
            dropReason TEXT CHECK (dropReason <> ''),
            PRIMARY KEY (judgeKey, articleID),
            CHECK ((questions IS NULL) <> (dropReason IS NULL))
        ) STRICT
        """,
        """
        CREATE TABLE prompt (
            setKey TEXT NOT NULL CHECK (setKey <> ''),
            articleID TEXT NOT NULL CHECK (articleID <> ''),
            messages TEXT NOT NULL CHECK (json_valid(messages)),
            PRIMARY KEY (setKey, articleID)
        ) STRICT
        """,
        """
        CREATE TABLE sample (
            setKey TEXT NOT NULL CHECK (setKey <> ''),
            articleID TEXT NOT NULL CHECK (articleID <> ''),
            sampleIndex INTEGER NOT NULL CHECK (sampleIndex >= 0),
            tokens BLOB NOT NULL CHECK (length(tokens) % 4 = 0),
            text ANY NOT NULL CHECK (typeof(text) IN ('text', 'blob')),
            words INTEGER NOT NULL CHECK (words >= 0),
            finishReason TEXT NOT NULL CHECK (finishReason <> ''),
            logProbability REAL NOT NULL CHECK (logProbability < 0.001),
            PRIMARY KEY (setKey, articleID, sampleIndex)
        ) STRICT
        """,
        """
        CREATE TABLE judgement (
            judgeKey TEXT NOT NULL CHECK (judgeKey <> ''),
            articleID TEXT NOT NULL CHECK (articleID <> ''),
            summaryHash TEXT NOT NULL CHECK (summaryHash <> ''),
            answers TEXT NOT NULL CHECK (json_valid(answers)),
            correct INTEGER CHECK (correct >= 0),
            secondary TEXT CHECK (secondary IS NULL OR json_valid(secondary)),
            PRIMARY KEY (judgeKey, articleID, summaryHash)
        ) STRICT
        """,
        """
        CREATE TABLE pair (
            pairSetKey TEXT NOT NULL CHECK (pairSetKey <> ''),
            position INTEGER NOT NULL CHECK (position >= 0),
            setKey TEXT NOT NULL,
            articleID TEXT NOT NULL,
            chosenIndex INTEGER NOT NULL,
            rejectedIndex INTEGER NOT NULL CHECK (rejectedIndex <> chosenIndex),
            reason TEXT NOT NULL CHECK (reason <> ''),
            PRIMARY KEY (pairSetKey, position),
            FOREIGN KEY (setKey, articleID, chosenIndex) REFERENCES sample (setKey, articleID, sampleIndex),
            FOREIGN KEY (setKey, articleID, rejectedIndex) REFERENCES sample (setKey, articleID, sampleIndex)
        ) STRICT
        """,
        """
        CREATE TABLE referenceLogProbability (
            modelKey TEXT NOT NULL CHECK (modelKey <> ''),
            contentKey TEXT NOT NULL CHECK (contentKey <> ''),
            sum REAL NOT NULL CHECK (sum < 0.001),
            tokenCount INTEGER NOT NULL CHECK (tokenCount > 0),
            PRIMARY KEY (modelKey, contentKey)
        ) STRICT
        """,
        """
        CREATE TABLE training (
            "key" TEXT NOT NULL PRIMARY KEY CHECK ("key" <> ''),
            experiment TEXT NOT NULL CHECK (experiment <> ''),
            label TEXT NOT NULL CHECK (label <> ''),
            settings TEXT NOT NULL CHECK (json_valid(settings)),
            state TEXT NOT NULL CHECK (state IN ('running', 'done', 'diverged')),
            seconds REAL NOT NULL CHECK (seconds >= 0),
            weightsPath TEXT,
            weightsHash TEXT,
            CHECK ((weightsPath IS NULL) = (weightsHash IS NULL)),
            CHECK (state <> 'done' OR weightsHash IS NOT NULL)
        ) STRICT
        """,
        """
        CREATE TABLE trainingStep (
            trainingKey TEXT NOT NULL REFERENCES training ("key") ON DELETE CASCADE,
            step INTEGER NOT NULL CHECK (step >= 0),
            metrics TEXT NOT NULL CHECK (json_valid(metrics)),
            PRIMARY KEY (trainingKey, step)
        ) STRICT
        """,
        """
        CREATE TABLE evaluation (
            id INTEGER PRIMARY KEY,
            runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            systemName TEXT NOT NULL CHECK (systemName <> ''),
            label TEXT NOT NULL CHECK (label <> ''),
            kind TEXT NOT NULL CHECK (kind <> ''),
            round INTEGER NOT NULL CHECK (round >= 0),
            split TEXT NOT NULL CHECK (split <> ''),
            articleSetKey TEXT NOT NULL CHECK (articleSetKey <> ''),
            judgeKey TEXT NOT NULL CHECK (judgeKey <> ''),
            trainingKey TEXT REFERENCES training ("key"),
            details TEXT NOT NULL CHECK (json_valid(details)),
            UNIQUE (runID, systemName, split)
        ) STRICT
        """,
        """
        CREATE TABLE evaluationRow (
            evaluationID INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            articleID TEXT NOT NULL CHECK (articleID <> ''),
            summary ANY NOT NULL CHECK (typeof(summary) IN ('text', 'blob')),
            words INTEGER NOT NULL CHECK (words >= 0),
            correct INTEGER CHECK (correct >= 0),
            answers TEXT NOT NULL CHECK (json_valid(answers)),
            failures TEXT NOT NULL CHECK (json_valid(failures)),
            PRIMARY KEY (evaluationID, articleID),
            UNIQUE (evaluationID, position)
        ) STRICT
        """,
        """
        CREATE TABLE calibration (
            judgeKey TEXT NOT NULL CHECK (judgeKey <> ''),
            split TEXT NOT NULL CHECK (split <> ''),
            passage TEXT NOT NULL CHECK (passage <> ''),
            kind TEXT NOT NULL CHECK (kind <> ''),
            correct INTEGER NOT NULL CHECK (correct >= 0),
            wrong INTEGER NOT NULL CHECK (wrong >= 0),
            unsure INTEGER NOT NULL CHECK (unsure >= 0),
            PRIMARY KEY (judgeKey, split, passage, kind)
        ) STRICT
        """,
    ]
}
