// The program slot: a trial as the host compiled it. Written by hardware/link/program-image.ts.
//
//   header  format, nodes, timers, slots                       1 byte each
//   slots   durations in ticks                                 4 bytes each
//   nodes   offset of each node                                2 bytes each
//   start   the edge by which the trial enters its first node
//   node    outputs (2), state, running timers, number of edges, edges
//           in a last node OVER stands for the number, and the result for the timers
//   edge    number of starts in 3 bits and trigger in 5, node, starts (timer in 3 bits, slot in 5)
//   trigger input line x 2 + level, or TRIGGER_TIMER + timer, or TRIGGER_START
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NODE_OUTPUTS = 0, NODE_STATE = 2, NODE_RUNNING, NODE_EDGE_COUNT, NODE_EDGES, NODE_RESULT = NODE_RUNNING };
enum { EDGE_TRIGGER, EDGE_TO, EDGE_STARTS };
enum { TRIGGER_TIMER = 16, TRIGGER_START = 31, OVER = 0xff };

void program_forget(void);
bool program_load(uint16_t offset, const uint8_t *bytes, uint8_t length);

// A status: checks CRC, form, and every node's outputs. Only a program that passes can be started.
uint8_t program_commit(uint16_t length, uint32_t crc, uint8_t input_lines);

// True if the committed program has this CRC-32.
bool program_is(uint32_t crc);

const uint8_t *program_start(void);
const uint8_t *program_node(uint8_t index);
uint32_t program_slot(uint8_t index);

static inline uint8_t edge_trigger(const uint8_t *edge) { return edge[EDGE_TRIGGER] & 31; }
static inline uint8_t edge_start_count(const uint8_t *edge) { return edge[EDGE_TRIGGER] >> 5; }

// Memory of the slot, for bench mode to keep its state in; no program is committed then.
void *program_lend(void);

// The edge of a node for a trigger, or NULL.
const uint8_t *program_edge(const uint8_t *node, uint8_t trigger);

static inline uint16_t program_outputs(const uint8_t *node) {
  return node[NODE_OUTPUTS] | ((uint16_t)node[NODE_OUTPUTS + 1] << 8);
}

#endif
