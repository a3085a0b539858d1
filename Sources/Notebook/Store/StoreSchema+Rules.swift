extension StoreSchema {
    /// Migration 6: the rule of a judge as it was chosen on development articles, under the key of the step that chose it;
    /// and why an answer could not be read.
    static let rules = [
        """
        CREATE TABLE judgeRule (
            "key" TEXT NOT NULL PRIMARY KEY CHECK (length("key") = 64),
            tuning TEXT NOT NULL CHECK (json_valid(tuning))
        ) STRICT
        """,
        "ALTER TABLE calibrationAnswer ADD COLUMN defect TEXT CHECK (defect <> '')",
    ]
}
