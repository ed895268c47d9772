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

// Longest host silence during a trial.
void envelope_agree(uint16_t silence_ms);

// The session's host has been silent for longer than agreed.
bool envelope_silent(void);

// Watchdog, longest on-times, host silence. From the main loop, at least whenever the coarse time changes while awake.
void envelope_tend(uint16_t now);

#endif
