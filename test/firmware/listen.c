// The board's bytes: every frame whole, every reply owed, every event once, in order, and covered by its trial's digest.
#include "fuzz.h"

#include <string.h>

#include "crc.h"
#include "chip.h"
#include "events.h"

#include <util/crc16.h>

enum { LONGEST = 80, HISTORY = 256 };

static enum { OUTSIDE, TYPE, INSIDE, FOREIGN } state;
static uint8_t frame[LONGEST], length;
static uint32_t bits;
static uint8_t bit_count;

static uint16_t next;
static struct event history[HISTORY];

static bool in_trial;
static uint32_t digest;
static uint16_t covered;

uint16_t listen_next(void) { return next; }

void listen_reset(void) {
  state = OUTSIDE;
  next = 0;
  in_trial = false;
}

static void reply(void) {
  uint8_t id, type;
  if (!witness_owed(&id, &type)) fuzz_fail("a reply that no command is owed");
  if (frame[1] != id || frame[2] != type) fuzz_fail("a reply to %u %u, owed to %u %u", frame[1], frame[2], id, type);
  const uint8_t status = frame[3];
  counts[DISARMED] += type == COMMAND_DISARM && status == STATUS_OK;
  counts[COMMITTED] += type == COMMAND_COMMIT && status == STATUS_OK;
  counts[REFUSED_DAMAGED] += status == STATUS_DAMAGED;
  counts[REFUSED_UNSAFE] += status == STATUS_UNSAFE;
  counts[REFUSED_STALE] += status == STATUS_STALE;
  counts[REFUSED_TOKEN] += status == STATUS_BAD_TOKEN;
  counts[REFUSED_MODE] += status == STATUS_WRONG_MODE;
  counts[REFUSED_BUSY] += status == STATUS_BUSY;
  if (type != COMMAND_ARM || status != STATUS_OK || !told_new_session) return;
  told_new_session = false;
  next = 0;
  in_trial = false;
}

static void end(uint8_t reason) {
  static const enum count by_reason[] = {COMPLETED, ABORTED, HOST_SILENT, ON_TIME_LIMIT, ALLOWANCE_SPENT};
  if (reason > END_ALLOWANCE_SPENT) fuzz_fail("a trial ended for the reason %u", reason);
  counts[by_reason[reason]]++;
}

static void event(const struct event *now) {
  static const enum count by_code[] = {[EVENT_INPUT] = INPUTS,   [EVENT_STATE] = STATES, [EVENT_OUTPUT] = OUTPUT_CHANGES,
                                       [EVENT_START] = STARTED,  [EVENT_DIGEST] = DIGESTS, [EVENT_FAULT] = FAULTS,
                                       [EVENT_LOST] = LOSSES,    [EVENT_SYNC] = SYNC_PULSES, [EVENT_BOUNCE] = BOUNCES};
  if (now->code < EVENT_INPUT || now->code > EVENT_BOUNCE) fuzz_fail("an event of code %u", now->code);
  if (now->code == EVENT_END) end((uint8_t)now->value);
  else counts[by_code[now->code]]++;
  if (now->code == EVENT_DIGEST) {
    if (now->ticks != ~digest || now->value != covered) fuzz_fail("a digest that does not cover its trial's events");
    return;
  }
  if (now->code == EVENT_START) {
    in_trial = true;
    digest = UINT32_MAX;
    covered = 0;
  }
  if (!in_trial) return;
  digest = crc32_by_bits(digest, (const uint8_t *)now, sizeof *now);
  covered++;
  in_trial = now->code != EVENT_END;
}

static void events(void) {
  const uint16_t first = frame[1] | (uint16_t)frame[2] << 8;
  const uint8_t bytes = length - 5;
  if (bytes == 0 || bytes % sizeof(struct event)) fuzz_fail("an events frame of %u bytes", bytes);
  if (told_new_session) return; // of the session before, still on its way
  for (uint8_t i = 0; i < bytes / sizeof(struct event); i++) {
    const uint16_t number = first + i;
    struct event now;
    memcpy(&now, frame + 3 + i * sizeof now, sizeof now);
    const int16_t ahead = (int16_t)(number - next);
    if (ahead > 0) fuzz_fail("event %u came when %u was due", number, next);
    if (ahead < -EVENT_RING) fuzz_fail("event %u came again, far behind %u", number, next);
    if (ahead < 0) {
      counts[RESENT]++;
      if (memcmp(&history[number % HISTORY], &now, sizeof now)) fuzz_fail("event %u came again as another", number);
      continue;
    }
    history[number % HISTORY] = now;
    next++;
    event(&now);
  }
}

static void take(void) {
  uint16_t crc = CRC16_START;
  if (length < 3) fuzz_fail("a frame of %u bytes", length);
  for (uint8_t i = 0; i < length; i++) crc = _crc_ccitt_update(crc, frame[i]);
  // A CRC over a message and its own CRC, low byte first, is 0.
  if (crc) fuzz_fail("a frame of the board's with a wrong CRC");
  if (frame[0] == REPORT_REPLY) reply();
  else if (frame[0] == REPORT_EVENTS) events();
  else if (frame[0] != REPORT_BOOTED) fuzz_fail("a report of type %u", frame[0]);
}

void fuzz_heard(uint8_t byte) {
  if (byte == 0xf0) {
    if (state == INSIDE) fuzz_fail("a frame in a frame");
    state = TYPE;
    return;
  }
  if (state == TYPE) {
    state = byte == LINK_SYSEX ? INSIDE : FOREIGN;
    length = bit_count = 0;
    bits = 0;
  } else if (state == INSIDE && byte == 0xf7) {
    state = OUTSIDE;
    take();
  } else if (state == INSIDE) {
    if (byte & 0x80 || length == LONGEST) fuzz_fail("a frame that does not end");
    bits |= (uint32_t)byte << bit_count;
    bit_count += 7;
    if (bit_count < 8) return;
    frame[length++] = (uint8_t)bits;
    bits >>= 8;
    bit_count -= 8;
  } else if (byte == 0xf7) {
    state = OUTSIDE;
  }
}
