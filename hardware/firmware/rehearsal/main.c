// Rehearsal firmware: runs a trial to the microsecond, stamps every edge, and shuts everything when in doubt.
// Three kinds of code: init, main loop (link, envelope; never waits), interrupts (edges.S and one byte of serial each).

#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <stdbool.h>

#include "boot.h"
#include "clock.h"
#include "commands.h"
#include "engine.h"
#include "envelope.h"
#include "edges.h"
#include "events.h"
#include "firmata.h"
#include "link.generated.h"
#include "link.h"
#include "outputs.h"
#include "serial.h"
#include "sync.h"
#include "wave.h"

static void announce(void) {
  if (!link_begin(REPORT_BOOTED, 2)) return;
  link_put16(boot_id);
  link_end();
}

int main(void) {
  clock_init();
  serial_init();
  boot_init();
  wave_reset();
  outputs_restore();
  envelope_init();
  firmata_begin();
  sei();
  announce();
  firmata_greet();
  set_sleep_mode(SLEEP_MODE_IDLE);
  uint16_t tended = clock_coarse() - 1;
  for (;;) {
    // Every byte on the line turns this loop; what goes by time is looked at once a millisecond.
    const uint16_t now = clock_coarse();
    const bool tick = now != tended;
    if (tick) {
      tended = now;
      const bool armed = commands_armed();
      uint16_t next = envelope_tend(now, armed);
      uint16_t wake = armed ? sync_tend(now) : firmata_tend(now);
      clock_wake_in(wake < next ? wake : next);
      engine_tend();
      events_count_lost(edges_take_lost());
    }
    if (serial_waiting()) link_poll();
    if (tick || !events_idle()) {
      events_tend();
      events_send();
    }
    cli();
    if (serial_waiting() || !events_idle()) {
      sei();
      continue;
    }
    sleep_enable();
    sei(); // the instruction after sei runs before any interrupt: none can slip in before the sleep
    sleep_cpu();
    sleep_disable();
  }
}
