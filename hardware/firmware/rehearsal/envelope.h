// The safety envelope: what holds whatever program runs and whatever the host does.
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

// Why the chip started (MCUSR), kept before anything could clear it.
extern uint8_t envelope_reset_cause;

// Watchdog on. All pins are inputs since the reset: pull-downs keep the valves shut.
void envelope_init(void);

// A valid frame came from the session's host.
void envelope_heard(void);

// A session begins: longest host silence during a trial, and earlier faults are history.
void envelope_agree(uint16_t silence_ms);

// The session's host has been silent for longer than agreed.
bool envelope_silent(void);

// Watchdog, longest on-times, allowances, host silence, fault lamp. From the main loop, at least whenever the coarse time
// changes while awake. Returns the time, in coarse units, until it must be called again.
uint16_t envelope_tend(uint16_t now, bool armed);

#endif
