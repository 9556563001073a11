#include "CMarkdown.h"

#include <stdint.h>
#include <stdlib.h>

struct pulse_markdown_block {
    pulse_markdown_block *next;
    size_t size;
    _Alignas(16) unsigned char bytes[];
};

static _Thread_local pulse_markdown_arena *in_use;

/* Each piece has its size before it. */
enum { block_size = 1 << 20, header = 16 };

/* Memory that is not to be had ends the program, as it does with cmark's own allocator. */
static void *take(size_t size) {
    pulse_markdown_arena *arena = in_use;
    if (size > SIZE_MAX / 2) abort();
    size_t whole = header + ((size + 15) & ~(size_t)15);
    if (arena->block == NULL || arena->block->size - arena->used < whole) {
        pulse_markdown_block *next = arena->block ? arena->block->next : arena->first;
        if (next == NULL || next->size < whole) {
            size_t room = whole > block_size ? whole : block_size;
            pulse_markdown_block *added = malloc(sizeof *added + room);
            if (added == NULL) abort();
            added->size = room;
            added->next = next;
            if (arena->block) arena->block->next = added;
            else arena->first = added;
            next = added;
        }
        arena->block = next;
        arena->used = 0;
    }
    unsigned char *place = arena->block->bytes + arena->used;
    arena->used += whole;
    memcpy(place, &size, sizeof size);
    return place + header;
}

static void *take_zeroed(size_t count, size_t size) {
    size_t whole;
    if (__builtin_mul_overflow(count, size, &whole)) abort();
    return memset(take(whole), 0, whole);
}

static void *take_more(void *old, size_t size) {
    size_t had = 0;
    if (old != NULL) memcpy(&had, (unsigned char *)old - header, sizeof had);
    if (old != NULL && size <= had) return old;
    void *place = take(size);
    if (had > 0) memcpy(place, old, had);
    return place;
}

static void give_back_with_the_rest(void *place) { (void)place; }

static cmark_mem memory = {take_zeroed, take_more, give_back_with_the_rest};

cmark_mem *pulse_markdown_arena_memory(void) { return &memory; }

void pulse_markdown_use(pulse_markdown_arena *arena) { in_use = arena; }

void pulse_markdown_empty(pulse_markdown_arena *arena) {
    arena->block = NULL;
    arena->used = 0;
}

void pulse_markdown_drop(pulse_markdown_arena *arena) {
    while (arena->first != NULL) {
        pulse_markdown_block *block = arena->first;
        arena->first = block->next;
        free(block);
    }
    pulse_markdown_empty(arena);
}
