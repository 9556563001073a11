/* Stands between a program and the C library, counts the program's calls about the files of a directory, and lets the one
   fail that the board names. A program knows nothing of it, and this knows nothing of the program.

   No call allocates or locks anything here, and errno is what the call in question makes it. */

#define _GNU_SOURCE
#include "../CFailingCalls/board.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct failing_board *board;
/* Where the program itself is in memory, to tell its code from that of libraries. */
static uintptr_t program_start, program_end;

/* The C library's own function of the same name, looked up at its first use. */
#define REAL(name)                                                                                                    \
    ({                                                                                                                \
        static __typeof__(&name) found;                                                                               \
        __typeof__(&name) known = __atomic_load_n(&found, __ATOMIC_RELAXED);                                          \
        if (known == NULL) {                                                                                          \
            int before = errno;                                                                                       \
            known = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                                       \
            __atomic_store_n(&found, known, __ATOMIC_RELAXED);                                                        \
            errno = before;                                                                                           \
        }                                                                                                             \
        known;                                                                                                        \
    })

static int note_program(struct dl_phdr_info *info, size_t size, void *none) {
    (void)size;
    (void)none;
    /* The first is the program. */
    for (int part = 0; part < info->dlpi_phnum; part++) {
        uintptr_t end = info->dlpi_addr + info->dlpi_phdr[part].p_vaddr + info->dlpi_phdr[part].p_memsz;
        if (info->dlpi_phdr[part].p_type == PT_LOAD && end > program_end) program_end = end;
    }
    program_start = info->dlpi_addr;
    return 1;
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAILING_CALLS");
    if (path == NULL) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof(struct failing_board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (memory == MAP_FAILED) return;
    dl_iterate_phdr(note_program, NULL);
    /* The first time, it loads a library. */
    void *frame;
    backtrace(&frame, 1);
    board = memory;
}

/* MARK: What is to fail */

enum { nowhere = -1 };

enum fate { passes, does_a_part, fails };

/* The place of a path below the directory. */
static int place_of(const char *path) {
    size_t length = strlen(board->directory);
    if (length == 0 || strncmp(path, board->directory, length) != 0) return nowhere;
    const char *rest = path + length;
    if (*rest == '/') rest++;
    else if (*rest != 0) return nowhere;
    for (int place = 0; place < failing_place_limit - 1 && board->places[place][0] != 0; place++) {
        if (strncmp(rest, board->places[place], strlen(board->places[place])) == 0) return place;
    }
    return failing_place_limit - 1;
}

/* Where the callers of this stand in the program, and what the call was about. */
static void note_strike(const char *path) {
    void *frames[failing_frame_limit + 16];
    int count = backtrace(frames, failing_frame_limit + 16);
    int kept = 0;
    for (int frame = 0; frame < count && kept < failing_frame_limit; frame++) {
        uintptr_t address = (uintptr_t)frames[frame];
        if (address >= program_start && address < program_end) board->struck_frames[kept++] = address - program_start;
    }
    strncpy(board->struck_path, path, failing_path_limit - 1);
}

static enum fate fate_at(enum failing_kind kind, const char *path) {
    int place = place_of(path);
    if (place == nowhere) return passes;
    __atomic_fetch_add(&board->counts[kind][place], 1, __ATOMIC_RELAXED);
    if (!__atomic_load_n(&board->armed, __ATOMIC_ACQUIRE)) return passes;
    if (!(board->kinds & 1u << kind) || !(board->at & 1u << place)) return passes;
    uint64_t number = __atomic_fetch_add(&board->seen, 1, __ATOMIC_RELAXED);
    if (number < board->passing || number - board->passing >= board->failing) return passes;
    int before = errno;
    if (__atomic_load_n(&board->struck, __ATOMIC_RELAXED) == 0) note_strike(path);
    __atomic_fetch_add(&board->struck, 1, __ATOMIC_SEQ_CST);
    errno = before;
    errno = board->error;
    return board->begins_short && number == board->passing ? does_a_part : fails;
}

static enum fate fate_of_path(enum failing_kind kind, const char *path) {
    return board == NULL || path == NULL || path[0] != '/' ? passes : fate_at(kind, path);
}

/* A descriptor is about what it stands for now: a file that was renamed has its new name. */
static enum fate fate_of(enum failing_kind kind, int descriptor) {
    if (board == NULL || descriptor < 0) return passes;
    int before = errno;
    char name[32], path[failing_path_limit];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    long length = syscall(SYS_readlink, name, path, sizeof path - 1);
    errno = before;
    if (length <= 0) return passes;
    path[length] = 0;
    return path[0] == '/' ? fate_at(kind, path) : passes;
}

/* MARK: Names */

#define MODE(flags)                                                                                                   \
    ({                                                                                                                \
        mode_t mode = 0;                                                                                              \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                                        \
            va_list rest;                                                                                             \
            va_start(rest, flags);                                                                                    \
            mode = va_arg(rest, mode_t);                                                                              \
            va_end(rest);                                                                                             \
        }                                                                                                             \
        mode;                                                                                                         \
    })

int open(const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    return fate_of_path(failing_open, path) == passes ? REAL(open)(path, flags, mode) : -1;
}

int open64(const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    return fate_of_path(failing_open, path) == passes ? REAL(open64)(path, flags, mode) : -1;
}

int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    return fate_of_path(failing_open, path) == passes ? REAL(openat)(directory, path, flags, mode) : -1;
}

int openat64(int directory, const char *path, int flags, ...) {
    mode_t mode = MODE(flags);
    return fate_of_path(failing_open, path) == passes ? REAL(openat64)(directory, path, flags, mode) : -1;
}

int creat(const char *path, mode_t mode) {
    return fate_of_path(failing_open, path) == passes ? REAL(creat)(path, mode) : -1;
}

int rename(const char *from, const char *to) {
    return fate_of_path(failing_rename, from) == passes ? REAL(rename)(from, to) : -1;
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    return fate_of_path(failing_rename, from) == passes ? REAL(renameat)(from_directory, from, to_directory, to) : -1;
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    return fate_of_path(failing_rename, from) == passes
               ? REAL(renameat2)(from_directory, from, to_directory, to, flags)
               : -1;
}

int unlink(const char *path) { return fate_of_path(failing_unlink, path) == passes ? REAL(unlink)(path) : -1; }

int unlinkat(int directory, const char *path, int flags) {
    return fate_of_path(failing_unlink, path) == passes ? REAL(unlinkat)(directory, path, flags) : -1;
}

int rmdir(const char *path) { return fate_of_path(failing_unlink, path) == passes ? REAL(rmdir)(path) : -1; }

int link(const char *from, const char *to) {
    return fate_of_path(failing_link, from) == passes ? REAL(link)(from, to) : -1;
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    return fate_of_path(failing_link, from) == passes ? REAL(linkat)(from_directory, from, to_directory, to, flags)
                                                      : -1;
}

int mkdir(const char *path, mode_t mode) {
    return fate_of_path(failing_mkdir, path) == passes ? REAL(mkdir)(path, mode) : -1;
}

int stat(const char *path, struct stat *facts) {
    return fate_of_path(failing_stat, path) == passes ? REAL(stat)(path, facts) : -1;
}

int stat64(const char *path, struct stat64 *facts) {
    return fate_of_path(failing_stat, path) == passes ? REAL(stat64)(path, facts) : -1;
}

int lstat(const char *path, struct stat *facts) {
    return fate_of_path(failing_stat, path) == passes ? REAL(lstat)(path, facts) : -1;
}

int lstat64(const char *path, struct stat64 *facts) {
    return fate_of_path(failing_stat, path) == passes ? REAL(lstat64)(path, facts) : -1;
}

int fstatat(int directory, const char *path, struct stat *facts, int flags) {
    return fate_of_path(failing_stat, path) == passes ? REAL(fstatat)(directory, path, facts, flags) : -1;
}

DIR *opendir(const char *path) { return fate_of_path(failing_list, path) == passes ? REAL(opendir)(path) : NULL; }

int statvfs(const char *path, struct statvfs *facts) {
    return fate_of_path(failing_space, path) == passes ? REAL(statvfs)(path, facts) : -1;
}

/* MARK: Descriptors */

/* A call that moves bytes does half of its work before it is out of luck. */
#define MOVED(kind, file, size, call, half)                                                                           \
    ({                                                                                                                \
        ssize_t moved = -1;                                                                                           \
        switch (fate_of(kind, file)) {                                                                                \
        case passes: moved = call; break;                                                                             \
        case does_a_part:                                                                                             \
            if (size > 1) moved = half;                                                                               \
            break;                                                                                                    \
        case fails: break;                                                                                            \
        }                                                                                                             \
        moved;                                                                                                        \
    })

ssize_t read(int file, void *bytes, size_t size) {
    return MOVED(failing_read, file, size, REAL(read)(file, bytes, size), REAL(read)(file, bytes, size / 2));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
    return MOVED(failing_read, file, size, REAL(pread)(file, bytes, size, offset),
                 REAL(pread)(file, bytes, size / 2, offset));
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t offset) {
    return MOVED(failing_read, file, size, REAL(pread64)(file, bytes, size, offset),
                 REAL(pread64)(file, bytes, size / 2, offset));
}

ssize_t write(int file, const void *bytes, size_t size) {
    return MOVED(failing_write, file, size, REAL(write)(file, bytes, size), REAL(write)(file, bytes, size / 2));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
    return MOVED(failing_write, file, size, REAL(pwrite)(file, bytes, size, offset),
                 REAL(pwrite)(file, bytes, size / 2, offset));
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
    return MOVED(failing_write, file, size, REAL(pwrite64)(file, bytes, size, offset),
                 REAL(pwrite64)(file, bytes, size / 2, offset));
}

int fallocate(int file, int mode, off_t offset, off_t length) {
    return fate_of(failing_allocate, file) == passes ? REAL(fallocate)(file, mode, offset, length) : -1;
}

int fallocate64(int file, int mode, off64_t offset, off64_t length) {
    return fate_of(failing_allocate, file) == passes ? REAL(fallocate64)(file, mode, offset, length) : -1;
}

int fsync(int file) { return fate_of(failing_synchronize, file) == passes ? REAL(fsync)(file) : -1; }

int fdatasync(int file) { return fate_of(failing_synchronize, file) == passes ? REAL(fdatasync)(file) : -1; }

int ftruncate(int file, off_t length) {
    return fate_of(failing_truncate, file) == passes ? REAL(ftruncate)(file, length) : -1;
}

int ftruncate64(int file, off64_t length) {
    return fate_of(failing_truncate, file) == passes ? REAL(ftruncate64)(file, length) : -1;
}

int fstat(int file, struct stat *facts) {
    return fate_of(failing_stat, file) == passes ? REAL(fstat)(file, facts) : -1;
}

int fstat64(int file, struct stat64 *facts) {
    return fate_of(failing_stat, file) == passes ? REAL(fstat64)(file, facts) : -1;
}

int flock(int file, int operation) {
    /* Letting go does not fail. */
    if (operation & LOCK_UN) return REAL(flock)(file, operation);
    return fate_of(failing_lock, file) == passes ? REAL(flock)(file, operation) : -1;
}

int dup(int file) { return fate_of(failing_duplicate, file) == passes ? REAL(dup)(file) : -1; }

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    int is_file = !(flags & MAP_ANONYMOUS);
    return !is_file || fate_of(failing_map, file) == passes
               ? REAL(mmap)(address, length, protection, flags, file, offset)
               : MAP_FAILED;
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
    int is_file = !(flags & MAP_ANONYMOUS);
    return !is_file || fate_of(failing_map, file) == passes
               ? REAL(mmap64)(address, length, protection, flags, file, offset)
               : MAP_FAILED;
}

/* In no directory, and so of the place that has this for a name. */
int memfd_create(const char *name, unsigned flags) {
    if (board != NULL) {
        char path[failing_path_limit];
        snprintf(path, sizeof path, "%s/memory", board->directory);
        if (fate_at(failing_open, path) != passes) return -1;
    }
    return REAL(memfd_create)(name, flags);
}
