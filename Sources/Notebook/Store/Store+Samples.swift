import GRDB

extension Store {
    public func save(articles: [ArticleRecord]) throws { try upsert(articles) }

    /// Articles in corpus order; of one split when given.
    public func articles(corpusKey: String, split: String? = nil) throws -> [ArticleRecord] {
        try read { db in
            var request = ArticleRecord.filter(Column("corpusKey") == corpusKey)
            if let split { request = request.filter(Column("split") == split) }
            return try request.order(Column("position")).fetchAll(db)
        }
    }

    public func save(articleDrops: [ArticleDropRecord]) throws { try upsert(articleDrops) }

    /// How many articles of a corpus were left out, in order of the reasons.
    public func articleDrops(corpusKey: String) throws -> [ArticleDropRecord] {
        try read { db in
            try ArticleDropRecord.filter(Column("corpusKey") == corpusKey).order(Column("reason")).fetchAll(db)
        }
    }

    /// Stores samples, with the prompts they answer, in one transaction.
    public func save(samples: [SampleRecord], prompts: [PromptRecord] = []) throws {
        try write { db in
            for prompt in prompts { try prompt.upsert(db) }
            for sample in samples { try sample.upsert(db) }
        }
    }

    /// Samples of a set in order of article id and sample index; of one article when given.
    public func samples(setKey: String, articleID: String? = nil) throws -> [SampleRecord] {
        try read { db in
            var request = SampleRecord.filter(Column("setKey") == setKey)
            if let articleID { request = request.filter(Column("articleID") == articleID) }
            return try request.order(Column("articleID"), Column("sampleIndex")).fetchAll(db)
        }
    }

    /// Indices of the samples that are present, by article: what a resumed step need not do again.
    public func sampleIndices(setKey: String) throws -> [String: Set<Int>] {
        try read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT articleID, sampleIndex FROM sample WHERE setKey = ?", arguments: [setKey])
            var indices: [String: Set<Int>] = [:]
            while let row = try rows.next() { indices[row[0], default: []].insert(row[1]) }
            return indices
        }
    }

    public func sampleCount(setKey: String) throws -> Int {
        try read { try SampleRecord.filter(Column("setKey") == setKey).fetchCount($0) }
    }

    /// Prompts of a sample set, by article.
    public func prompts(setKey: String) throws -> [String: [PromptMessage]] {
        try read { db in
            let prompts = try PromptRecord.filter(Column("setKey") == setKey).fetchAll(db)
            return Dictionary(prompts.map { ($0.articleID, $0.messages) }, uniquingKeysWith: { _, last in last })
        }
    }
}
