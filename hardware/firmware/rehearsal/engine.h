// The trial engine: runs the committed program. Twin of machines/interpret.ts.
//
// Edges are stamped, and answered if the answer is known, by the interrupts in edges.S, which queue them here. The rest
// runs in engine_work: in the tail of an interrupt but with interrupts on, so that the next edge is stamped at once.
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

// Forgets input lines and program; no trial.
void engine_reset(void);

// False: the pin cannot be an input, or the numbers are out of range.
bool engine_declare_input(uint8_t line, uint8_t pin, uint8_t flags, uint8_t refractory_ms);

// The pin is a declared input line's.
bool engine_is_input(struct pin pin);

// Starts (armed) or stops to report and answer edges.
void engine_watch(bool on);

// Program memory. Both refuse while a trial is pending or runs (false).
bool engine_load(uint16_t offset, const uint8_t *bytes, uint8_t length);
// A status of link.generated.h: the whole program is checked before it may start.
uint8_t engine_commit(uint16_t length, uint32_t crc);

// A status. The trial's first state is stamped `at`, or now if that has passed.
uint8_t engine_start(uint16_t trial, uint32_t crc, bool now, uint32_t at);

bool engine_running(void);

// Ends a pending or running trial, outputs off, and reports why.
void engine_end(uint8_t reason);

// All outputs off, whatever drives them.
void engine_shut(void);

// Main loop: refractory times that have ended.
void engine_tend(void);

// How late outputs were since arming, by cause.
enum { CAUSE_TIMER, CAUSE_INPUT, CAUSE_ANSWERED };
struct engine_lateness {
  uint16_t count;
  uint32_t sum;
  uint16_t worst;
};
const struct engine_lateness *engine_lateness_of(uint8_t cause);

// Called by edges.S with the worker flag set and interrupts on; returns with them off.
void engine_work(void);

#endif
