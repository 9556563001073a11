import ArtifactStore
import JSONStream
import JobCache
import Pages
import PulseAPI

extension JobPage {
    /// The page of a job without what is in its result.
    init(of job: Job, _ library: JobLibrary) {
        let state: State =
            switch job.phase {
            case .running: .running
            case .completed: library.withholds(job) ? .withheld : .completed
            case .failed: .failed
            case .canceled: .canceled
            case .expired: .expired
            }
        self.init(id: job.id.text, state: state, status: job.status)
        created = job.facts.createdAt.map(APITime.text)
        updated = job.facts.updatedAt.map(APITime.text)
        explanation = library.explanation(of: job).map { String(decoding: $0, as: UTF8.self) }
        let kinds = ArtifactKind.all.filter { kind in
            kind.slot != .images && kind.slot != .page && kind.isListed(in: job, library)
        }
        files = kinds.map(\.name)
        highlights = kinds.compactMap { kind in kind.highlight.map { (words: $0, file: kind.name) } }
        // It is there for every result, and links to all other parts.
        if library.mayHaveParts(job) { files.append(PartFile.contents) }
    }

    /// Takes in what is in the result. `isHere` says whether a file of this slot can be had.
    mutating func take(_ facts: ResultFacts, of job: JobID, isHere: (ArtifactSlot) -> Bool) {
        pageCount = facts.pageCount
        creditsUsed = facts.creditsUsed
        warnings = facts.warnings
        let names = Dictionary(
            ImageListing(facts.images, of: job).items.map { ($0.slot, $0.name) },
            uniquingKeysWith: { first, _ in first })
        images = facts.images.enumerated().map { place, image in
            let slot = ArtifactSlot(ArtifactSlot.firstImage.rawValue + place)
            let url: String? = if case .remote(let url) = image.source { url } else { nil }
            return PageImage(
                fileName: isHere(slot) ? names[slot] : nil, url: url, title: image.chartTitle,
                kind: image.chartType ?? image.visualType,
                source: .init(sheet: image.sheetName, range: image.excelRange, pageNumber: image.pageNumber),
                problem: image.renderError)
        }
        // The same image in two places is one file.
        let files = Dictionary(
            images.compactMap { image in image.url.flatMap { url in image.fileName.map { (url, $0) } } },
            uniquingKeysWith: { first, _ in first })
        for place in images.indices where images[place].fileName == nil {
            images[place].fileName = images[place].url.flatMap { files[$0] }
        }
    }

    /// By which addresses the document may call the images that are in the result itself. They are read again for that alone.
    mutating func takeAddresses(_ facts: ResultFacts, in result: DocumentSource) {
        guard let markdown, DataURI.mayBe(in: markdown) else { return }
        for (place, image) in facts.images.enumerated() {
            guard case .inline(let literal, _, _) = image.source, images[place].fileName != nil else { continue }
            var decoder = JSONStringDecoder(result, literal: literal)
            var uri = DataURI()
            var chunk: [UInt8] = []
            do throws(JSONError) {
                while try decoder.next(into: &chunk) { uri.append(chunk) }
                images[place].url = uri.address
            } catch {
                // It stays in the gallery.
                continue
            }
        }
    }
}
