// Programs at random, in the form of program.h: most are well formed and safe, so that they run; the rest are not.
#include "fuzz.h"

#include <string.h>

#include "program.h"

// Durations in ticks: mostly some milliseconds, so that much happens in a second.
static uint32_t duration(void) {
  if (once_in(200)) return 0;
  if (once_in(30)) return chance(4000000);
  return 200 + chance(once_in(2) ? 4000 : 60000);
}

// Levels that open at most one line of a group, of declared lines only; now and then any at all.
static uint16_t outputs(void) {
  if (once_in(150)) return (uint16_t)chance(1 << MAX_OUTPUTS);
  uint16_t word = 0;
  uint8_t seen = 0;
  for (uint8_t n = 0; n < 4; n++) {
    const uint8_t line = (uint8_t)chance(MAX_OUTPUTS);
    if (!told[line].declared || told[line].lamp || seen & told[line].groups || once_in(3)) continue;
    seen |= told[line].groups;
    word |= (uint16_t)(1 << line);
  }
  return word;
}

struct shape {
  uint8_t nodes, timers, slots;
};

static uint8_t *edge(uint8_t *at, struct shape shape, uint8_t trigger, uint8_t to) {
  const uint8_t starts = shape.timers && shape.slots ? (uint8_t)chance(shape.timers + 1) : 0;
  *at++ = (uint8_t)(starts << 5 | trigger);
  *at++ = to;
  for (uint8_t i = 0; i < starts; i++) *at++ = (uint8_t)(i << 5 | chance(shape.slots));
  return at;
}

// At most 6 inputs and 6 timers a node: 4 + 18 edges of up to 8 bytes would be too long for ten nodes, so few of them.
static uint8_t *node(uint8_t *at, struct shape shape, uint8_t state) {
  const uint16_t word = outputs();
  *at++ = (uint8_t)word;
  *at++ = (uint8_t)(word >> 8);
  *at++ = once_in(8) ? (uint8_t)chance(256) : state;
  if (once_in(5)) {
    *at++ = (uint8_t)chance(256);
    *at++ = OVER;
    return at;
  }
  *at++ = (uint8_t)(once_in(4) ? chance(1 << shape.timers) : (1u << shape.timers) - 1);
  uint8_t *count = at++;
  *count = 0;
  for (uint8_t timer = 0; timer < shape.timers; timer++) {
    if (once_in(6)) continue;
    at = edge(at, shape, (uint8_t)(TRIGGER_TIMER + timer), (uint8_t)chance(shape.nodes));
    ++*count;
  }
  for (uint8_t n = 0; n < 3 && told_inputs; n++) {
    at = edge(at, shape, (uint8_t)chance(told_inputs * 2u), (uint8_t)chance(shape.nodes));
    ++*count;
  }
  return at;
}

struct program program_at_random(void) {
  struct program program;
  const uint8_t timers = once_in(12) ? MAX_TIMERS : 1 + (uint8_t)chance(3);
  const struct shape shape = {1 + (uint8_t)chance(timers > 3 ? 4 : 9), timers, 1 + (uint8_t)chance(8)};
  memset(program.bytes, 0, sizeof program.bytes);
  uint8_t *at = program.bytes;
  *at++ = PROGRAM_FORMAT;
  *at++ = shape.nodes;
  *at++ = shape.timers;
  *at++ = shape.slots;
  for (uint8_t i = 0; i < shape.slots; i++, at += 4) {
    const uint32_t ticks = duration();
    memcpy(at, &ticks, sizeof ticks);
  }
  uint8_t *offsets = at;
  at += 2 * shape.nodes;
  // The first node starts every timer, or little would happen.
  *at++ = (uint8_t)(shape.timers << 5 | TRIGGER_START);
  *at++ = 0;
  for (uint8_t i = 0; i < shape.timers; i++) *at++ = (uint8_t)(i << 5 | chance(shape.slots));
  for (uint8_t i = 0; i < shape.nodes; i++) {
    const uint16_t offset = (uint16_t)(at - program.bytes);
    offsets[2 * i] = (uint8_t)offset;
    offsets[2 * i + 1] = (uint8_t)(offset >> 8);
    at = node(at, shape, i);
  }
  program.length = (uint16_t)(at - program.bytes);
  return program;
}

void program_damage(struct program *program) {
  for (uint32_t n = 1 + chance(4); n; n--) program->bytes[chance(program->length)] = (uint8_t)chance(256);
  if (once_in(8)) program->length = (uint16_t)chance(PROGRAM_BYTES + 1);
}
