#ifndef PULSEFS_FAILINGCALLS_H
#define PULSEFS_FAILINGCALLS_H

/* A library to be preloaded (LD_PRELOAD in ld.so(8)); it has no functions but those of the C library that it stands in for.
   What it goes by is in CFailingCalls/board.h. */

#endif
