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

// In `bank`: the edge was answered ahead.
enum { ANSWERED = 0x80, BANK_MASK = 0x7f };

// What the next edge of a line does to the ports, known before it comes.
struct edge_answer {
  uint8_t bit;   // in the fast bank; 0: none
  uint8_t level; // of that pin after the edge: bit or 0
  uint8_t ports[PORTS]; // as published: only ANSWER_PORTS of them, by answer_port
};

struct edge_answers {
  uint8_t matter[BANKS]; // pins whose edges change anything in this node
  struct edge_answer answer[2];
};

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

// Publishes answers. Interrupts off.
void edges_warm(const struct edge_answers *answers);

// A pin that no answer drives has changed: prepared answers keep its new level. Interrupts off.
void edges_patch(struct pin pin, bool level);

// Makes the engine run as soon as interrupts are on.
void edges_wake(void);

#endif
