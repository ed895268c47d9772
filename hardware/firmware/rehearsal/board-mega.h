// Arduino Mega 2560: ATmega2560. Eleven ports; pins of B and K can stamp edges, those of K be answered ahead.
// References are to the ATmega640/V-1280/V-1281/V-2560/V-2561/V data sheet (Microchip DS40002211A).
#ifndef BOARD_MEGA_H
#define BOARD_MEGA_H

enum { BOARD_KIND = 2 };

// Arduino numbers; pins 0 and 1 are the serial line's.
enum { PINS = 70, FIRST_ANALOG = 54 };

enum { PORT_A, PORT_B, PORT_C, PORT_D, PORT_E, PORT_F, PORT_G, PORT_H, PORT_J, PORT_K, PORT_L, PORTS };

// 2-53, and 54-69 (A0-A15).
bool pin_of(uint8_t number, struct pin *pin);

// PINx, DDRx, PORTx: from A to G at 0x20, from H to L at 0x100 (data sheet 33).
static inline volatile uint8_t *port_in(uint8_t port) {
  return port < PORT_H ? &PINA + 3 * port : &PINH + 3 * (port - PORT_H);
}
static inline volatile uint8_t *port_direction(uint8_t port) { return port_in(port) + 1; }
static inline volatile uint8_t *port_out(uint8_t port) { return port_in(port) + 2; }

// Pins of the port that may be lines; the rest are the serial line's or lead nowhere.
uint8_t port_usable(uint8_t port);

static inline void ports_write(const uint8_t levels[PORTS]) {
  PORTA = levels[PORT_A];
  PORTB = levels[PORT_B];
  PORTC = levels[PORT_C];
  PORTD = levels[PORT_D];
  PORTE = levels[PORT_E];
  PORTF = levels[PORT_F];
  PORTG = levels[PORT_G];
  PORTH = levels[PORT_H];
  PORTJ = levels[PORT_J];
  PORTK = levels[PORT_K];
  PORTL = levels[PORT_L];
}

// Bank 0 is PORTB, bank 2 PORTK. Bank 1 holds the serial line's pin and two of PORTJ's, and is left alone (data sheet 15).
static inline bool pin_has_bank(struct pin pin) { return pin.port == PORT_B || pin.port == PORT_K; }
static inline uint8_t bank_of(struct pin pin) { return pin.port == PORT_K ? FAST_BANK : 0; }
static inline volatile uint8_t *bank_in(uint8_t bank) { return bank == FAST_BANK ? &PINK : &PINB; }

// An answer writes the ports that outputs are on (bit = port), which are told when a session is armed. If they are more
// than ANSWER_PORTS, nothing is answered ahead.
void answers_aim(uint16_t ports);
uint8_t answer_port(uint8_t index);
// The other way round; ANSWER_PORTS, a place that is never written to a port, for one that answers leave alone.
uint8_t answer_index(uint8_t port);
bool answers_reach(void);
static inline bool pin_answers(struct pin pin) { return pin.port == PORT_K && answers_reach(); }

// Timer2's outputs OC2B and OC2A: Arduino 9 and 10.
static const struct pin wave_pins[2] = {{PORT_H, 1 << 6}, {PORT_B, 1 << 4}};

// Against the supply. Channels from 8 on have a bit in another register (data sheet 26.8.2).
static inline void adc_select(uint8_t channel) {
  ADCSRB = channel & 8 ? _BV(MUX5) : 0;
  ADMUX = _BV(REFS0) | (channel & 7);
}

// A bit for each of bench mode's ports or analogue channels.
typedef uint16_t bench_bits;

// Bytes on their way to the host. Bench mode's analogue mapping, 73 bytes, must fit whole.
enum { SEND_RING = 128 };

#define SERIAL_RX_vect USART0_RX_vect
#define SERIAL_UDRE_vect USART0_UDRE_vect

#endif
