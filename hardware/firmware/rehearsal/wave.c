#include "wave.h"

#include <avr/interrupt.h>
#include <avr/pgmspace.h>
#include <util/atomic.h>

#include "link.generated.h"

struct wave {
  struct wave_form form;
  uint16_t line; // as a bit; 0: none
  uint16_t phase;
  uint16_t gain; // of the ramp
  uint8_t compare; // COM bits while it shows
  bool on;
};

static struct wave waves[MAX_WAVES];
static uint8_t turn; // the wave whose millisecond it is

// (1 - cos) / 2 over half a period, in 255ths.
static const uint8_t sine[65] PROGMEM = {
    0,   0,   1,   1,   2,   4,   5,   7,   10,  12,  15,  18,  21,  25,  29,  33,  37,  42,  47,  52,  57,  62,
    67,  73,  79,  85,  90,  97,  103, 109, 115, 121, 128, 134, 140, 146, 152, 158, 165, 170, 176, 182, 188, 193,
    198, 203, 208, 213, 218, 222, 226, 230, 234, 237, 240, 243, 245, 248, 250, 251, 253, 254, 254, 255, 255};

// Timer0 counts 250 kHz to 125: 2 kHz, a turn for each wave. Timer2 makes PWM at 7.8 kHz.
enum { TURN_COUNTS = 125 };

uint8_t wave_on(struct pin pin) {
  for (uint8_t wave = 0; wave < MAX_WAVES; wave++)
    if (pin.port == wave_pins[wave].port && pin.mask == wave_pins[wave].mask) return wave;
  return NO_WAVE;
}

static inline void show(uint8_t index, uint8_t compare, uint8_t level) {
  if (index == 0) {
    OCR2B = level;
    TCCR2A = (TCCR2A & (uint8_t)~(_BV(COM2B1) | _BV(COM2B0))) | (level ? compare << COM2B0 : 0);
  } else {
    OCR2A = level;
    TCCR2A = (TCCR2A & (uint8_t)~(_BV(COM2A1) | _BV(COM2A0))) | (level ? compare << COM2A0 : 0);
  }
}

// Begins the PWM at its period's end, where the compare register takes its value, and the wave's turns a millisecond from
// now.
static void run(uint8_t index) {
  if (TIMSK0) return;
  turn = index ^ 1;
  TCNT0 = 0;
  TCNT2 = 0xff;
  TCCR2B = _BV(CS21);
  TCCR0B = _BV(CS01) | _BV(CS00);
  TIMSK0 = _BV(OCIE0A);
}

// Both timers stand while all is dark.
static void rest(void) {
  TIMSK0 = 0;
  TCCR0B = 0;
  if (!(TCCR2A & (_BV(COM2A1) | _BV(COM2B1)))) TCCR2B = 0; // bench mode may hold a level
  TIFR0 = _BV(OCF0A);
}

void wave_reset(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    TCCR2A = _BV(WGM21) | _BV(WGM20);
    rest();
    TCCR0A = _BV(WGM01);
    OCR0A = TURN_COUNTS - 1;
    for (uint8_t i = 0; i < MAX_WAVES; i++) {
      waves[i].line = 0;
      waves[i].on = false;
      waves[i].gain = 0;
      show(i, 0, 0);
    }
  }
}

void wave_shape(uint8_t index, uint8_t line, bool active_low, const struct wave_form *form) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    struct wave *wave = &waves[index];
    wave->form = *form;
    wave->line = 1 << line;
    wave->compare = active_low ? 3 : 2;
    wave->on = false;
    wave->gain = 0;
    show(index, 0, 0);
  }
}

void wave_hold(uint8_t index, uint8_t level) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    show(index, 2, level);
    if (level && !TCCR2B) {
      TCNT2 = 0xff;
      TCCR2B = _BV(CS21);
    }
  }
}

static uint8_t level_of(const struct wave *wave) {
  uint8_t level;
  const uint8_t phase = (uint8_t)(wave->phase >> 8);
  switch (wave->form.shape) {
  case WAVE_SQUARE:
    level = phase < wave->form.duty ? 255 : 0;
    break;
  case WAVE_SINE: {
    const uint8_t half = phase >> 1;
    level = pgm_read_byte(&sine[half < 64 ? half : 128 - half]);
    break;
  }
  default:
    level = 255;
  }
  level = (uint8_t)(((uint16_t)level * (wave->form.amplitude + 1)) >> 8);
  return (uint8_t)(((uint16_t)level * ((uint8_t)(wave->gain >> 8) + 1)) >> 8);
}

void wave_follow(uint16_t word) {
  for (uint8_t index = 0; index < MAX_WAVES; index++) {
    struct wave *wave = &waves[index];
    const bool on = (wave->line & word) != 0;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
      if (on != wave->on) {
        wave->on = on;
        if (on) {
          wave->phase = 0;
          wave->gain = wave->form.up == 0xffff ? 0xffff : 0;
          show(index, wave->compare, level_of(wave));
        } else if (wave->form.down == 0xffff) {
          wave->gain = 0;
          show(index, 0, 0);
        }
        run(index);
      }
    }
  }
}

void wave_cut(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    for (uint8_t index = 0; index < MAX_WAVES; index++) {
      waves[index].on = false;
      waves[index].gain = 0;
      show(index, 0, 0);
    }
    rest();
  }
}

ISR(TIMER0_COMPA_vect) {
  const uint8_t index = turn;
  turn = index ^ 1;
  struct wave *wave = &waves[index];
  uint16_t gain = wave->gain;
  if (wave->on) {
    gain = wave->form.up < (uint16_t)~gain ? gain + wave->form.up : 0xffff;
  } else if (gain) {
    gain = wave->form.down < gain ? gain - wave->form.down : 0;
  } else {
    if (!waves[index ^ 1].on && !waves[index ^ 1].gain) rest();
    return;
  }
  wave->gain = gain;
  wave->phase += wave->form.step;
  show(index, wave->compare, gain ? level_of(wave) : 0);
}
