import LanguageModel
import Notebook
import Preferences
import Tokenization

extension Study {
    /// The judge of `--judge`.
    func judge(_ articles: ArticleSets) throws -> any Judge {
        if let judgeMemo { return judgeMemo }
        let judge: any Judge =
            switch options.judge {
            case .cloze: clozeJudge(articles)
            case .prompted: asking(articles, answering: try promptedJudge())
            case .endpoint: asking(articles, answering: try endpointJudge())
            }
        judgeMemo = judge
        return judge
    }

    /// Whether the embedded judge asks the questions.
    var asksCloze: Bool { options.judge == .cloze || settings.judge.questions == .cloze }

    private func asking(_ articles: ArticleSets, answering judge: any Judge) -> any Judge {
        switch settings.judge.questions {
        case .model: judge
        case .cloze: DividedJudge(asking: clozeJudge(articles), answering: judge)
        }
    }

    /// The embedded one, which reads with the original model.
    func clozeJudge(_ articles: ArticleSets, prompt: ClozePrompt = .standard) -> ClozeJudge {
        var extraction = ClozeExtractor.Settings()
        extraction.seed = settings.seed
        return ClozeJudge(
            scorer: judgeScorer, tokenizer: loaded.tokenizer,
            modelIdentity: loaded.contentHash + " " + precision.numericMode,
            extractor: ClozeExtractor(pool: DistractorPool(articles.all), settings: extraction), rule: clozeRule, prompt: prompt)
    }

    private func promptedJudge() throws -> PromptedJudge {
        guard let loadedJudge else { return try promptedJudge(reading: loaded, with: originalModel, mode: settings.judge.mode) }
        let model = LanguageModel(loadedJudge, precision: precision, pool: pool)
        return try promptedJudge(reading: loadedJudge, with: model, mode: settings.judge.mode)
    }

    /// The study's prompts through a model in this process.
    func promptedJudge(reading loaded: LoadedModel, with model: LanguageModel, mode: JudgeMode) throws -> PromptedJudge {
        let identity = loaded.contentHash + " " + precision.numericMode
        let template = loaded.chatTemplate
        let generator = LocalTextGenerator(
            model: model, template: template, identity: identity, seed: settings.seed)
        let letters = TreeContinuationScorer(scorer: model, tokenizer: loaded.tokenizer, identity: identity) {
            try template.render($0, addGenerationPrompt: true)
        }
        return try PromptedJudge(
            generator: generator,
            settings: .init(questionParser: settings.judge.parser, answerParser: settings.judge.parser, seed: settings.seed),
            letterScorer: mode == .letter ? letters : nil)
    }
}
