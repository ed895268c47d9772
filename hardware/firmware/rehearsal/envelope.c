#include "envelope.h"

#include <avr/interrupt.h>
#include <avr/wdt.h>
#include <util/atomic.h>

#include "clock.h"
#include "engine.h"
#include "link.generated.h"
#include "outputs.h"

uint8_t envelope_reset_cause __attribute__((section(".noinit")));

static uint16_t heard;
static uint16_t silence;
static bool silent; // stays, so that the 16-bit time may wrap

// After a watchdog reset the watchdog stays on with its shortest time: off before anything else (data sheet 10.8).
__attribute__((naked, used, section(".init3"))) static void before_main(void) {
  envelope_reset_cause = MCUSR;
  MCUSR = 0;
  wdt_disable();
}

void envelope_init(void) {
  _Static_assert(WATCHDOG_MS == 250, "the prescaler below");
  wdt_enable(WDTO_250MS);
  silence = coarse_of_ms(DEFAULT_SILENCE_MS);
}

void envelope_heard(void) {
  heard = clock_coarse();
  silent = false;
}

void envelope_agree(uint16_t silence_ms) { silence = coarse_of_ms(silence_ms); }

bool envelope_silent(void) { return silent; }

void envelope_tend(uint16_t now) {
  wdt_reset();
  uint16_t next;
  int8_t line;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { line = outputs_overdue(now, &next); }
  if (line >= 0) {
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { outputs_allowed &= ~(1 << line); }
    engine_end(END_ON_TIME_LIMIT);
    return;
  }
  if ((uint16_t)(now - heard) > silence) silent = true;
  if (silent && engine_running()) engine_end(END_HOST_SILENT);
  clock_wake_in(next);
}
