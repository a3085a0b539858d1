extension StoreSchema {
    /// What was left out and why, in counts: of a corpus's articles, and of an article's candidate questions.
    static let leftOut = [
        """
        CREATE TABLE articleDrop (
            corpusKey TEXT NOT NULL CHECK (corpusKey <> ''),
            reason TEXT NOT NULL CHECK (reason <> ''),
            count INTEGER NOT NULL CHECK (count > 0),
            PRIMARY KEY (corpusKey, reason)
        ) STRICT
        """,
        "ALTER TABLE questionSet ADD COLUMN counts TEXT CHECK (counts IS NULL OR json_valid(counts))",
    ]
}
