// A value that another build may change stands alone, so that nothing else is compiled anew for it.

#include "CRevision.h"

#ifndef PULSEFS_REVISION
#define PULSEFS_REVISION ""
#endif

const char *pulse_revision(void) { return PULSEFS_REVISION; }
