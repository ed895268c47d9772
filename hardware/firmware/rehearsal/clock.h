// Device time: one free-running timer, 0.5 us a tick, extended to 32 bits by its overflows.
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

void clock_init(void);

// Device time now. Safe anywhere: the two halves are read with interrupts off.
uint32_t clock_now(void);

// Device time in units of 2048 ticks (1.024 ms), for limits that need no more. Wraps after 67 s.
uint16_t clock_coarse(void);

// Milliseconds in those units.
static inline uint16_t coarse_of_ms(uint16_t ms) { return (uint16_t)(((uint32_t)ms * 125) >> 7); }

// Interrupt at the start of tick `at` whenever its lower 16 bits come round; at once if that has passed at `now`, a few
// ticks ago. Interrupts off. The flag rises one timer clock after the match (data sheet figure 20-11), so the register
// holds the tick before.
void clock_alarm(uint32_t at, uint32_t now);

// Wakes the main loop after about `coarse` units, if that is less than one turn of the timer (32 ms).
void clock_wake_in(uint16_t coarse);

#endif
