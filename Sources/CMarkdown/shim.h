#ifndef PULSEFS_CMARKDOWN_SHIM_H
#define PULSEFS_CMARKDOWN_SHIM_H

#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
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

#endif
