#include "events.h"

#include <util/atomic.h>

#include "clock.h"
#include "crc.h"
#include "link.h"

static struct event ring[EVENT_RING];

// Free-running counts; the place is the count modulo the ring. tail <= sent, tail <= digested <= head.
static volatile uint8_t head;
static uint8_t digested, sent, tail;
static uint16_t tail_number;
static volatile uint16_t lost;

static uint16_t progress; // coarse time of the last acknowledgement or first sending

static uint32_t crc;
static uint16_t covered;
static bool in_trial;

static struct event *at(uint8_t count) { return &ring[count & (EVENT_RING - 1)]; }

void events_reset(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    head = digested = sent = tail = 0;
    tail_number = 0;
    lost = 0;
    in_trial = false;
  }
}

void events_push(uint8_t code, uint16_t value, uint32_t ticks) {
  const uint8_t used = head - tail;
  if (used >= (code == EVENT_INPUT ? EVENT_RING - EVENT_RESERVE : EVENT_RING)) {
    lost++;
    return;
  }
  struct event *event = at(head);
  event->ticks = ticks;
  event->code = code;
  event->value = value;
  head++;
}

void events_count_lost(uint8_t count) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { lost += count; }
}

static void digest(const struct event *event) {
  if (event->code == EVENT_START) {
    crc = CRC32_START;
    covered = 0;
    in_trial = true;
  }
  if (!in_trial) return;
  const uint8_t *bytes = (const uint8_t *)event;
  for (uint8_t i = 0; i < sizeof *event; i++) crc = crc32_add(crc, bytes[i]);
  covered++;
  if (event->code != EVENT_END) return;
  in_trial = false;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { events_push(EVENT_DIGEST, covered, ~crc); }
}

void events_tend(void) {
  while (digested != head) digest(at(digested++));
  if (lost && (uint8_t)(head - tail) < EVENT_RING - EVENT_RESERVE) {
    const uint32_t now = clock_now();
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
      events_push(EVENT_LOST, lost, now);
      lost = 0;
    }
  }
}

void events_send(void) {
  if (digested == tail) return;
  const uint16_t now = clock_coarse();
  if (sent != tail && (uint16_t)(now - progress) > coarse_of_ms(RESEND_MS)) {
    sent = tail;
    progress = now;
  }
  uint8_t count = digested - sent;
  if (count == 0) return;
  if (count > EVENTS_PER_FRAME) count = EVENTS_PER_FRAME;
  if (!link_begin(REPORT_EVENTS, 2 + count * sizeof(struct event))) return;
  const uint16_t number = tail_number + (uint8_t)(sent - tail);
  link_put16(number);
  if (sent == tail) progress = now;
  while (count--) {
    const uint8_t *bytes = (const uint8_t *)at(sent++);
    for (uint8_t i = 0; i < sizeof(struct event); i++) link_put(bytes[i]);
  }
  link_end();
}

void events_acknowledge(uint16_t next) {
  const uint16_t count = next - tail_number;
  if (count == 0 || count > (uint8_t)(digested - tail)) return;
  tail_number = next;
  tail += (uint8_t)count;
  if ((uint8_t)(sent - tail) > EVENT_RING) sent = tail;
  progress = clock_coarse();
}

bool events_idle(void) { return digested == head && sent == head; }
