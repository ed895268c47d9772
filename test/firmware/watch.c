// The pins, whenever time has passed, judged from the chip's registers and from what the board was told; never from the
// firmware's own word for its outputs.
#include "fuzz.h"

#include <avr/io.h>
#include <string.h>

#include "chip.h"
#include "commands.h"
#include "engine.h"
#include "outputs.h"

// The main loop looks once in a unit of 1.024 ms, and counts in whole ones. A line is barred first and shut some 10 us later.
enum { SLACK_TICKS = 8 * 2048, RAMP_TICKS = 1100 * TICKS_PER_MS, BARRING_TICKS = 200, RECOVERY_TICKS = 2048 };
// A program of many timers that are due at once runs behind its own stamps, by which time on is counted.
enum { BEHIND_TICKS = 100 * TICKS_PER_MS };

static uint8_t last[8];
static uint16_t on;
static uint64_t on_since[MAX_OUTPUTS], on_for[MAX_OUTPUTS], dim_since[MAX_WAVES];
static uint64_t starved_at; // when the main loop last had no time
static uint64_t allowed_at; // when all that was on was allowed
static uint64_t overdue = UINT64_MAX; // when the first line that is on will have been on too long

void watch_reset(void) { memset(last, 0xff, sizeof last); }

static bool drives(struct pin pin) { return *port_direction(pin.port) & pin.mask; }

static uint16_t lines_on(void) {
  uint16_t word = 0;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++) {
    const struct told_line *each = &told[line];
    if (!each->declared || !drives(each->pin)) continue;
    if (((*port_out(each->pin.port) & each->pin.mask) != 0) != each->active_low) word |= 1 << line;
  }
  return word;
}

// Compare units that show a wave, bit 0: OC2B, bit 1: OC2A.
static uint8_t lit(void) {
  return (uint8_t)((TCCR2A & (_BV(COM2B1) | _BV(COM2B0)) && OCR2B ? 1 : 0) |
                   (TCCR2A & (_BV(COM2A1) | _BV(COM2A0)) && OCR2A ? 2 : 0));
}

static void check_pins(void) {
  for (uint8_t port = 0; port < PORTS; port++) {
    uint8_t declared = 0;
    for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
      if (told[line].declared && told[line].pin.port == port) declared |= told[line].pin.mask;
    const uint8_t driven = *port_direction(port);
    if (driven & (uint8_t)~port_usable(port)) fuzz_fail("pins of the serial line or the crystal are driven: %x", driven);
    if (commands_armed() && !told_new_session && driven & (uint8_t)~declared)
      fuzz_fail("an armed board drives pins that are no lines: port %u, %x of %x", port, driven, declared);
  }
  uint8_t groups = 0;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++) {
    if (!(on & (uint16_t)~outputs_own & (1 << line))) continue; // the board's own lines are in no group that counts
    if (groups & told[line].groups) fuzz_fail("two lines of an exclusive group are on: %x", on);
    groups |= told[line].groups;
  }
}

static void note_changes(void) {
  const uint16_t now = lines_on();
  overdue = UINT64_MAX;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++) {
    if (on & ~now & (1 << line)) on_for[line] = chip_now - on_since[line];
    if (!(now & (1 << line)) || told[line].lamp || (outputs_own & (1 << line))) continue;
    if (!(on & (1 << line))) on_since[line] = chip_now;
    if (on_since[line] + told[line].longest + SLACK_TICKS < overdue) overdue = on_since[line] + told[line].longest + SLACK_TICKS;
    if (!commands_armed()) counts[BENCH_LINES_ON] += !(on & (1 << line));
  }
  on = now;
}

static void check_waves(void) {
  const uint8_t shown = lit();
  if (!shown) {
    for (uint8_t wave = 0; wave < MAX_WAVES; wave++) dim_since[wave] = chip_now;
    return;
  }
  for (uint8_t wave = 0; wave < MAX_WAVES; wave++) {
    uint8_t line = 0;
    while (line < MAX_OUTPUTS &&
           !(told[line].declared && told[line].pin.port == wave_pins[wave].port && told[line].pin.mask == wave_pins[wave].mask))
      line++;
    const bool mine = line < MAX_OUTPUTS && told_waves & (1 << line);
    if (!(shown & (1 << wave)) || (mine && outputs_word & (1 << line))) {
      dim_since[wave] = chip_now;
      counts[WAVES_LIT] += (shown >> wave) & 1;
      continue;
    }
    if (!commands_armed()) continue;
    if (!mine) fuzz_fail("wave %u shows on a pin whose line has none", wave);
    counts[RAMPS_AFTER_END]++;
    if (chip_now - dim_since[wave] > RAMP_TICKS) fuzz_fail("wave %u shines on a second after its line went off", wave);
  }
}

void watch_barred(uint8_t line) {
  // It may have gone off by itself since the envelope looked.
  const uint64_t for_ticks = on & (1 << line) ? chip_now - on_since[line] : on_for[line];
  // A line whose light is a wave does not show at its port.
  if (!(told_waves & (1 << line)) && for_ticks + BEHIND_TICKS < told[line].longest)
    fuzz_fail("line %u was barred after %llu ms, and may be on for %llu", line, (unsigned long long)for_ticks / TICKS_PER_MS,
              (unsigned long long)told[line].longest / TICKS_PER_MS);
}

void watch_dark(void) {
  if (lit()) fuzz_fail("light shows after a trial was cut short");
  if (lines_on() & (uint16_t)~outputs_own) fuzz_fail("lines are on after a trial was cut short: %x", lines_on());
}

void watch(void) {
  const uint8_t now[8] = {PORTB, PORTC, PORTD, DDRB, DDRC, DDRD, commands_armed(), engine_running()};
  if (memcmp(now, last, sizeof now)) {
    memcpy(last, now, sizeof now);
    note_changes();
    check_pins();
  }
  // A program of timers that are due at once leaves the main loop no time: then the watchdog has the last word.
  if (chip_starved_ticks() > SLACK_TICKS / 2) starved_at = chip_now;
  const bool starved = starved_at && chip_now - starved_at < RECOVERY_TICKS;
  if (chip_now > overdue && !starved) fuzz_fail("a line is on for longer than its limit: %x", on);
  check_waves();
  if (!commands_armed()) return;
  if (!engine_running() && on & (uint16_t)~outputs_own) fuzz_fail("lines are on without a trial: %x", on);
  if (!(on & (uint16_t)~(outputs_allowed | outputs_own))) allowed_at = chip_now;
  else if (chip_now - allowed_at > BARRING_TICKS) fuzz_fail("lines are on that the envelope does not allow: %x", on);
  if (engine_running() && chip_now - told_heard > told_silence + SLACK_TICKS && !starved)
    fuzz_fail("a trial goes on without its host");
}
