import Foundation
import LanguageModel
import Notebook

/// What experiments need of a machine, checked without starting anything.
struct Diagnosis {
    struct Check {
        enum Result: String { case ok, warning, failed }
        var name: String
        var result: Result
        var found: String
        var remedy = ""
        /// Of the command, when this is the first check that failed.
        var exitStatus = ExitStatus.failed

        var json: KeyValue {
            [
                "check": .string(name), "result": .string(result.rawValue), "found": .string(found),
                "remedy": .string(remedy),
            ]
        }
    }

    let workspace: URL
    let cache: URL
    private let setUp = "run `make reproduce`, which sets up what is missing"

    func checks() -> [Check] { [processor, memory, model, corpus, gnuplot, disk] + folders + [store] }

    private var processor: Check {
        let machine = Machine.current()
        let path = Precision.instructionPath
        let instructions = [
            "amx": "AMX and AVX-512 with bfloat16", "avx512bf16": "AVX-512 with bfloat16", "avx512": "AVX-512", "avx2": "AVX2",
        ]
        let found = "\(machine.cpu), \(machine.coreCount) cores: \(instructions[path] ?? "portable kernels"), "
            + "\(Precision.preferred.rawValue)"
        let isFast = instructions[path] != nil
        return Check(
            name: "processor", result: isFast ? .ok : .warning, found: found,
            remedy: isFast ? "" : "results are the same, but every step takes many times longer")
    }

    /// Training the embedded model takes weights, gradients and two moments of 135 M parameters in 32 bits
    /// (2.2 GB), the reference's weights, and activations.
    private var memory: Check {
        guard let available = Machine.availableMemoryBytes else {
            return Check(name: "memory", result: .warning, found: "unknown", remedy: "4 GiB should be free")
        }
        let isEnough = available >= 4 << 30
        return Check(
            name: "memory", result: isEnough ? .ok : .warning, found: ByteCount.text(available) + " available",
            remedy: isEnough ? "" : "training the embedded model needs about 4 GiB; close other programs")
    }

    private var model: Check {
        let url = cache.appendingPathComponent(CacheFolder.modelFile)
        let magic = try? FileHandle(forReadingFrom: url).read(upToCount: 4)
        return file("model", url, isValid: magic == Data("GGUF".utf8), defect: "not a GGUF file")
    }

    private var corpus: Check {
        let url = cache.appendingPathComponent(CacheFolder.corpusFile)
        let lines = (try? Data(contentsOf: url))?.split(separator: UInt8(ascii: "\n")).count
        return file("articles", url, isValid: lines == 300, defect: "\(lines ?? 0) articles instead of 300")
    }

    private func file(_ name: String, _ url: URL, isValid: Bool, defect: String) -> Check {
        let size = (try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? UInt64) ?? nil
        guard let size else {
            return Check(
                name: name, result: .failed, found: "\(url.path) is missing",
                remedy: setUp + ", or name your own", exitStatus: .missingInput)
        }
        return isValid
            ? Check(name: name, result: .ok, found: "\(url.path), \(ByteCount.text(size))")
            : Check(
                name: name, result: .failed, found: "\(url.path): \(defect)", remedy: "remove the file, then " + setUp,
                exitStatus: .badData)
    }

    private var gnuplot: Check {
        SoftwareVersions.gnuplot.map { Check(name: "gnuplot", result: .ok, found: $0) }
            ?? Check(
                name: "gnuplot", result: .failed, found: "not in PATH",
                remedy: "install the package gnuplot; reports draw their figures with it", exitStatus: .missingInput)
    }

    private var disk: Check {
        let folder = existingAncestor(of: workspace)
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.uint64Value else {
            return Check(name: "disk", result: .warning, found: "unknown", remedy: "5 GiB should be free")
        }
        // Every trained model is half a GiB of weights, and a checkpoint three times that.
        let isEnough = free >= 5 << 30
        return Check(
            name: "disk", result: isEnough ? .ok : .warning, found: ByteCount.text(free) + " free",
            remedy: isEnough ? "" : "weights of a sweep take about 5 GiB; choose another --workspace")
    }

    private var folders: [Check] {
        [("cache folder", cache), ("workspace", workspace)].map { name, url in
            let folder = existingAncestor(of: url)
            let isWritable = FileManager.default.isWritableFile(atPath: folder.path)
            let isFolder = (try? folder.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
            return isWritable && isFolder
                ? Check(name: name, result: .ok, found: url.path + (folder.path == url.path ? "" : " (to be made)"))
                : Check(
                    name: name, result: .failed, found: "\(folder.path) is not a writable folder",
                    remedy: "make it writable, or choose another folder", exitStatus: .cannotWrite)
        }
    }

    private var store: Check {
        do {
            let store = try Store(workspace: workspace, access: .readOnly)
            let runs = try store.runs().count
            return Check(
                name: "store", result: .ok, found: "\(runs) runs" + (store.isBeingWritten ? ", one going on" : ""))
        } catch let error as StoreError where error.kind == .missing {
            return Check(name: "store", result: .ok, found: "none yet")
        } catch {
            let report = FailureReport(error)
            let error = error as? StoreError
            return Check(
                name: "store", result: .failed, found: error?.why ?? report.message, remedy: error?.remedy ?? "",
                exitStatus: report.exitStatus)
        }
    }

    /// The folder itself, or the nearest one above it that exists.
    private func existingAncestor(of url: URL) -> URL {
        var folder = url.standardizedFileURL
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
            folder.deleteLastPathComponent()
        }
        return folder
    }
}
