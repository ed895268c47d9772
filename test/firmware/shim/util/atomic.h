// A block with interrupts off; however it is left, they are as before, and what waited is served.
#ifndef SHIM_ATOMIC_H
#define SHIM_ATOMIC_H

#include "../../chip.h"

#define ATOMIC_RESTORESTATE 0
#define ATOMIC_BLOCK(type) \
  for (uint8_t atomic_before __attribute__((cleanup(chip_atomic_end))) = chip_atomic_begin(), atomic_once = 1; atomic_once; \
       atomic_once = (type))

#endif
