// Interrupts as plain functions that the chip of chip.c calls when their time has come.
#ifndef SHIM_INTERRUPT_H
#define SHIM_INTERRUPT_H

#include "io.h"

#define ISR(vector) \
  void vector(void); \
  void vector(void)
#define EMPTY_INTERRUPT(vector) ISR(vector) {}
#define sei() chip_sei()
#define cli() chip_cli()

#endif
