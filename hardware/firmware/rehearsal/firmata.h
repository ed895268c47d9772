// Firmata: bench mode, the messages of protocol 2.5 (github.com/firmata/protocol) as StandardFirmata answers them. Sets
// levels, reads pins; every line it touches stays inside the envelope.
#ifndef FIRMATA_H
#define FIRMATA_H

#include <stdbool.h>
#include <stdint.h>

// Bench mode begins (after a start, a disarm, a reset of lines): all state as after a start.
void firmata_begin(void);

// Says version and firmware unasked, as clients expect of a board that has just started.
void firmata_greet(void);

// Bench mode ends: lines off and driven, all other pins let go; the program slot's memory is the trial's again.
void firmata_stop(void);

// A byte outside any sysex.
void firmata_take(uint8_t byte);

// A whole sysex that is not ours, without F0 and F7; the first byte is its command.
void firmata_sysex(const uint8_t *bytes, uint8_t length);

// In the midst of a reply that goes out in pieces: nothing else may be written.
bool firmata_sending(void);

// Main loop, once a millisecond: replies, reports. Returns the time, in coarse units, until it must be called again.
uint16_t firmata_tend(uint16_t now);

#endif
