// Output lines: pins, groups and longest on-times. Every write of a pin goes through here, masked by `allowed`.
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

// Levels now, bit = line.
extern uint16_t outputs_word;

// Lines that may be on. Only the envelope changes it.
extern uint16_t outputs_allowed;

// Forgets all lines; their pins become inputs.
void outputs_reset(void);

// Lines are declared: from here on they may be driven.
void outputs_arm(void);

// False: the pin cannot be an output, or the numbers are out of range.
bool outputs_declare(uint8_t line, uint8_t pin, bool active_low, uint8_t groups, uint16_t longest_ms);

// True if these levels use declared lines only and open at most one line of every exclusive group.
bool outputs_safe(uint16_t word);

// Drives the lines; what goes off goes off before anything goes on. Interrupts off, or from the engine.
// Returns what was driven: `word` without the lines that are not allowed.
uint16_t outputs_write(uint16_t word, uint32_t ticks);

// The port bytes that `word` would give, for writing ahead of the book-keeping.
void outputs_preview(uint16_t word, uint8_t ports[PORTS]);

// The first line that has been on too long, or -1. Sets `next` to the time, in coarse units, until one could be.
int8_t outputs_overdue(uint16_t now, uint16_t *next);

#endif
