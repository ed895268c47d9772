#include "program.h"

#include <string.h>

#include "crc.h"
#include "link.generated.h"
#include "outputs.h"

enum { HEADER = 4 };

static uint8_t image[PROGRAM_BYTES] __attribute__((aligned(2)));
static uint32_t committed_crc;
static bool committed;

static inline uint8_t nodes(void) { return image[1]; }
static inline uint8_t timers(void) { return image[2]; }
static inline uint8_t slots(void) { return image[3]; }

static inline const uint8_t *offsets(void) { return image + HEADER + 4 * slots(); }

void program_forget(void) { committed = false; }

void *program_lend(void) {
  committed = false;
  return image;
}

bool program_load(uint16_t offset, const uint8_t *bytes, uint8_t length) {
  committed = false;
  if (offset > PROGRAM_BYTES || length > PROGRAM_BYTES - offset) return false;
  memcpy(image + offset, bytes, length);
  return true;
}

// The end of an edge, or NULL if it is malformed.
static const uint8_t *check_edge(const uint8_t *edge, const uint8_t *end, uint8_t input_lines) {
  if (end - edge < EDGE_STARTS) return NULL;
  const uint8_t trigger = edge_trigger(edge);
  if (trigger != TRIGGER_START) {
    if (trigger >= TRIGGER_TIMER ? trigger - TRIGGER_TIMER >= timers() : trigger >= input_lines * 2) return NULL;
  }
  if (edge[EDGE_TO] >= nodes()) return NULL;
  uint8_t count = edge_start_count(edge);
  const uint8_t *start = edge + EDGE_STARTS;
  if (end - start < count) return NULL;
  for (; count; count--, start++)
    if ((*start >> 5) >= timers() || (*start & 31) >= slots()) return NULL;
  return start;
}

static uint8_t check(uint16_t length, uint8_t input_lines) {
  if (length < HEADER || image[0] != PROGRAM_FORMAT || nodes() == 0 || timers() > MAX_TIMERS || slots() > MAX_SLOTS)
    return STATUS_DAMAGED;
  // Deadlines are compared by sign: a longer duration would look like one that has passed.
  for (uint8_t slot = 0; slot < slots(); slot++)
    if (image[HEADER + 4 * slot + 3] & 0xc0) return STATUS_DAMAGED;
  const uint8_t *end = image + length;
  const uint8_t *start = offsets() + 2 * nodes();
  if (start >= end || edge_trigger(start) != TRIGGER_START || !check_edge(start, end, input_lines)) return STATUS_DAMAGED;
  for (uint8_t index = 0; index < nodes(); index++) {
    const uint16_t offset = offsets()[2 * index] | ((uint16_t)offsets()[2 * index + 1] << 8);
    if (offset > length || length - offset < NODE_EDGES) return STATUS_DAMAGED;
    const uint8_t *node = image + offset;
    const bool over = node[NODE_EDGE_COUNT] == OVER;
    if (!over && node[NODE_RUNNING] >> timers()) return STATUS_DAMAGED;
    const uint8_t *edge = node + NODE_EDGES;
    for (uint8_t count = over ? 0 : node[NODE_EDGE_COUNT]; count; count--) {
      edge = check_edge(edge, end, input_lines);
      if (!edge) return STATUS_DAMAGED;
    }
    if (!outputs_safe(program_outputs(node))) return STATUS_UNSAFE;
  }
  return STATUS_OK;
}

uint8_t program_commit(uint16_t length, uint32_t crc, uint8_t input_lines) {
  committed = false;
  if (length > PROGRAM_BYTES || crc32_of(image, length) != crc) return STATUS_DAMAGED;
  const uint8_t status = check(length, input_lines);
  committed = status == STATUS_OK;
  committed_crc = crc;
  return status;
}

bool program_is(uint32_t crc) { return committed && crc == committed_crc; }

const uint8_t *program_start(void) { return offsets() + 2 * nodes(); }

const uint8_t *program_node(uint8_t index) {
  const uint8_t *offset = offsets() + 2 * index;
  return image + (offset[0] | ((uint16_t)offset[1] << 8));
}

uint32_t program_slot(uint8_t index) {
  uint32_t ticks;
  memcpy(&ticks, image + HEADER + 4 * index, sizeof ticks);
  return ticks;
}

const uint8_t *program_edge(const uint8_t *node, uint8_t trigger) {
  const uint8_t *edge = node + NODE_EDGES;
  for (uint8_t count = node[NODE_EDGE_COUNT]; count; count--) {
    if (edge_trigger(edge) == trigger) return edge;
    edge += EDGE_STARTS + edge_start_count(edge);
  }
  return NULL;
}
