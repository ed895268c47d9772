#include "serial.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "board.h"
#include "link.generated.h"

enum { RECEIVE_RING = 64 };

static uint8_t received[RECEIVE_RING];
static volatile uint8_t received_head;
static uint8_t received_tail;

static uint8_t to_send[SEND_RING];
static uint8_t send_head;
static volatile uint8_t send_tail;

volatile uint16_t serial_overruns;

void serial_init(void) {
  UCSR0A = _BV(U2X0);
  UBRR0 = F_CPU / 8 / BAUD - 1;
  UCSR0B = _BV(RXCIE0) | _BV(RXEN0) | _BV(TXEN0);
}

ISR(SERIAL_RX_vect) {
  if (UCSR0A & _BV(DOR0)) serial_overruns++;
  const uint8_t byte = UDR0;
  const uint8_t next = (received_head + 1) & (RECEIVE_RING - 1);
  if (next == received_tail) {
    serial_overruns++;
    return;
  }
  received[received_head] = byte;
  received_head = next;
}

ISR(SERIAL_UDRE_vect) {
  uint8_t tail = send_tail;
  UDR0 = to_send[tail];
  tail = (tail + 1) & (SEND_RING - 1);
  send_tail = tail;
  if (tail == send_head) UCSR0B &= (uint8_t)~_BV(UDRIE0);
}

bool serial_waiting(void) { return received_tail != received_head; }

int16_t serial_read(void) {
  if (!serial_waiting()) return -1;
  const uint8_t byte = received[received_tail];
  received_tail = (received_tail + 1) & (RECEIVE_RING - 1);
  return byte;
}

uint8_t serial_room(void) { return (send_tail - send_head - 1) & (SEND_RING - 1); }

void serial_write(uint8_t byte) {
  to_send[send_head] = byte;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    send_head = (send_head + 1) & (SEND_RING - 1);
    UCSR0B |= _BV(UDRIE0);
  }
}
