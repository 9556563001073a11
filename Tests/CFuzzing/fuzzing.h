#ifndef PULSEFS_CFUZZING_FUZZING_H
#define PULSEFS_CFUZZING_FUZZING_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer as a library (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library"). It may take arguments out, and ends
   the process where an input is found that ends it. */
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*run)(const uint8_t *bytes, size_t length));

#endif
