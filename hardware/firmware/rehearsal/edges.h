// Input edges, as the interrupts in edges.S stamp them: a short queue to the engine, and the answers it has prepared.
#ifndef EDGES_H
#define EDGES_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

// One interrupt: all pins of a bank and the timer, read next to each other, the port first (else an edge could be
// stamped before it happened).
struct edge_stamp {
  uint8_t pins;
  uint8_t bank;
  uint16_t ticks;
};

// As edges.S takes it: bit and level of the pin, then the ports by answer_port.
struct edge_answer {
  uint8_t bit;
  uint8_t level;
  uint8_t ports[ANSWER_PORTS];
};

// In GPIOR0: the engine is running; the alarm is for a prepared deadline; that deadline was written by the interrupt.
enum { WORKING = 1 << 0, AWAITED = 1 << 1, MET = 1 << 2 };

// In `bank`: the edge was answered ahead.
enum { ANSWERED = 0x80, BANK_MASK = 0x7f };

// What is known ahead of the node that runs; what it does to the ports is prepared with the functions below.
struct edges_ahead {
  uint8_t matter[BANKS]; // pins whose edges change anything
  uint8_t bit[2];        // in the fast bank: pin of each prepared answer; 0: none
  bool deadline;         // what the next deadline does is prepared too
};

// The alarm rings so many ticks before a deadline that is prepared: the interrupt waits for the tick itself, so that other
// interrupts, all but the longest, do not show at the pins.
enum { LEAD_TICKS = 32 };

// Levels at the last interrupt of each bank.
extern volatile uint8_t edges_last[BANKS];

bool edges_peek(struct edge_stamp *stamp);
void edges_pop(void);
bool edges_waiting(void);

// Edges that found the queue full, since the last call.
uint8_t edges_take_lost(void);

// Empties the queue and the answers. Interrupts off.
void edges_forget(void);

// No edge is answered ahead of the engine until the next edges_warm. The interrupts do this themselves when they take an
// edge that matters or a timer is due.
void edges_cool(void);
bool edges_are_cool(void);

// What an edge of the fast bank, to this level (its bit or 0), does to the ports; and what the next deadline does, first
// with what goes off and then with what goes on. Only while no answer holds.
void edges_prepare(uint8_t which, uint8_t level, const uint8_t ports[PORTS]);
void edges_prepare_deadline(const uint8_t off[PORTS], const uint8_t on[PORTS]);

// Publishes what is prepared; `due`: of the deadline. Interrupts off.
void edges_warm(const struct edges_ahead *ahead, uint16_t due);

// The alarm is set for a prepared deadline.
bool edges_await_deadline(void);

// Was the deadline that has passed written by the interrupt? Then `*late` is by how many ticks; asked once.
bool edges_met_deadline(uint8_t *late);

// A pin that no answer drives has changed: prepared answers keep its new level. Interrupts off.
void edges_patch(struct pin pin, bool level);

// Makes the engine run as soon as interrupts are on; answers ahead are forgotten.
void edges_wake(void);

#endif
