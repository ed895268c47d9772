// The event ring: everything that happens, stamped, kept until the host has committed it, with the digest of each trial.
#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "link.generated.h"

// As they travel and as the digest covers them: little end first, no padding.
struct event {
  uint32_t ticks;
  uint8_t code;
  uint16_t value;
} __attribute__((packed));

// Forget everything; the next event has number 0.
void events_reset(void);

// From the engine, or with interrupts off. Inputs leave EVENT_RESERVE places to the rest.
void events_push(uint8_t code, uint16_t value, uint32_t ticks);

// Main loop: edges that were lost before they could become events.
void events_count_lost(uint8_t count);

// Main loop: reports losses and closes the digest of a trial that has ended.
void events_tend(void);

// Sends the next frame of events if there is one and the line has room.
void events_send(void);

// The host has committed all before number `next`.
void events_acknowledge(uint16_t next);

// True when nothing waits to be sent for the first time.
bool events_idle(void);

#endif
