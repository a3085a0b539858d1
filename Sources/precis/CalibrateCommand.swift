import ArgumentParser
import Study

struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Have the judge answer from passages whose worth is known.",
        discussion: """
            Asks the judge's questions with the full article, its first sentences, a good summary (the best of several \
            samples), another article and nothing, on development and test articles, and shows what it answers: correct, \
            wrong or unsure, by kind of question and by position, before and after questions are left out; what it would \
            guess; and how far other readers agree with it. \
            Takes the options of an experiment; what an experiment measured in the same workspace is not measured again.
            """)

    @OptionGroup var options: StudyOptions

    func run() async throws {
        try await JudgeCalibration.run(options)
    }
}
