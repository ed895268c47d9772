// Fuzz of the firmware on the host: a session that goes wrong in every way there is, under sanitizers.
//   fuzz [frames] [seed]      prints what was reached; exit 1 if something never was
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "chip.h"
#include "commands.h"
#include "engine.h"
#include "outputs.h"

unsigned long long counts[COUNTS];
static const char *const names[COUNTS] = {
    "frames sent",        "commands run",      "sessions armed",     "sessions disarmed", "sessions taken over",
    "programs committed", "refused: damaged",  "refused: unsafe",    "refused: stale",    "refused: token",
    "refused: mode",      "refused: busy",     "repeated commands",  "trials started",    "states entered",
    "output changes",     "input edges",       "bounces",            "edges answered ahead", "deadlines met ahead", "ends: completed",
    "ends: aborted",      "ends: host silent", "ends: on-time limit", "ends: allowance spent", "faults",
    "losses reported",    "sync pulses",       "digests",            "events sent again", "waves seen lit",
    "ramps after the end", "bench messages",   "bench lines put on", "resets",            "watchdog resets",
};

static unsigned long long frames_wanted = 1000000, seed = 1;
static uint64_t step_at;
static struct program program;
static uint32_t program_crc;

void fuzz_fail(const char *rule, ...) {
  va_list arguments;
  va_start(arguments, rule);
  fprintf(stderr, "BROKEN: ");
  vfprintf(stderr, rule, arguments);
  fprintf(stderr, "\nafter %llu frames, at %.3f s of board time; again with: fuzz %llu %llu\n", counts[FRAMES],
          (double)chip_now / 2e6, frames_wanted, seed);
  va_end(arguments);
  abort();
}

void fuzz_reset(uint8_t cause) {
  counts[RESETS] += cause == RESET_EXTERNAL;
  counts[WATCHDOG_RESETS] += cause == RESET_WATCHDOG;
  witness_reset();
  listen_reset();
  watch_reset();
}

static void send_fields(uint8_t type, uint8_t count) {
  struct payload payload = frame_of(type);
  while (count--) add8(&payload, (uint8_t)chance(256));
  frames_send(&payload);
}

static void declare(void) {
  send_fields(COMMAND_RESET, 0);
  const uint8_t lines = 1 + (uint8_t)chance(MAX_OUTPUTS), inputs = (uint8_t)chance(MAX_INPUTS + 1);
  const uint8_t groups = (uint8_t)chance(256);
  // Two on PORTD first, where answers ahead are possible; the rest of the pins in turn, with a repetition now and then.
  uint8_t pin = 2;
  for (uint8_t line = 0; line < inputs; line++, pin++) {
    struct payload input = frame_of(COMMAND_INPUT);
    add8(&input, line);
    add8(&input, once_in(20) ? (uint8_t)chance(256) : once_in(3) ? 19 - line : pin);
    add8(&input, (uint8_t)chance(4));
    add8(&input, once_in(2) ? 0 : (uint8_t)chance(once_in(4) ? 256 : 20));
    frames_send(&input);
  }
  for (uint8_t line = 0; line < lines; line++, pin++) {
    struct payload output = frame_of(COMMAND_OUTPUT);
    add8(&output, once_in(30) ? (uint8_t)chance(256) : line);
    add8(&output, once_in(30) ? (uint8_t)chance(256) : pin);
    add8(&output, (uint8_t)((once_in(4) ? LINE_ACTIVE_LOW : 0) | (once_in(12) ? LINE_LAMP : 0) |
                            (once_in(3) ? LINE_DRAWS | chance(3) << 4 : 0) | (once_in(50) ? chance(256) : 0)));
    add8(&output, once_in(3) ? groups & (uint8_t)chance(256) : once_in(2) ? 1 : 0);
    add16(&output, once_in(30) ? (uint16_t)chance(1 << 16) : 20 + (uint16_t)chance(300));
    add16(&output, (uint16_t)chance(1000));
    frames_send(&output);
  }
}

static void arm(void) {
  frames_token = chance(UINT32_MAX);
  struct payload payload = frame_of(COMMAND_ARM);
  add32(&payload, frames_token);
  add16(&payload, once_in(20) ? (uint16_t)chance(1 << 16) : 20 + (uint16_t)chance(400));
  frames_send(&payload);
  step_at += 700 * TICKS_PER_MS; // may write its EEPROM
}

static void allow(void) {
  struct payload payload = frame_of(COMMAND_ALLOW);
  const uint32_t left = once_in(8) ? 0 : chance(100000);
  add8(&payload, (uint8_t)chance(once_in(10) ? 256 : MAX_ALLOWANCES));
  add32(&payload, left);
  add32(&payload, once_in(10) ? chance(UINT32_MAX) : left + chance(10000));
  add16(&payload, once_in(2) ? 0 : (uint16_t)chance(500));
  frames_send(&payload);
}

static void shape(void) {
  struct payload payload = frame_of(COMMAND_WAVE);
  uint8_t line = (uint8_t)chance(MAX_OUTPUTS);
  for (uint8_t each = 0; each < MAX_OUTPUTS; each++)
    for (uint8_t wave = 0; wave < MAX_WAVES; wave++)
      if (told[each].declared && told[each].pin.port == wave_pins[wave].port && told[each].pin.mask == wave_pins[wave].mask)
        if (once_in(2)) line = each;
  add8(&payload, line);
  add8(&payload, (uint8_t)chance(4));
  add8(&payload, (uint8_t)chance(256));
  add8(&payload, (uint8_t)chance(256));
  add16(&payload, (uint16_t)chance(1 << 16));
  add16(&payload, once_in(3) ? 0xffff : (uint16_t)chance(1 << 16));
  add16(&payload, once_in(3) ? 0xffff : (uint16_t)chance(2000));
  frames_send(&payload);
}

static void pulse(void) {
  struct payload payload = frame_of(COMMAND_SYNC);
  add8(&payload, (uint8_t)chance(MAX_OUTPUTS));
  add16(&payload, once_in(4) ? 0 : 5 + (uint16_t)chance(60));
  add16(&payload, (uint16_t)chance(60));
  add16(&payload, 1 + (uint16_t)chance(8));
  add16(&payload, (uint16_t)chance(1 << 16));
  frames_send(&payload);
}

static void load(void) {
  program = program_at_random();
  if (once_in(5)) program_damage(&program);
  program_crc = ~crc32_by_bits(UINT32_MAX, program.bytes, program.length);
  for (uint16_t offset = 0; offset < program.length; offset += CHUNK_BYTES) {
    struct payload payload = frame_of(COMMAND_LOAD);
    add16(&payload, once_in(300) ? (uint16_t)chance(1 << 16) : offset);
    const uint16_t left = program.length - offset, count = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    for (uint16_t i = 0; i < count; i++) add8(&payload, program.bytes[offset + i]);
    frames_send(&payload);
  }
  struct payload payload = frame_of(COMMAND_COMMIT);
  add16(&payload, once_in(30) ? (uint16_t)chance(1 << 16) : program.length);
  add32(&payload, once_in(20) ? chance(UINT32_MAX) : program_crc);
  frames_send(&payload);
}

static void start(void) {
  struct payload payload = frame_of(COMMAND_START);
  add16(&payload, (uint16_t)chance(1 << 16));
  add32(&payload, once_in(10) ? chance(UINT32_MAX) : program_crc);
  add8(&payload, (uint8_t)(once_in(3) ? 0 : 1));
  add32(&payload, once_in(10) ? chance(UINT32_MAX) : (uint32_t)chip_now + chance(100000));
  frames_send(&payload);
}

static void acknowledge(void) {
  struct payload payload = frame_of(COMMAND_ACK);
  add16(&payload, once_in(30) ? (uint16_t)chance(1 << 16) : listen_next());
  frames_send(&payload);
}

// Edges on one input, from bouncing contacts to a slow tongue.
static void touch(uint32_t most) {
  if (!told_inputs) return;
  const struct pin pin = told_input_pins[chance(told_inputs)];
  const uint32_t spread = once_in(3) ? 30 : once_in(2) ? 2000 : 60000;
  uint64_t at = chip_now + chance(40000);
  for (uint32_t n = 1 + chance(most); n; n--) {
    chip_level(at, pin.port, pin.mask, n % 2);
    at += 1 + chance(spread);
  }
}

static void send_foreign(void) {
  const uint32_t mine = frames_token;
  frames_token ^= 1u << chance(32);
  if (once_in(3)) start();
  else send_fields(COMMAND_LOAD + (uint8_t)chance(COMMAND_TIMING - COMMAND_LOAD + 1), (uint8_t)chance(14));
  frames_token = mine;
}

static void send_damaged(void) {
  struct payload payload = frame_of(1 + (uint8_t)chance(COMMAND_NAME));
  for (uint32_t n = chance(20); n; n--) add8(&payload, (uint8_t)chance(256));
  frames_send_damaged(&payload);
}

static void bench_step(void) {
  static unsigned playing;
  if (playing) {
    playing--;
    frames_send_firmata();
    return;
  }
  switch (chance(16)) {
  case 0:
    frames_send_noise();
    return;
  case 1:
    send_fields((uint8_t)chance(20), (uint8_t)chance(16));
    return;
  case 2:
    send_damaged();
    return;
  case 3:
  case 4:
    declare();
    playing = chance(120);
    return;
  default:
    if (!once_in(4)) declare();
    arm();
  }
}

static void session_step(void) {
  if (!once_in(3)) acknowledge();
  switch (chance(40)) {
  case 0 ... 9:
    if (engine_running() && !once_in(8)) {
      if (once_in(3)) send_fields(COMMAND_ABORT, 0);
      return;
    }
    load();
    start();
    touch(20);
    touch(60);
    return;
  case 10 ... 15:
    start();
    touch(20);
    return;
  case 16 ... 18:
    send_fields(COMMAND_PING, 0);
    return;
  case 19:
    if (once_in(2)) send_fields(COMMAND_ABORT, 0);
    return;
  case 20:
    send_fields(COMMAND_TIMING, 0);
    return;
  case 21:
    shape();
    return;
  case 22 ... 23:
    allow();
    return;
  case 24:
    if (once_in(4)) pulse();
    return;
  case 25:
    if (once_in(4)) send_fields(COMMAND_DISARM, 0);
    return;
  case 26 ... 27:
    send_foreign();
    return;
  case 28 ... 29:
    send_damaged();
    return;
  case 30:
    frames_send_noise();
    return;
  case 31:
    frames_send_firmata();
    return;
  case 32:
    frames_send_again();
    return;
  case 33: // any type, any length
    send_fields((uint8_t)chance(20), (uint8_t)chance(16));
    return;
  case 34:
    if (once_in(2)) {
      declare();
    } else {
      const uint32_t mine = frames_token;
      arm();
      if (!once_in(8)) frames_token = mine;
    }
    return;
  case 35: // the host is away for a while
    if (once_in(3)) step_at += chance(1000) * TICKS_PER_MS;
    return;
  case 36:
    if (once_in(50)) chip_reset(once_in(2) ? RESET_EXTERNAL : RESET_WATCHDOG);
    return;
  case 37:
    send_fields(COMMAND_HELLO, 0);
    return;
  default:
    touch(once_in(10) ? 200 : 20);
  }
}

void fuzz_passed(void) {
  watch();
  if (chip_now < step_at || !chip_line_free()) return;
  if (counts[FRAMES] >= frames_wanted) chip_stop();
  step_at = chip_now + chance(once_in(4) ? 60000 : 4000);
  if (commands_armed()) session_step();
  else bench_step();
}

int main(int argc, char **argv) {
  if (argc > 1) frames_wanted = strtoull(argv[1], NULL, 10);
  if (argc > 2) seed = strtoull(argv[2], NULL, 10);
  chance_seed(seed);
  chip_run();
  counts[ANSWERED_AHEAD] = edges_twin_answered;
  counts[MET_AHEAD] = edges_twin_met;
  int missed = 0;
  for (unsigned each = 0; each < COUNTS; each++) {
    printf("%-24s%12llu\n", names[each], counts[each]);
    missed += counts[each] == 0;
  }
  printf("%-24s%12.0f s\n", "board time", (double)chip_now / 2e6);
  if (missed) fprintf(stderr, "%d of these were never reached: the fuzz does not go deep enough.\n", missed);
  return missed != 0;
}
