package import ArtifactStore

extension StoredJob {
    /// When the job's files changed last, as they show it: `updated_at`, or else the best that is known.
    package var modifiedAt: Timestamp { updatedAt ?? createdAt ?? checkedAt }

    /// Gives what is new a later date than what it replaces, whatever the API says: the kernel, and whoever copies by date,
    /// would go on with what they have. What is the same keeps the date it had.
    mutating func takeDate(after known: StoredJob?) {
        guard let known else { return }
        if status == known.status, statusDocument == known.statusDocument {
            updatedAt = known.updatedAt ?? (known.createdAt == nil ? known.checkedAt : nil)
        } else if modifiedAt <= known.modifiedAt {
            // A clock that was set back is no reason to go back.
            updatedAt = max(checkedAt, known.modifiedAt.next)
        }
    }
}
