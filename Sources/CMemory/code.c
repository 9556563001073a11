// dl_iterate_phdr(3) is declared only then.
#define _GNU_SOURCE

#include "CMemory.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

static int unmap_files_of(struct dl_phdr_info *object, size_t size, void *page_size) {
    (void)size;
    const size_t page = *(const size_t *)page_size;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
        // What is written to differs from its file, and would be lost.
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        const size_t begin = (object->dlpi_addr + segment->p_vaddr + page - 1) / page * page;
        const size_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) / page * page;
        if (begin < end) madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

void pulse_unmap_files(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(unmap_files_of, &page);
}
