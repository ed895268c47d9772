#include "sync.h"

#include <util/atomic.h>

#include "clock.h"
#include "events.h"
#include "link.generated.h"
#include "outputs.h"

static uint8_t line = NO_LINE;
static bool level;
static uint16_t least, spread, width; // coarse units
static uint16_t due;                  // coarse time
static uint16_t chance;

// Xorshift (Marsaglia 2003) over 16 bits: any state but 0 comes once in 65,535.
static uint16_t draw(void) {
  chance ^= chance << 7;
  chance ^= chance >> 9;
  chance ^= chance << 8;
  return chance;
}

static void set(bool on) {
  level = on;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    outputs_drive_own(line, on);
    events_push(EVENT_SYNC, line * 2 + on, clock_now());
  }
}

void sync_stop(void) {
  if (line == NO_LINE) return;
  if (level) set(false);
  line = NO_LINE;
}

bool sync_start(uint8_t to, uint16_t least_ms, uint16_t spread_ms, uint16_t width_ms, uint16_t seed) {
  sync_stop();
  if (least_ms == 0) return true;
  if (!outputs_declared(to) || width_ms == 0 || width_ms >= least_ms || least_ms > 30000 || spread_ms > 30000 || !seed)
    return false;
  if (outputs_word & (1 << to)) return false;
  line = to;
  least = coarse_of_ms(least_ms);
  spread = coarse_of_ms(spread_ms);
  width = coarse_of_ms(width_ms);
  chance = seed;
  outputs_own |= 1 << to;
  due = clock_coarse() + least;
  return true;
}

uint16_t sync_tend(uint16_t now) {
  if (line == NO_LINE) return UINT16_MAX;
  if ((int16_t)(now - due) >= 0) {
    set(!level);
    due += level ? width : least - width + (uint16_t)(((uint32_t)draw() * (spread + 1u)) >> 16);
  }
  return due - now;
}
