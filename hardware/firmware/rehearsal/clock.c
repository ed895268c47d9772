#include "clock.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

static volatile uint16_t overflows;

ISR(TIMER1_OVF_vect) { overflows++; }

// Only wakes the main loop.
EMPTY_INTERRUPT(TIMER1_COMPB_vect)

void clock_init(void) {
  TCCR1A = 0;
  TCCR1B = _BV(CS11); // 16 MHz / 8
  TIMSK1 = _BV(TOIE1) | _BV(OCIE1A);
}

static inline uint16_t read(uint16_t *high) {
  uint16_t low;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    low = TCNT1;
    *high = overflows;
    // An overflow that has not been served yet: it came before the counter was read if the counter is low.
    if ((TIFR1 & _BV(TOV1)) && low < 0x8000) ++*high;
  }
  return low;
}

uint32_t clock_now(void) {
  uint16_t high;
  const uint16_t low = read(&high);
  return ((uint32_t)high << 16) | low;
}

uint16_t clock_coarse(void) {
  uint16_t high;
  const uint16_t low = read(&high);
  // Shifting all 32 bits would take a hundred cycles, and this is asked for at every turn of the main loop.
  return (high << 5) | ((uint8_t)(low >> 8) >> 3);
}

void clock_alarm(uint32_t at, uint32_t now) {
  const uint16_t before = (uint16_t)at - 1;
  OCR1A = before;
  if ((int32_t)(at - now) < 0x4000 && (int16_t)(before - TCNT1) < 2) OCR1A = TCNT1 + 3;
}

void clock_wake_in(uint16_t coarse) {
  if (coarse >= 31) {
    TIMSK1 &= (uint8_t)~_BV(OCIE1B);
    return;
  }
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { OCR1B = TCNT1 + (coarse << 11) + 16; }
  TIMSK1 |= _BV(OCIE1B);
}
