// Twin of hardware/firmware/rehearsal/edges.S, statement by statement, for the host. The emulated tests run the original.
#include "edges.h"

#include <avr/interrupt.h>

#include "engine.h"

enum { QUEUE_BYTES = 32 };

extern struct edge_stamp edges_queue[];
extern volatile uint8_t edges_head, edges_tail, edges_lost, edges_cold, edges_matter[PORTS];
extern volatile struct edge_answer edges_answer[2];
extern volatile uint8_t edges_off[PORTS], edges_on[PORTS], edges_due, edges_late;

unsigned edges_twin_answered, edges_twin_met;

static void run_engine(void) {
  if (GPIOR0 & WORKING) return;
  GPIOR0 |= WORKING;
  sei();
  engine_work();
  GPIOR0 &= (uint8_t)~WORKING;
}

static void cool(void) {
  GPIOR2 = 0;
  edges_answer[1].bit = 0;
  GPIOR0 &= (uint8_t)~AWAITED;
  edges_cold = 1;
}

static void write_ports(const volatile uint8_t ports[PORTS]) {
  PORTD = ports[PORT_D];
  PORTB = ports[PORT_B];
  PORTC = ports[PORT_C];
}

static bool answer_with(uint8_t which, uint8_t level) {
  const volatile struct edge_answer *answer = &edges_answer[which];
  if (level != answer->level || (TIFR1 & _BV(OCF1A))) return false;
  write_ports(answer->ports);
  edges_twin_answered++;
  return true;
}

void edges_twin_pins(uint8_t port) {
  const uint8_t pins = *port_in(port);
  const uint16_t ticks = TCNT1;
  uint8_t changed = edges_last[port] ^ pins;
  edges_last[port] = pins;
  changed &= port == PORT_D ? GPIOR1 : edges_matter[port];
  bool answered = false;
  if (changed) {
    if (port == PORT_D) {
      if (changed == GPIOR2) answered = answer_with(0, changed & pins);
      else if (changed == edges_answer[1].bit) answered = answer_with(1, changed & pins);
    }
    cool();
  }
  const uint8_t next = (edges_head + sizeof(struct edge_stamp)) & (QUEUE_BYTES - 1);
  if (next != edges_tail) {
    edges_queue[edges_head / sizeof(struct edge_stamp)] =
        (struct edge_stamp){pins, (uint8_t)(port | (answered ? ANSWERED : 0)), ticks};
    edges_head = next;
  } else if (edges_lost != 0xff) {
    edges_lost++;
  }
  run_engine();
}

void edges_twin_alarm(void) {
  if (GPIOR0 & AWAITED) {
    do {
      if (chip_edge_waits()) {
        OCR1A = TCNT1 + 3;
        return;
      }
    } while ((int8_t)(TCNT1 - edges_due) < 0);
    write_ports(edges_off);
    write_ports(edges_on);
    edges_late = (uint8_t)(TCNT1 - edges_due);
    GPIOR0 |= MET;
    edges_twin_met++;
  }
  cool();
  run_engine();
}
