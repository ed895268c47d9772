// Frames of all kinds: right, damaged, foreign, noise. See docs/link.md.
#include "fuzz.h"

#include <string.h>

#include "chip.h"

enum { REMEMBERED = 256 };

uint32_t frames_token;

static uint64_t seed;
static uint8_t id;
static struct payload sent[REMEMBERED];
static unsigned sent_count;

void chance_seed(uint64_t value) { seed = value * 0x9e3779b97f4a7c15ULL | 1; }

uint32_t chance(uint32_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (uint32_t)((seed >> 32) * below >> 32);
}

uint32_t crc32_by_bits(uint32_t crc, const uint8_t *bytes, uint16_t length) {
  while (length--) {
    crc ^= *bytes++;
    for (uint8_t bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
  }
  return crc;
}

struct payload frame_of(uint8_t type) {
  struct payload payload = {.length = 0};
  add8(&payload, type);
  add8(&payload, ++id);
  if (type >= COMMAND_LOAD && type <= COMMAND_TIMING) add32(&payload, frames_token);
  return payload;
}

// Leaves room for the CRC.
void add8(struct payload *to, uint8_t value) {
  if (to->length < FRAME_BYTES - 4) to->bytes[to->length++] = value;
}
void add16(struct payload *to, uint16_t value) {
  add8(to, (uint8_t)value);
  add8(to, (uint8_t)(value >> 8));
}
void add32(struct payload *to, uint32_t value) {
  add16(to, (uint16_t)value);
  add16(to, (uint16_t)(value >> 16));
}

static uint8_t encode(const struct payload *payload, uint8_t *line) {
  uint8_t bytes[FRAME_BYTES], at = 0, count = 0;
  const uint32_t crc = ~crc32_by_bits(UINT32_MAX, payload->bytes, payload->length);
  memcpy(bytes, payload->bytes, payload->length);
  memcpy(bytes + payload->length, &crc, sizeof crc);
  uint32_t bits = 0;
  line[at++] = 0xf0;
  line[at++] = LINK_SYSEX;
  for (unsigned i = 0; i < payload->length + sizeof crc; i++) {
    bits |= (uint32_t)bytes[i] << count;
    for (count += 8; count >= 7; count -= 7, bits >>= 7) line[at++] = bits & 0x7f;
  }
  if (count) line[at++] = bits & 0x7f;
  line[at++] = 0xf7;
  return at;
}

static void put(const uint8_t *line, uint8_t length) {
  counts[FRAMES]++;
  for (uint8_t i = 0; i < length; i++) chip_send(line[i]);
}

void frames_send(const struct payload *payload) {
  uint8_t line[64];
  sent[sent_count++ % REMEMBERED] = *payload;
  put(line, encode(payload, line));
}

void frames_send_again(void) {
  if (!sent_count) return;
  const struct payload last = sent[(sent_count - 1) % REMEMBERED];
  frames_send(&last);
}

// The damage may cancel out or fall on padding, so the frame counts as sent.
void frames_send_damaged(const struct payload *payload) {
  uint8_t line[80];
  sent[sent_count++ % REMEMBERED] = *payload;
  uint8_t length = encode(payload, line);
  for (uint32_t n = 1 + chance(3); n; n--) {
    const uint8_t at = (uint8_t)chance(length);
    switch (chance(5)) {
    case 0:
      line[at] ^= 1 << chance(7);
      break;
    case 1:
      line[at] = (uint8_t)chance(256);
      break;
    case 2:
      length = at + 1;
      break;
    case 3:
      memmove(line + at + 1, line + at, length - at);
      length++;
      break;
    default:
      memmove(line + at, line + at + 1, length - at - 1);
      length -= length > 1;
    }
  }
  put(line, length);
}

void frames_send_noise(void) {
  uint8_t line[80];
  const uint8_t length = 1 + (uint8_t)chance(sizeof line);
  for (uint8_t i = 0; i < length; i++) line[i] = (uint8_t)(once_in(2) ? chance(128) : chance(256));
  if (once_in(2)) {
    line[0] = 0xf0;
    if (length > 1) line[1] = once_in(2) ? LINK_SYSEX : 0x60 + (uint8_t)chance(32);
    line[length - 1] = 0xf7;
  }
  put(line, length);
}

void frames_send_firmata(void) {
  uint8_t line[8], at = 0;
  const struct told_line *line_told = &told[chance(MAX_OUTPUTS)];
  const uint8_t pin = line_told->declared ? line_told->number : (uint8_t)chance(20), value = (uint8_t)chance(128);
  switch (chance(8)) {
  case 0:
  case 1: // pin mode, mostly output or PWM
    line[at++] = 0xf4;
    line[at++] = pin;
    line[at++] = once_in(4) ? value : once_in(3) ? 3 : 1;
    break;
  case 2:
  case 3: // one pin
    line[at++] = 0xf5;
    line[at++] = pin;
    line[at++] = once_in(4) ? 0 : 1;
    break;
  case 4: // a port
    line[at++] = 0x90 | (uint8_t)chance(4);
    line[at++] = value;
    line[at++] = (uint8_t)chance(2);
    break;
  case 5: // duty
    line[at++] = 0xe0 | (uint8_t)(once_in(2) ? pin & 15 : once_in(2) ? 3 : 11);
    line[at++] = value;
    line[at++] = (uint8_t)chance(2);
    break;
  case 6: // reports on and off; reset
    line[at++] = once_in(8) ? 0xff : (uint8_t)((once_in(2) ? 0xc0 : 0xd0) | chance(16));
    if (line[0] != 0xff) line[at++] = (uint8_t)chance(2);
    break;
  default: // sysex: queries, extended analog
    line[at++] = 0xf0;
    line[at++] = 0x69 + (uint8_t)chance(0x12);
    line[at++] = pin;
    line[at++] = value;
    line[at++] = 0xf7;
  }
  counts[BENCH_MESSAGES]++;
  put(line, at);
}

bool frames_sent(const uint8_t *payload, uint8_t length) {
  for (unsigned i = 0; i < REMEMBERED; i++)
    if (sent[i].length == length && !memcmp(sent[i].bytes, payload, length)) return true;
  return false;
}
