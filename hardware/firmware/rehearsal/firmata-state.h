// Bench mode's inside: its state, which lives in the program slot's memory, and what its three files ask of each other.
#ifndef FIRMATA_STATE_H
#define FIRMATA_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "link.generated.h"

// Arduino numbers. Pins 0 and 1 are the serial line's.
enum { FIRST_PIN = 2, FIRMATA_PORTS = (PINS + 7) / 8 };

enum { MODE_INPUT = 0, MODE_OUTPUT = 1, MODE_ANALOG = 2, MODE_PWM = 3, MODE_PULL_UP = 11, MODE_NONE = 0x7f };

// What waits to be sent. A text's argument is a pin, as are a pin state's and a port's number.
enum {
  REPLY_VERSION,
  REPLY_FIRMWARE,
  REPLY_CAPABILITIES,
  REPLY_MAPPING,
  REPLY_PIN_STATE,
  REPLY_PORT,
  TEXT_NO_MODE,
  TEXT_OWN,
  TEXT_INPUT,
  TEXT_PULL_UP,
  TEXT_EXCLUDED,
  TEXT_BARRED,
  TEXT_SHUT,
};

struct reply {
  uint8_t kind;
  uint8_t argument;
};

enum { REPLIES = 64, NONE = 0xff };

struct bench {
  uint8_t mode[PINS];
  uint8_t duty[MAX_WAVES]; // as last written in mode PWM
  uint16_t word;           // the lines as bench mode left them

  // The message under way: 0 when there is none.
  uint8_t command;
  uint8_t channel;
  uint8_t count;
  uint8_t data[2];

  bench_bits ports;             // reported, bit = port
  uint8_t shown[FIRMATA_PORTS]; // levels as last reported
  bench_bits channels;          // reported, bit = channel
  bench_bits due;               // channels that this round has still to convert
  uint8_t converting;           // channel, or NONE
  uint16_t interval;            // coarse units
  uint16_t sampled;             // coarse time

  struct reply replies[REPLIES];
  uint8_t first, end;       // free-running
  uint8_t capabilities_pin; // of the reply that goes out in pieces, or NONE
};

// NULL: a session is armed.
extern struct bench *bench;

// Pins, within the envelope.
void pins_reset(void);
void pins_release(void);
void pins_hand_over(void);
void pins_set_mode(uint8_t number, uint8_t mode);
// `levels`: bit 0 is pin `first`.
void pins_write(uint8_t first, uint8_t count, uint8_t levels);
void pins_write_duty(uint8_t number, uint16_t value);
// As PIN_STATE reports it: what was last written, or whether the pull-up is on.
uint8_t pins_state(uint8_t number);
// Levels of the pins of a Firmata port that are inputs.
uint8_t pins_levels(uint8_t port);
// Says which lines the envelope has shut since bench mode put them on.
void pins_tend(void);

// Replies, in the order they were asked for.
void replies_add(uint8_t kind, uint8_t argument);
bool replies_waiting(void);
// Sends what the line has room for.
void replies_send(void);
// Three bytes, if the line has room: the value in two groups of seven bits.
bool replies_send_value(uint8_t command, uint16_t value);

#endif
