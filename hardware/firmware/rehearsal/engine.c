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
#include "wave.h"

struct input {
  struct pin pin;
  uint8_t flags;
  uint8_t refractory_ms;
  uint16_t quiet_until; // device time in units of 256 ticks
};

static struct input inputs[MAX_INPUTS];
static uint8_t input_count;
static volatile uint8_t quiet;  // lines whose refractory has not been seen to end, bit = line
static uint8_t bouncing;        // lines whose last onset was a bounce
static uint8_t seen[BANKS]; // pin levels as far as the queue has been worked off

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

// Below this a stamp's edge was answered ahead (edges.S): so many ticks from the stamp to the pins.
enum { ANSWER_TICKS = 3 };

static struct engine_lateness lateness[2];

// An interrupt that was already asked for begins so soon after the stamp of the one before.
enum { SAME_INTERRUPT_TICKS = 16 };

void engine_reset(void) {
  engine_watch(false);
  phase = IDLE;
  timers = 0;
  input_count = quiet = bouncing = 0;
  program_forget();
}

bool engine_is_input(struct pin pin) {
  for (uint8_t line = 0; line < input_count; line++)
    if (inputs[line].pin.port == pin.port && inputs[line].pin.mask == pin.mask) return true;
  return false;
}

bool engine_declare_input(uint8_t line, uint8_t number, uint8_t flags, uint8_t refractory_ms) {
  struct pin pin;
  if (line != input_count || line >= MAX_INPUTS || !pin_of(number, &pin)) return false;
  if (!pin_has_bank(pin) || outputs_line_of(pin) != NO_LINE || engine_is_input(pin)) return false;
  *port_direction(pin.port) &= (uint8_t)~pin.mask;
  outputs_set_pin(pin, flags & LINE_PULL_UP);
  inputs[input_count++] = (struct input){pin, flags, refractory_ms, 0};
  return true;
}

void engine_watch(bool on) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    PCICR = 0;
    PCMSK0 = PCMSK1 = PCMSK2 = 0;
    edges_forget();
    if (on) {
      memset(lateness, 0, sizeof lateness);
      quiet = bouncing = 0;
      for (uint8_t line = 0; line < input_count; line++) {
        const struct pin pin = inputs[line].pin;
        (&PCMSK0)[bank_of(pin)] |= pin.mask;
        PCICR |= 1 << bank_of(pin);
      }
      for (uint8_t bank = 0; bank < BANKS; bank++)
        seen[bank] = edges_last[bank] = *bank_in(bank) & (&PCMSK0)[bank];
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
  outputs_settle();
  if (reason != END_COMPLETED) wave_cut();
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

void engine_shut(void) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    edges_cool();
    write_outputs(0, clock_now());
    wave_cut();
  }
}

static void remove_timer(uint8_t timer) {
  uint8_t kept = 0;
  for (uint8_t i = 0; i < timers; i++)
    if (order[i] != timer) order[kept++] = order[i];
  timers = kept;
}

static void note(uint8_t cause, uint32_t at) {
  struct engine_lateness *late = &lateness[cause != CAUSE_TIMER];
  uint8_t met = ANSWER_TICKS;
  const bool ahead = cause == CAUSE_TIMER ? edges_met_deadline(&met) : cause == CAUSE_ANSWERED;
  if (late->count == UINT16_MAX) return;
  late->count++;
  const uint16_t ticks = ahead ? met : (uint16_t)(clock_now() - at);
  late->sum += ticks;
  if (ticks > late->worst) late->worst = ticks;
}

const struct engine_lateness *engine_lateness_of(uint8_t cause) { return &lateness[cause]; }

static void take(const uint8_t *edge, uint32_t at, uint8_t cause) {
  const uint8_t *next = program_node(edge[EDGE_TO]);
  node = next;
  uint8_t kept = 0;
  for (uint8_t i = 0; i < timers; i++)
    if (next[NODE_RUNNING] & (1 << order[i])) order[kept++] = order[i];
  timers = kept;
  const uint8_t *start = edge + EDGE_STARTS;
  for (uint8_t count = edge_start_count(edge); count; count--, start++) {
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
  if (driven != before) {
    note(cause, at);
    events_push(EVENT_OUTPUT, driven, at);
  }
  if (next[NODE_EDGE_COUNT] == OVER) finish(END_COMPLETED, next[NODE_RESULT], at);
}

static void begin(uint32_t at) {
  phase = RUNNING;
  timers = 0;
  state = 0xff;
  events_push(EVENT_START, trial_number, at);
  take(program_start(), at, CAUSE_TIMER);
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
    if (edge) take(edge, due, CAUSE_TIMER);
  }
  return true;
}

static void take_line(uint8_t line, bool on, uint32_t at, bool answered) {
  struct input *input = &inputs[line];
  const uint8_t bit = 1 << line, index = line * 2 + on;
  if (input->refractory_ms) {
    const uint16_t now = (uint16_t)(at >> 8);
    bool bounce;
    if (on) bounce = (quiet & bit) && (int16_t)(now - input->quiet_until) < 0;
    else bounce = bouncing & bit;
    if (on && bounce) bouncing |= bit;
    else bouncing &= (uint8_t)~bit;
    if (bounce) {
      events_push(EVENT_BOUNCE, index, at);
      return;
    }
    if (on) {
      input->quiet_until = now + ((input->refractory_ms * 125u) >> 4);
      quiet |= bit;
    }
  }
  events_push(EVENT_INPUT, index, at);
  if (phase != RUNNING) return;
  const uint8_t *edge = program_edge(node, index);
  if (edge) take(edge, at, answered ? CAUSE_ANSWERED : CAUSE_INPUT);
}

static void take_inputs(const struct edge_stamp *stamp, uint32_t at) {
  static uint16_t last_ticks;
  static bool last_same;
  const uint8_t bank = stamp->bank & BANK_MASK;
  const uint8_t watched = (&PCMSK0)[bank];
  const uint8_t changed = (stamp->pins ^ seen[bank]) & watched;
  seen[bank] = stamp->pins;
  const bool close = (uint16_t)(stamp->ticks - last_ticks) < SAME_INTERRUPT_TICKS;
  last_ticks = stamp->ticks;
  bool both = false; // up and down again while interrupts were off: both edges, with the one stamp there is
  if (!changed) {
    // Asked for by an edge that the interrupt before had come too early to be told of, but had read.
    const bool read_before = close && last_same;
    last_same = true;
    if (read_before) return;
    both = (watched & (watched - 1)) == 0;
    // With several lines in the bank nobody knows whose they were; right behind another edge, whether there were any.
    if (!both && !close) events_count_lost(2);
  } else {
    last_same = false;
  }
  for (uint8_t line = 0; line < input_count; line++) {
    const struct pin pin = inputs[line].pin;
    if (bank_of(pin) != bank || !((changed | (both ? watched : 0)) & pin.mask)) continue;
    const bool on = ((stamp->pins & pin.mask) != 0) != ((inputs[line].flags & LINE_ACTIVE_LOW) != 0);
    if (both) {
      edges_cool();
      take_line(line, !on, at, false);
    }
    take_line(line, on, at, stamp->bank & ANSWERED);
  }
}

void engine_tend(void) {
  if (!quiet) return;
  const uint16_t now = (uint16_t)(clock_now() >> 8);
  for (uint8_t line = 0; line < input_count; line++) {
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
      if ((quiet & (1 << line)) && (int16_t)(now - inputs[line].quiet_until) >= 0) {
        quiet &= (uint8_t)~(1 << line);
        edges_cool(); // its next onset may be answered ahead again
        edges_wake();
      }
    }
  }
}

// What a node does to the lines, of those that are allowed.
static uint16_t word_of(const uint8_t *edge) { return program_outputs(program_node(edge[EDGE_TO])) & outputs_allowed; }

// Works out what the next edge of each line would do, and the next deadline, so that edges.S can do it at once.
__attribute__((noinline)) static void foresee(struct edges_ahead *ahead) {
  uint8_t ports[PORTS];
  uint8_t prepared = 0;
  memset(ahead, 0, sizeof *ahead);
  const int8_t timer = next_timer();
  const uint8_t *edge = NULL;
  if (phase == PENDING) edge = program_start();
  else if (phase == RUNNING && timer >= 0) edge = program_edge(node, TRIGGER_TIMER | (uint8_t)timer);
  if (edge && word_of(edge) != outputs_word && answers_reach()) {
    const uint16_t word = word_of(edge);
    // What goes off waits for the second writing, some cycles later, unless something goes on: so its time on is exact.
    const bool order = (word & ~outputs_word) && (outputs_word & ~word);
    uint8_t off[PORTS];
    outputs_preview(order ? outputs_word & word : outputs_word, off);
    outputs_preview(word, ports);
    edges_prepare_deadline(off, ports);
    ahead->deadline = true;
  }
  if (phase != RUNNING) return;
  for (uint8_t line = 0; line < input_count; line++) {
    const struct pin pin = inputs[line].pin;
    const bool active_low = inputs[line].flags & LINE_ACTIVE_LOW;
    for (uint8_t on = 0; on < 2; on++) {
      edge = program_edge(node, line * 2 + on);
      if (!edge) continue;
      ahead->matter[bank_of(pin)] |= pin.mask;
      const uint16_t word = word_of(edge);
      const uint16_t rising = word & ~outputs_word, falling = outputs_word & ~word;
      // Only what needs no order between going off and going on, and no edge that may yet be a bounce.
      if (((quiet | bouncing) & (1 << line)) || !pin_answers(pin) || (rising == 0) == (falling == 0)) continue;
      if (prepared == 2) continue;
      outputs_preview(word, ports);
      edges_prepare(prepared, on != active_low ? pin.mask : 0, ports);
      ahead->bit[prepared++] = pin.mask;
    }
  }
}

void engine_work(void) {
  for (;;) {
    // The time first: an edge that comes after the look at the queue is then later than all that is fired here.
    const uint32_t now = clock_now();
    struct edge_stamp stamp;
    const bool edge = edges_peek(&stamp);
    // The queue is worked off well within half a turn of the 16-bit counter.
    const uint32_t at = edge ? now + (uint32_t)(int32_t)(int16_t)(stamp.ticks - (uint16_t)now) : now;
    uint32_t next = 0;
    bool waiting;
    if (fire(at, &next, &waiting)) continue;
    if (edge) {
      edges_pop();
      take_inputs(&stamp, at);
      continue;
    }
    struct edges_ahead ahead;
    const bool cool = edges_are_cool();
    if (cool) foresee(&ahead);
    cli();
    const uint32_t time = clock_now();
    // A deadline closer than this could pass between the alarm's setting and its first comparison.
    const bool due = waiting && (int32_t)(time + 4 - next) >= 0;
    if (!edges_waiting() && !due && edges_are_cool() == cool) {
      // The 16-bit alarm also rings whole turns of the counter before a deadline.
      if (!waiting || next - time > 0xffff) ahead.deadline = false;
      if (cool) {
        // An edge may have been answered that then came too late for its node, or found the queue full.
        outputs_settle();
        edges_warm(&ahead, (uint16_t)next);
      }
      if (waiting) clock_alarm(next - (edges_await_deadline() ? LEAD_TICKS : 0), time);
      return;
    }
    sei();
  }
}
