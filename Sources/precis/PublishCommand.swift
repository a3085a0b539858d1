import ArgumentParser
import Foundation
import Notebook
import Publishing
import Study

struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Upload a folder, a model, an adapter or a data set, to the Hugging Face Hub.",
        discussion: """
            The access token is read from HF_TOKEN alone, the Hub's address from HF_ENDPOINT. Run the same command \
            again after an interruption: what has arrived is not sent twice. Names that begin with a dot stay here.

            Exit codes: 64 where files would be overwritten without --overwrite, or --private is given and the \
            repository exists and is public (nothing is sent); 69 without an answer of the Hub; 78 without HF_TOKEN.
            """)

    @Argument(help: "Folder to upload.", completion: .directory)
    var folder: String

    @Option(name: .customLong("to"), help: "Repository: hf:OWNER/NAME. It is created where it does not exist.")
    var target: String

    @Option(help: "Kind of repository: model, dataset. Default: what the folder's files are.")
    var kind: HubRepository.Kind?

    @Flag(name: .customLong("private"), help: "Create the repository as a private one; an existing public one is refused.")
    var isPrivate = false

    @Flag(help: "List what would go, and send nothing.")
    var dryRun = false

    @Flag(help: "Replace files that stand in the repository with other content.")
    var overwrite = false

    func run() async throws {
        do {
            try await publish()
        } catch let error as PublishingError {
            throw UserFailure(
                error.what, location: error.location, why: error.reason, remedy: error.remedy,
                exitStatus: error.exitStatus)
        }
    }

    private func publish() async throws {
        let files = try PublishedFolder(path: folder)
        guard let kind = kind ?? files.kind else {
            throw UserFailure(
                "cannot publish", location: folder, why: "its files are neither those of a model nor data",
                remedy: "Say which it is: --kind model or --kind dataset.", exitStatus: .usage)
        }
        let repository = try HubRepository(target: target, kind: kind)
        let address = try HubAddress()
        if dryRun {
            for file in files.files { Answer.write("\(file.size)\t\(file.path)\n") }
            Answer.write("\(files.byteCount)\tto \(repository.page(at: address)) (\(kind.rawValue)); nothing was sent\n")
            return
        }
        let publication = Publication(
            folder: files, repository: repository, isPrivate: isPrivate, overwrites: overwrite)
        let outcome = try await publication.publish(to: address, token: HubToken()) { event in
            let line =
                switch event {
                case .created(let page): "created \(page)"
                case .present(let path): "unchanged \(path)"
                case .sending(let path, let size): "sending \(path) (\(size) bytes)"
                case .committed(let url): "committed \(url)"
                }
            FileHandle.standardError.write(Data((line + "\n").utf8))
        }
        Answer.write("\(outcome.page)\n")
    }
}

extension HubRepository.Kind: ExpressibleByArgument {}

extension PublishingError {
    fileprivate var exitStatus: ExitStatus {
        switch kind {
        case .input, .wouldOverwrite, .notPrivate: .usage
        case .noToken: .configuration
        case .unavailable: .endpointUnavailable
        case .rejected, .badAnswer: .failed
        }
    }
}
