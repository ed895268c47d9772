// Waves on the two PWM pins of Timer2: constant, square or sine, with linear ramps; for light.
//
// A wave follows its line's bit in the output word. When the line goes off the wave ramps down from that instant, so the
// ramp may end up to a second after; wave_cut ends it at once.
#ifndef WAVE_H
#define WAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

struct wave_form {
  uint8_t shape;
  uint8_t amplitude;
  uint8_t duty;
  uint16_t step;
  uint16_t up;
  uint16_t down;
};

// The wave on this pin (0 or 1), or NO_WAVE.
enum { NO_WAVE = 0xff };
uint8_t wave_on(struct pin pin);

// Forgets both and releases their pins.
void wave_reset(void);

// Gives the wave to a line.
void wave_shape(uint8_t wave, uint8_t line, bool active_low, const struct wave_form *form);

// A constant level, 0 to 255, on a wave's pin that is no line.
void wave_hold(uint8_t wave, uint8_t level);

// The output word has changed. From outputs.c.
void wave_follow(uint16_t word);

// Dark at once, whatever the ramps.
void wave_cut(void);

#endif
