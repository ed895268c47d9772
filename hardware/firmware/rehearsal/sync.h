// Sync pulses: a line pulsed at random intervals, every edge an event, so that recorders can be aligned afterwards.
#ifndef SYNC_H
#define SYNC_H

#include <stdbool.h>
#include <stdint.h>

void sync_stop(void);

// False: the numbers do not make pulses. `least` 0 stops.
bool sync_start(uint8_t line, uint16_t least_ms, uint16_t spread_ms, uint16_t width_ms, uint16_t seed);

// Main loop. Returns the time, in coarse units, until the next edge.
uint16_t sync_tend(uint16_t now);

#endif
