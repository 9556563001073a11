#include "CMarkdown.h"

#include <cmark-gfm/houdini.h>

enum { room = 16 };

size_t pulse_markdown_entity(const unsigned char *text, size_t size, unsigned char *out, size_t *written) {
    cmark_strbuf found;
    cmark_strbuf_init(cmark_get_default_mem_allocator(), &found, 0);
    /* The longest name has 31 letters. */
    size_t read = houdini_unescape_ent(&found, text, size < 40 ? (bufsize_t)size : 40);
    *written = found.size;
    if (*written > room) read = 0;
    if (read > 0) memcpy(out, found.ptr, *written);
    cmark_strbuf_free(&found);
    return read;
}
