extension StoreSchema {
    /// Migration 5: responses to instructions. Prompts, samples and pairs of them are rows of the tables that
    /// summaries use, with the instruction's id where an article's stands; here is what they have apart.
    static let responses = [
        """
        CREATE TABLE instruction (
            setKey TEXT NOT NULL CHECK (setKey <> ''),
            id TEXT NOT NULL CHECK (id <> ''),
            position INTEGER NOT NULL CHECK (position >= 0),
            split TEXT NOT NULL CHECK (split <> ''),
            name TEXT NOT NULL CHECK (name <> ''),
            text ANY NOT NULL CHECK (typeof(text) IN ('text', 'blob')),
            PRIMARY KEY (setKey, id),
            UNIQUE (setKey, position)
        ) STRICT
        """,
        """
        CREATE TABLE ranker (
            "key" TEXT NOT NULL PRIMARY KEY CHECK (length("key") = 64),
            name TEXT NOT NULL CHECK (name <> ''),
            isRelative INTEGER NOT NULL CHECK (isRelative IN (0, 1)),
            identity TEXT NOT NULL CHECK (json_valid(identity))
        ) STRICT
        """,
        """
        CREATE TABLE responseScore (
            rankerKey TEXT NOT NULL REFERENCES ranker ("key"),
            groupKey TEXT NOT NULL CHECK (length(groupKey) = 64),
            position INTEGER NOT NULL CHECK (position >= 0),
            score REAL,
            readings TEXT NOT NULL CHECK (json_valid(readings)),
            measures TEXT NOT NULL CHECK (json_valid(measures)),
            PRIMARY KEY (rankerKey, groupKey, position)
        ) STRICT
        """,
        """
        CREATE TABLE responseRound (
            runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            round INTEGER NOT NULL CHECK (round >= 1),
            startLabel TEXT NOT NULL CHECK (startLabel <> ''),
            trainedLabel TEXT NOT NULL CHECK (trainedLabel <> ''),
            instructionSetKey TEXT NOT NULL CHECK (instructionSetKey <> ''),
            responseSetKey TEXT NOT NULL CHECK (responseSetKey <> ''),
            responsesPerInstruction INTEGER NOT NULL CHECK (responsesPerInstruction >= 2),
            rankerKey TEXT NOT NULL REFERENCES ranker ("key"),
            pairSetKey TEXT NOT NULL CHECK (pairSetKey <> ''),
            pairDrops TEXT NOT NULL CHECK (json_valid(pairDrops)),
            instructionDrops TEXT NOT NULL CHECK (json_valid(instructionDrops)),
            trainingKey TEXT NOT NULL REFERENCES training ("key"),
            PRIMARY KEY (runID, round)
        ) STRICT
        """,
        """
        CREATE TABLE responseComparison (
            id INTEGER PRIMARY KEY,
            runID TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            round INTEGER NOT NULL CHECK (round >= 0),
            challengerLabel TEXT NOT NULL CHECK (challengerLabel <> ''),
            opponentLabel TEXT NOT NULL CHECK (opponentLabel <> ''),
            rankerKey TEXT NOT NULL REFERENCES ranker ("key"),
            instructionSetKey TEXT NOT NULL CHECK (instructionSetKey <> ''),
            UNIQUE (runID, name)
        ) STRICT
        """,
        """
        CREATE TABLE responseComparisonRow (
            comparisonID INTEGER NOT NULL REFERENCES responseComparison (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            instructionID TEXT NOT NULL CHECK (instructionID <> ''),
            challenger ANY NOT NULL CHECK (typeof(challenger) IN ('text', 'blob')),
            challengerFinish TEXT NOT NULL CHECK (challengerFinish <> ''),
            challengerWords INTEGER NOT NULL CHECK (challengerWords >= 0),
            challengerScore REAL,
            opponent ANY NOT NULL CHECK (typeof(opponent) IN ('text', 'blob')),
            opponentFinish TEXT NOT NULL CHECK (opponentFinish <> ''),
            opponentWords INTEGER NOT NULL CHECK (opponentWords >= 0),
            opponentScore REAL,
            PRIMARY KEY (comparisonID, instructionID),
            UNIQUE (comparisonID, position)
        ) STRICT
        """,
    ]
}
