#ifndef PULSEFS_CREVISION_H
#define PULSEFS_CREVISION_H

// The revision of the source, such as 1a2b3c4d5e6f; empty when whoever built this did not say.
const char *pulse_revision(void);

#endif
