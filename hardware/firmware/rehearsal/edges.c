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
_Static_assert(sizeof(struct edge_answer) == 2 + PORTS, "ANSWER in edges.S");
volatile struct edge_answer edges_answer[2]; // the first one's bit stands in GPIOR2

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
    edges_answer[1].bit = 0;
    edges_cold = 1;
  }
}

bool edges_are_cool(void) { return edges_cold; }

void edges_warm(const struct edge_answers *answers) {
  edges_matter[0] = answers->matter[0];
  edges_matter[1] = answers->matter[1];
  GPIOR1 = answers->matter[FAST_BANK];
  for (uint8_t i = 0; i < 2; i++) {
    edges_answer[i].level = answers->answer[i].level;
    for (uint8_t at = 0; at < ANSWER_PORTS; at++)
      edges_answer[i].ports[at] = answers->answer[i].ports[answer_port(at)];
  }
  edges_answer[1].bit = answers->answer[1].bit;
  GPIOR2 = answers->answer[0].bit;
  edges_cold = 0;
}

void edges_patch(struct pin pin, bool level) {
  const uint8_t at = answer_index(pin.port);
  for (uint8_t i = 0; i < 2; i++) {
    if (level) edges_answer[i].ports[at] |= pin.mask;
    else edges_answer[i].ports[at] &= (uint8_t)~pin.mask;
  }
}

void edges_wake(void) {
  // The compare interrupt at the coming tick runs the engine.
  OCR1A = TCNT1 + 3; // ticks: more than reading and writing take
}
