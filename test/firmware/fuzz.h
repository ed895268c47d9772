// What the parts of the fuzz know of each other: chance, frames, what the board has been told, what it has been seen to do.
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "link.generated.h"

// Says what rule was broken, when, and how to see it again; then aborts.
void fuzz_fail(const char *rule, ...) __attribute__((noreturn, format(printf, 1, 2)));

// Counts that must not stay 0, or the fuzz did not go deep.
enum count {
  FRAMES,
  COMMANDS_RUN,
  ARMED,
  DISARMED,
  TAKEN_OVER,
  COMMITTED,
  REFUSED_DAMAGED,
  REFUSED_UNSAFE,
  REFUSED_STALE,
  REFUSED_TOKEN,
  REFUSED_MODE,
  REFUSED_BUSY,
  REPEATED,
  STARTED,
  STATES,
  OUTPUT_CHANGES,
  INPUTS,
  BOUNCES,
  ANSWERED_AHEAD,
  MET_AHEAD,
  COMPLETED,
  ABORTED,
  HOST_SILENT,
  ON_TIME_LIMIT,
  ALLOWANCE_SPENT,
  FAULTS,
  LOSSES,
  SYNC_PULSES,
  DIGESTS,
  RESENT,
  WAVES_LIT,
  RAMPS_AFTER_END,
  BENCH_MESSAGES,
  BENCH_LINES_ON,
  RESETS,
  WATCHDOG_RESETS,
  COUNTS
};
extern unsigned long long counts[COUNTS];

// Chance: xorshift over 64 bits (Marsaglia 2003), all from one seed.
void chance_seed(uint64_t seed);
uint32_t chance(uint32_t below);
static inline bool once_in(uint32_t times) { return chance(times) == 0; }

// Frames to the board (frames.c).
struct payload {
  uint8_t bytes[FRAME_BYTES];
  uint8_t length;
};
extern uint32_t frames_token; // of the session as the host believes it
struct payload frame_of(uint8_t type);
void add8(struct payload *to, uint8_t value);
void add16(struct payload *to, uint16_t value);
void add32(struct payload *to, uint32_t value);
void frames_send(const struct payload *payload);
void frames_send_again(void);
void frames_send_damaged(const struct payload *payload);
void frames_send_noise(void);
void frames_send_firmata(void);
// Has this payload been sent, with its right CRC?
bool frames_sent(const uint8_t *payload, uint8_t length);
uint32_t crc32_by_bits(uint32_t crc, const uint8_t *bytes, uint16_t length);

// Programs (programs.c).
struct program {
  uint8_t bytes[PROGRAM_BYTES];
  uint16_t length;
};
struct program program_at_random(void);
void program_damage(struct program *program);

// What the board has been told, as its commands were seen to act (witness.c).
struct told_line {
  bool declared, active_low, lamp;
  uint8_t number; // Arduino's
  struct pin pin;
  uint8_t groups;
  uint64_t longest; // ticks
};
extern struct told_line told[MAX_OUTPUTS];
extern uint8_t told_inputs;
extern struct pin told_input_pins[MAX_INPUTS];
extern uint16_t told_waves; // lines whose pin is a wave's
extern uint64_t told_heard; // when the session's host was last heard
extern uint64_t told_silence;
extern bool told_new_session; // armed, and not yet seen in the board's reply
void witness_reset(void);
// A reply that must come, in this order.
bool witness_owed(uint8_t *id, uint8_t *type);

// The board's bytes (listen.c) and pins (watch.c).
void listen_reset(void);
uint16_t listen_next(void); // number of the first event not yet heard
void watch_reset(void);
void watch(void);
void watch_dark(void);
void watch_barred(uint8_t line); // for having been on too long

#endif
