extension StoreSchema {
    /// Migration 2: calibration answer by answer instead of in sums, so that what is said of the judge can be
    /// computed again; and how likely texts are under a model.
    static let judging = [
        "DROP TABLE calibration",
        """
        CREATE TABLE calibrationAnswer (
            judgeKey TEXT NOT NULL CHECK (judgeKey <> ''),
            split TEXT NOT NULL CHECK (split <> ''),
            reader TEXT NOT NULL CHECK (reader <> ''),
            questions TEXT NOT NULL CHECK (questions <> ''),
            passage TEXT NOT NULL CHECK (passage <> ''),
            articleID TEXT NOT NULL CHECK (articleID <> ''),
            question INTEGER NOT NULL CHECK (question >= 0),
            kind TEXT NOT NULL CHECK (kind <> ''),
            answer INTEGER NOT NULL CHECK (answer >= 0),
            choice INTEGER CHECK (choice >= 0),
            PRIMARY KEY (judgeKey, split, reader, questions, passage, articleID, question)
        ) STRICT
        """,
        """
        CREATE TABLE fluency (
            modelKey TEXT NOT NULL CHECK (modelKey <> ''),
            textHash TEXT NOT NULL CHECK (textHash <> ''),
            negativeLogLikelihood REAL NOT NULL CHECK (negativeLogLikelihood > -0.001),
            tokenCount INTEGER NOT NULL CHECK (tokenCount > 0),
            PRIMARY KEY (modelKey, textHash)
        ) STRICT
        """,
    ]
}
