#ifndef PULSEFS_CMARKDOWN_H
#define PULSEFS_CMARKDOWN_H

#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
#include <stddef.h>
#include <string.h>

/* The extensions give their nodes numbers when they are registered, in variables, which Swift takes for shared state that
   may change; their names stay the same. */

typedef enum {
    PULSE_MARKDOWN_OTHER,
    PULSE_MARKDOWN_TABLE,
    PULSE_MARKDOWN_TABLE_ROW,
    PULSE_MARKDOWN_TABLE_CELL,
    PULSE_MARKDOWN_STRIKETHROUGH,
} pulse_markdown_extra;

static inline pulse_markdown_extra pulse_markdown_extra_kind(cmark_node *node) {
    const char *name = cmark_node_get_type_string(node);
    if (strcmp(name, "table_cell") == 0) return PULSE_MARKDOWN_TABLE_CELL;
    if (strcmp(name, "table_row") == 0 || strcmp(name, "table_header") == 0) return PULSE_MARKDOWN_TABLE_ROW;
    if (strcmp(name, "table") == 0) return PULSE_MARKDOWN_TABLE;
    if (strcmp(name, "strikethrough") == 0) return PULSE_MARKDOWN_STRIKETHROUGH;
    return PULSE_MARKDOWN_OTHER;
}

/* An item is a task when the extension has taken it over. */
static inline int pulse_markdown_is_task(cmark_node *item) {
    return strcmp(cmark_node_get_type_string(item), "tasklist") == 0;
}

/* What `name;` stands for behind an ampersand, as UTF-8 in `out`, which takes 16 bytes; `written` is how many they are.
   Returns the bytes that were read, and 0 for what stands for nothing. */
size_t pulse_markdown_entity(const unsigned char *text, size_t size, unsigned char *out, size_t *written);

/* Whether any of these bytes is in a text. Unlike memchr(3) it looks for all of them at once. */
int pulse_markdown_has_byte(const unsigned char *text, size_t size, const char *bytes);

/* Whether `sign` is in a text: memmem(3), which Swift does not see. */
int pulse_markdown_contains(const unsigned char *text, size_t size, const char *sign);

/* Memory for one tree at a time. cmark takes it in tens of thousands of small pieces and gives back each by itself, which
   is a third of the time of a page; here a tree goes all at once. Its allocator (cmark_mem) is told no context, so the
   arena that is in use is a variable of the thread, which Swift does not have. */

typedef struct pulse_markdown_block pulse_markdown_block;

typedef struct {
    pulse_markdown_block *first;
    /* Where the next piece is, and how far into it memory is taken. */
    pulse_markdown_block *block;
    size_t used;
} pulse_markdown_arena;

/* Of the arena that this thread uses. */
cmark_mem *pulse_markdown_arena_memory(void);

/* Until another is set, trees of this thread come from this arena. */
void pulse_markdown_use(pulse_markdown_arena *arena);

/* Everything in it goes; its blocks stay, for the next tree. */
void pulse_markdown_empty(pulse_markdown_arena *arena);

/* Its blocks go too. */
void pulse_markdown_drop(pulse_markdown_arena *arena);

#endif
