#include "edges.h"

#include <avr/io.h>
#include <util/atomic.h>

enum { QUEUE = 8 };

// Shared with edges.S. The queue must not cross a page of 256 bytes; head and tail are byte offsets.
struct edge_stamp edges_queue[QUEUE] __attribute__((aligned(32)));
volatile uint8_t edges_head;
volatile uint8_t edges_tail;
volatile uint8_t edges_lost;
volatile uint8_t edges_last[BANKS];
volatile uint8_t edges_cold;
volatile uint8_t edges_matter[BANKS]; // the fast one's stands in GPIOR1
volatile struct edge_answer edges_answer[2]; // the first one's bit stands in GPIOR2
// Of the next deadline: the ports, the low byte of its tick, and by how many ticks it was met late.
volatile uint8_t edges_off[ANSWER_PORTS];
volatile uint8_t edges_on[ANSWER_PORTS];
volatile uint8_t edges_due;
volatile uint8_t edges_late;

bool edges_waiting(void) { return edges_head != edges_tail; }

bool edges_peek(struct edge_stamp *stamp) {
  if (!edges_waiting()) return false;
  *stamp = edges_queue[edges_tail / sizeof *stamp];
  return true;
}

void edges_pop(void) { edges_tail = (edges_tail + sizeof(struct edge_stamp)) & (sizeof edges_queue - 1); }

uint8_t edges_take_lost(void) {
  uint8_t count;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    count = edges_lost;
    edges_lost = 0;
  }
  return count;
}

void edges_forget(void) {
  edges_cool();
  edges_head = edges_tail = edges_lost = 0;
}

void edges_cool(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    GPIOR2 = 0;
    GPIOR0 &= (uint8_t)~AWAITED;
    edges_answer[1].bit = 0;
    edges_cold = 1;
  }
}

bool edges_are_cool(void) { return edges_cold; }

void edges_prepare(uint8_t which, uint8_t level, const uint8_t ports[PORTS]) {
  edges_answer[which].level = level;
  for (uint8_t at = 0; at < ANSWER_PORTS; at++) edges_answer[which].ports[at] = ports[answer_port(at)];
}

void edges_prepare_deadline(const uint8_t off[PORTS], const uint8_t on[PORTS]) {
  for (uint8_t at = 0; at < ANSWER_PORTS; at++) {
    edges_off[at] = off[answer_port(at)];
    edges_on[at] = on[answer_port(at)];
  }
}

void edges_warm(const struct edges_ahead *ahead, uint16_t due) {
  edges_matter[0] = ahead->matter[0];
  edges_matter[1] = ahead->matter[1];
  GPIOR1 = ahead->matter[FAST_BANK];
  edges_answer[1].bit = ahead->bit[1];
  GPIOR2 = ahead->bit[0];
  edges_due = (uint8_t)due;
  if (ahead->deadline) GPIOR0 |= AWAITED;
  edges_cold = 0;
}

bool edges_await_deadline(void) { return GPIOR0 & AWAITED; }

bool edges_met_deadline(uint8_t *late) {
  if (!(GPIOR0 & MET)) return false;
  GPIOR0 &= (uint8_t)~MET;
  *late = edges_late;
  return true;
}

static void patch(volatile uint8_t *port, uint8_t mask, bool level) {
  if (level) *port |= mask;
  else *port &= (uint8_t)~mask;
}

void edges_patch(struct pin pin, bool level) {
  const uint8_t at = answer_index(pin.port);
  if (at == ANSWER_PORTS) return;
  for (uint8_t i = 0; i < 2; i++) patch(&edges_answer[i].ports[at], pin.mask, level);
  patch(&edges_off[at], pin.mask, level);
  patch(&edges_on[at], pin.mask, level);
}

void edges_wake(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    edges_cool();
    // The compare interrupt at the coming tick runs the engine.
    OCR1A = TCNT1 + 3; // ticks: more than reading and writing take
  }
}
