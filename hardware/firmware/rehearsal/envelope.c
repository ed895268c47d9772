#include "envelope.h"

#include <avr/interrupt.h>
#include <avr/wdt.h>
#include <util/atomic.h>

#include "clock.h"
#include "engine.h"
#include "events.h"
#include "link.generated.h"
#include "outputs.h"

uint8_t envelope_reset_cause __attribute__((section(".noinit")));

static uint16_t heard;
static uint16_t silence;
static bool silent; // stays, so that the 16-bit time may wrap
static bool fault;  // the watchdog has bitten, or a line is barred; until a session is armed anew
static bool lamp;

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
  fault = envelope_reset_cause & _BV(WDRF);
}

void envelope_heard(void) {
  heard = clock_coarse();
  silent = false;
}

void envelope_agree(uint16_t silence_ms) {
  silence = coarse_of_ms(silence_ms);
  fault = false;
}

bool envelope_silent(void) { return silent; }

// From the board itself, because the PC that would light any other may be what has died.
static void tend_lamp(bool on) {
  if (on == lamp) return;
  lamp = on;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
    if (outputs_is_lamp(line)) outputs_drive_own(line, on);
}

uint16_t envelope_tend(uint16_t now, bool armed) {
  wdt_reset();
  uint16_t next;
  uint8_t why = END_COMPLETED;
  const uint8_t line = outputs_overdue(now, &next, &why);
  if (line != NO_LINE) {
    outputs_bar(line);
    fault = true;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { events_push(EVENT_FAULT, ((uint16_t)line << 8) | why, clock_now()); }
    engine_end(why);
    engine_shut();
    next = 1;
  }
  const uint16_t quiet = now - heard;
  if (quiet > silence) silent = true;
  if (armed && !silent && silence - quiet + 1 < next) next = silence - quiet + 1;
  if (armed && silent && engine_running()) engine_end(END_HOST_SILENT);
  tend_lamp(fault || (armed && silent));
  return next;
}
