import GRDB

extension Store {
    public func save(endpointAnswer: EndpointAnswerRecord) throws { try upsert([endpointAnswer]) }

    /// The newest answer to a request.
    public func endpointAnswer(requestKey: String) throws -> EndpointAnswerRecord? {
        try read { db in
            try EndpointAnswerRecord.filter(Column("requestKey") == requestKey)
                .order(Column("answeredAt").desc, Column("reportedModel")).fetchOne(db)
        }
    }

    /// Versions of a model that answered, with the number of answers, by name.
    public func reportedModels(model: String) throws -> [String: Int] {
        try read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT reportedModel, count(*) AS answers FROM endpointAnswer WHERE model = ? GROUP BY reportedModel",
                arguments: [model])
            return Dictionary(rows.map { ($0["reportedModel"], $0["answers"]) }, uniquingKeysWith: { _, last in last })
        }
    }
}
