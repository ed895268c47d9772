// The program slot: a trial as the host compiled it. Written by hardware/link/program-image.ts.
//
//   header  format, nodes, timers, slots                       1 byte each
//   slots   durations in ticks                                 4 bytes each
//   nodes   offset of each node                                2 bytes each
//   start   the edge by which the trial enters its first node
//   node    outputs (2), state, running timers, result or NO_RESULT, number of edges, edges
//   edge    trigger, node, number of starts, starts (timer in 3 bits, slot in 5)
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NODE_OUTPUTS = 0, NODE_STATE = 2, NODE_RUNNING, NODE_RESULT, NODE_EDGE_COUNT, NODE_EDGES };
enum { EDGE_TRIGGER, EDGE_TO, EDGE_START_COUNT, EDGE_STARTS };
enum { TRIGGER_TIMER = 0x80, TRIGGER_START = 0xff, NO_RESULT = 0xff };

void program_forget(void);
bool program_load(uint16_t offset, const uint8_t *bytes, uint8_t length);

// A status: checks CRC, form, and every node's outputs. Only a program that passes can be started.
uint8_t program_commit(uint16_t length, uint32_t crc, uint8_t input_lines);

// True if the committed program has this CRC-32.
bool program_is(uint32_t crc);

const uint8_t *program_start(void);
const uint8_t *program_node(uint8_t index);
uint32_t program_slot(uint8_t index);

// The edge of a node for a trigger, or NULL.
const uint8_t *program_edge(const uint8_t *node, uint8_t trigger);

static inline uint16_t program_outputs(const uint8_t *node) {
  return node[NODE_OUTPUTS] | ((uint16_t)node[NODE_OUTPUTS + 1] << 8);
}

#endif
