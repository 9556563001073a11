#define _GNU_SOURCE
#include "CMarkdown.h"

/* Long enough for the processor to take many bytes at a time, short enough to stop early. */
enum { block = 4096, most = 8 };

int pulse_markdown_has_byte(const unsigned char *text, size_t size, const char *bytes) {
    unsigned char wanted[most];
    size_t count = strlen(bytes);
    for (size_t i = 0; i < most; i++) wanted[i] = (unsigned char)bytes[i < count ? i : 0];
    for (size_t start = 0; start < size; start += block) {
        size_t end = size - start < block ? size : start + block;
        unsigned char found = 0;
        for (size_t i = start; i < end; i++) {
            for (size_t j = 0; j < most; j++) found |= text[i] == wanted[j];
        }
        if (found) return 1;
    }
    return 0;
}

int pulse_markdown_contains(const unsigned char *text, size_t size, const char *sign) {
    return memmem(text, size, sign, strlen(sign)) != NULL;
}
