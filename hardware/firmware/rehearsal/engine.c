#include "engine.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <string.h>
#include <util/atomic.h>

#include "board.h"
#include "clock.h"
#include "edges.h"
#include "events.h"
#include "link.generated.h"
#include "outputs.h"
#include "program.h"

struct input {
  struct pin pin;
  bool active_low;
};

static struct input inputs[MAX_INPUTS];
static uint8_t input_count;
static uint8_t seen[PORTS]; // pin levels as far as the queue has been worked off

enum { IDLE, PENDING, RUNNING };
static volatile uint8_t phase;
static uint16_t trial_number;
static uint32_t start_at;

static const uint8_t *node;
static uint8_t state;

// Running timers in the order they were started, which breaks ties of deadlines.
static uint8_t order[MAX_TIMERS];
static uint8_t timers;
static uint32_t deadline[MAX_TIMERS];

void engine_reset(void) {
  engine_watch(false);
  phase = IDLE;
  timers = 0;
  input_count = 0;
  program_forget();
}

bool engine_declare_input(uint8_t line, uint8_t number, bool active_low, bool pull_up) {
  struct pin pin;
  if (line != input_count || line >= MAX_INPUTS || !pin_of(number, &pin)) return false;
  if (*port_direction(pin.port) & pin.mask) return false;
  for (uint8_t other = 0; other < input_count; other++)
    if (inputs[other].pin.port == pin.port && inputs[other].pin.mask == pin.mask) return false;
  if (pull_up) *port_out(pin.port) |= pin.mask;
  inputs[input_count++] = (struct input){pin, active_low};
  return true;
}

void engine_watch(bool on) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    PCICR = 0;
    PCMSK0 = PCMSK1 = PCMSK2 = 0;
    edges_forget();
    if (on) {
      for (uint8_t line = 0; line < input_count; line++) {
        const struct pin pin = inputs[line].pin;
        (&PCMSK0)[pin.port] |= pin.mask;
        PCICR |= 1 << pin.port;
      }
      for (uint8_t port = 0; port < PORTS; port++)
        seen[port] = edges_last[port] = *port_in(port) & (&PCMSK0)[port];
      PCIFR = 7;
    }
  }
}

bool engine_running(void) { return phase != IDLE; }

bool engine_load(uint16_t offset, const uint8_t *bytes, uint8_t length) {
  return phase == IDLE && program_load(offset, bytes, length);
}

uint8_t engine_commit(uint16_t length, uint32_t crc) {
  return phase == IDLE ? program_commit(length, crc, input_count) : STATUS_BUSY;
}

uint8_t engine_start(uint16_t trial, uint32_t crc, bool now, uint32_t at) {
  if (phase != IDLE) return STATUS_BUSY;
  if (!program_is(crc)) return STATUS_STALE;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    const uint32_t time = clock_now();
    start_at = now || (int32_t)(at - time) <= 0 ? time : at;
    trial_number = trial;
    phase = PENDING;
    edges_wake(); // the worker arms the alarm
  }
  return STATUS_OK;
}

static void write_outputs(uint16_t word, uint32_t at) {
  const uint16_t before = outputs_word;
  const uint16_t driven = outputs_write(word, at);
  if (driven != before) events_push(EVENT_OUTPUT, driven, at);
}

static void finish(uint8_t reason, uint8_t result, uint32_t at) {
  timers = 0;
  phase = IDLE;
  write_outputs(0, at);
  events_push(EVENT_END, ((uint16_t)result << 8) | reason, at);
}

void engine_end(uint8_t reason) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    edges_cool();
    const uint32_t now = clock_now();
    if (phase == PENDING) events_push(EVENT_START, trial_number, now);
    if (phase != IDLE) finish(reason, 0, now);
  }
}

static void remove_timer(uint8_t timer) {
  uint8_t kept = 0;
  for (uint8_t i = 0; i < timers; i++)
    if (order[i] != timer) order[kept++] = order[i];
  timers = kept;
}

static void take(const uint8_t *edge, uint32_t at) {
  const uint8_t *next = program_node(edge[EDGE_TO]);
  node = next;
  uint8_t kept = 0;
  for (uint8_t i = 0; i < timers; i++)
    if (next[NODE_RUNNING] & (1 << order[i])) order[kept++] = order[i];
  timers = kept;
  const uint8_t *start = edge + EDGE_STARTS;
  for (uint8_t count = edge[EDGE_START_COUNT]; count; count--, start++) {
    const uint8_t timer = *start >> 5;
    remove_timer(timer);
    deadline[timer] = at + program_slot(*start & 31);
    order[timers++] = timer;
  }
  // The pins first, the book-keeping after.
  const uint16_t before = outputs_word;
  const uint16_t driven = outputs_write(program_outputs(next), at);
  if (next[NODE_STATE] != state) {
    state = next[NODE_STATE];
    events_push(EVENT_STATE, state, at);
  }
  if (driven != before) events_push(EVENT_OUTPUT, driven, at);
  if (next[NODE_RESULT] != NO_RESULT) finish(END_COMPLETED, next[NODE_RESULT], at);
}

static void begin(uint32_t at) {
  phase = RUNNING;
  timers = 0;
  state = 0xff;
  events_push(EVENT_START, trial_number, at);
  take(program_start(), at);
}

// The running timer that is due first, or -1.
static int8_t next_timer(void) {
  int8_t first = -1;
  for (uint8_t i = 0; i < timers; i++)
    if (first < 0 || (int32_t)(deadline[order[i]] - deadline[(uint8_t)first]) < 0) first = order[i];
  return first;
}

// Fires the first timer, or the pending start, if it is due by `to`. Sets `*next` to its deadline otherwise.
static bool fire(uint32_t to, uint32_t *next, bool *waiting) {
  *waiting = false;
  if (phase == IDLE) return false;
  const int8_t timer = phase == PENDING ? -1 : next_timer();
  if (phase == RUNNING && timer < 0) return false;
  const uint32_t due = phase == PENDING ? start_at : deadline[(uint8_t)timer];
  *next = due;
  if ((int32_t)(to - due) < 0) {
    *waiting = true;
    return false;
  }
  edges_cool();
  if (phase == PENDING) begin(due);
  else {
    remove_timer((uint8_t)timer);
    const uint8_t *edge = program_edge(node, TRIGGER_TIMER | (uint8_t)timer);
    if (edge) take(edge, due);
  }
  return true;
}

static void take_inputs(const struct edge_stamp *stamp, uint32_t at) {
  const uint8_t changed = (stamp->pins ^ seen[stamp->port]) & (&PCMSK0)[stamp->port];
  seen[stamp->port] = stamp->pins;
  if (!changed) return;
  for (uint8_t line = 0; line < input_count; line++) {
    const struct pin pin = inputs[line].pin;
    if (pin.port != stamp->port || !(changed & pin.mask)) continue;
    const bool on = ((stamp->pins & pin.mask) != 0) != inputs[line].active_low;
    const uint8_t index = line * 2 + on;
    events_push(EVENT_INPUT, index, at);
    if (phase != RUNNING) continue;
    const uint8_t *edge = program_edge(node, index);
    if (edge) take(edge, at);
  }
}

// Works out what the next edge of each line would do, so that edges.S can do it within a few microseconds.
static void foresee(struct edge_answers *answers) {
  memset(answers, 0, sizeof *answers);
  if (phase != RUNNING) return;
  for (uint8_t line = 0; line < input_count; line++) {
    const struct pin pin = inputs[line].pin;
    for (uint8_t on = 0; on < 2; on++) {
      const uint8_t *edge = program_edge(node, line * 2 + on);
      if (!edge) continue;
      answers->matter[pin.port] |= pin.mask;
      const uint16_t word = program_outputs(program_node(edge[EDGE_TO])) & outputs_allowed;
      const uint16_t rising = word & ~outputs_word, falling = outputs_word & ~word;
      // Only what needs no order between going off and going on.
      if (pin.port != PORT_D || (rising == 0) == (falling == 0)) continue;
      struct edge_answer *answer = answers->answer;
      if (answer->bit) answer++;
      if (answer->bit) continue;
      answer->bit = pin.mask;
      answer->level = on != inputs[line].active_low ? pin.mask : 0;
      outputs_preview(word, answer->ports);
    }
  }
}

void engine_work(void) {
  for (;;) {
    struct edge_stamp stamp;
    const bool edge = edges_peek(&stamp);
    const uint32_t now = clock_now();
    // The queue is worked off well within one turn of the 16-bit counter.
    const uint32_t at = edge ? now - (uint16_t)((uint16_t)now - stamp.ticks) : now;
    uint32_t next = 0;
    bool waiting;
    if (fire(at, &next, &waiting)) continue;
    if (edge) {
      edges_pop();
      take_inputs(&stamp, at);
      continue;
    }
    struct edge_answers answers;
    if (edges_are_cool()) foresee(&answers);
    if (waiting) clock_alarm(next);
    cli();
    // A deadline closer than this could pass between the alarm's setting and its first comparison.
    const bool due = waiting && (int32_t)(clock_now() + 4 - next) >= 0;
    if (!edges_waiting() && !due) {
      if (edges_are_cool()) edges_warm(&answers);
      return;
    }
    sei();
  }
}
