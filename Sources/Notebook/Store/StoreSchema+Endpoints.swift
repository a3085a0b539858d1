extension StoreSchema {
    /// Migration 3: answers of remote models, so that none is paid for twice. A server may answer one request
    /// with another version of its model; each version's answer is a row.
    static let endpoints = [
        """
        CREATE TABLE endpointAnswer (
            requestKey TEXT NOT NULL CHECK (length(requestKey) = 64),
            reportedModel TEXT NOT NULL,
            model TEXT NOT NULL CHECK (model <> ''),
            text ANY NOT NULL CHECK (typeof(text) IN ('text', 'blob')),
            finishReason TEXT,
            firstToken TEXT CHECK (firstToken IS NULL OR json_valid(firstToken)),
            promptTokens INTEGER CHECK (promptTokens >= 0),
            completionTokens INTEGER CHECK (completionTokens >= 0),
            answeredAt TEXT NOT NULL,
            PRIMARY KEY (requestKey, reportedModel)
        ) STRICT
        """
    ]
}
