#ifndef PULSEFS_CFAILINGCALLS_BOARD_H
#define PULSEFS_CFAILINGCALLS_BOARD_H

#include <stdint.h>
#include <string.h>

/* What a test and the library that it preloads into a program have in common: a board in shared memory, mapped from the
   file that FAILING_CALLS names. The library counts on it the calls of the program that are about files below a directory,
   and looks there which one of them is to fail. Both sides go by the functions below, which are atomic. */

enum failing_kind {
    failing_open,
    failing_read,
    failing_write,
    failing_allocate,
    failing_synchronize,
    failing_rename,
    failing_unlink,
    failing_link,
    failing_mkdir,
    failing_truncate,
    failing_stat,
    failing_list,
    failing_lock,
    failing_duplicate,
    failing_space,
    failing_map,
    failing_kind_count
};

enum { failing_place_limit = 16, failing_name_limit = 64, failing_path_limit = 1024, failing_frame_limit = 40 };

struct failing_board {
    /* Only what is below this directory counts: an absolute path without links in it. */
    char directory[failing_path_limit];
    /* The places below it, each by how the rest of the path begins: the first that fits counts, an empty one ends them, and
       the last of all is for the rest. */
    char places[failing_place_limit][failing_name_limit];

    /* Calls so far. */
    uint64_t counts[failing_kind_count][failing_place_limit];

    /* The order: of the calls of these kinds at these places, so many pass, and then so many fail. */
    uint32_t armed;
    uint32_t kinds;
    uint32_t at;
    int32_t error;
    /* The first of them does a part of its work, and says so, before the next ones fail. */
    uint32_t begins_short;
    uint64_t passing;
    uint64_t failing;
    /* Such calls since the order was given, and those of them that failed. */
    uint64_t seen;
    uint64_t struck;
    /* The first that failed: what it was about, and where in the program's own file its callers stand. */
    char struck_path[failing_path_limit];
    uint64_t struck_frames[failing_frame_limit];
};

static inline uint64_t failing_count(const struct failing_board *board, uint32_t kind, uint32_t place) {
    return __atomic_load_n(&board->counts[kind][place], __ATOMIC_RELAXED);
}

/* Ends the order. */
static inline void failing_clear(struct failing_board *board) {
    __atomic_store_n(&board->armed, 0, __ATOMIC_SEQ_CST);
}

static inline void failing_order(
    struct failing_board *board, uint32_t kinds, uint32_t at, int32_t error, uint32_t begins_short, uint64_t passing,
    uint64_t failing) {
    failing_clear(board);
    board->kinds = kinds;
    board->at = at;
    board->error = error;
    board->begins_short = begins_short;
    board->passing = passing;
    board->failing = failing;
    __atomic_store_n(&board->seen, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&board->struck, 0, __ATOMIC_RELAXED);
    board->struck_path[0] = 0;
    memset(board->struck_frames, 0, sizeof board->struck_frames);
    __atomic_store_n(&board->armed, 1, __ATOMIC_SEQ_CST);
}

static inline uint64_t failing_struck(const struct failing_board *board) {
    return __atomic_load_n(&board->struck, __ATOMIC_SEQ_CST);
}

/* Swift does not see arrays of this length as such. */

static inline void failing_set_directory(struct failing_board *board, const char *directory) {
    strncpy(board->directory, directory, failing_path_limit - 1);
}

static inline void failing_set_place(struct failing_board *board, uint32_t place, const char *prefix) {
    if (place < failing_place_limit - 1) strncpy(board->places[place], prefix, failing_name_limit - 1);
}

static inline const char *failing_struck_path(const struct failing_board *board) { return board->struck_path; }

static inline uint64_t failing_struck_frame(const struct failing_board *board, uint32_t frame) {
    return frame < failing_frame_limit ? board->struck_frames[frame] : 0;
}

#endif
