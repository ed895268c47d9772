// Arduino Uno and Nano: ATmega328P.
// References are to the ATmega48A/PA/88A/PA/168A/PA/328/P data sheet (Microchip DS40002061B).
#ifndef BOARD_UNO_H
#define BOARD_UNO_H

enum { BOARD_KIND = 1 };

// Arduino numbers; pins 0 and 1 are the serial line's.
enum { PINS = 20, FIRST_ANALOG = 14 };

enum { PORT_B = 0, PORT_C = 1, PORT_D = 2, PORTS = 3 };

// 2-7 are PORTD, 8-13 PORTB, 14-19 (A0-A5) PORTC.
static inline bool pin_of(uint8_t number, struct pin *pin) {
  if (number < 2 || number > 19) return false;
  if (number < 8) *pin = (struct pin){PORT_D, (uint8_t)(1 << number)};
  else if (number < 14) *pin = (struct pin){PORT_B, (uint8_t)(1 << (number - 8))};
  else *pin = (struct pin){PORT_C, (uint8_t)(1 << (number - 14))};
  return true;
}

// The three ports' registers lie three addresses apart: PINx, DDRx, PORTx (data sheet 36).
static inline volatile uint8_t *port_in(uint8_t port) { return &PINB + 3 * port; }
static inline volatile uint8_t *port_direction(uint8_t port) { return &DDRB + 3 * port; }
static inline volatile uint8_t *port_out(uint8_t port) { return &PORTB + 3 * port; }

// Pins of the port that may be lines; the rest are the serial line's or the crystal's.
static inline uint8_t port_usable(uint8_t port) { return port == PORT_D ? 0xfc : 0x3f; }

static inline void ports_write(const uint8_t levels[PORTS]) {
  PORTD = levels[PORT_D];
  PORTB = levels[PORT_B];
  PORTC = levels[PORT_C];
}

// A bank is a port, and every pin is in one (data sheet 17.2).
static inline bool pin_has_bank(struct pin pin) {
  (void)pin;
  return true;
}
static inline uint8_t bank_of(struct pin pin) { return pin.port; }
static inline volatile uint8_t *bank_in(uint8_t bank) { return port_in(bank); }

// What is prepared ahead writes all ports, wherever outputs are.
static inline void answers_aim(uint16_t ports) { (void)ports; }
static inline uint8_t answer_port(uint8_t index) { return index; }
static inline uint8_t answer_index(uint8_t port) { return port; }
static inline bool answers_reach(void) { return true; }
static inline bool pin_answers(struct pin pin) { return pin.port == PORT_D; }

// Timer2's outputs OC2B and OC2A: Arduino 3 and 11.
static const struct pin wave_pins[2] = {{PORT_D, 1 << 3}, {PORT_B, 1 << 3}};

static inline void adc_select(uint8_t channel) { ADMUX = _BV(REFS0) | channel; } // against the supply

// A bit for each of bench mode's ports or analogue channels.
typedef uint8_t bench_bits;

// Bytes on their way to the host.
enum { SEND_RING = 64 };

#define SERIAL_RX_vect USART_RX_vect
#define SERIAL_UDRE_vect USART_UDRE_vect

#endif
