// See chip.h. Time passes when the counter is read, at each turn of the main loop, and in leaps while the chip sleeps.
#include "chip.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <avr/interrupt.h>

#include "boot.h"
#include "envelope.h"
#include "link.generated.h"

enum { READ_TICKS = 2, TURN_TICKS = 16, EEPROM_TICKS = 6800, TURN_OF_WAVE_TICKS = 1000, EDGES = 256, LINE = 1 << 12 };

uint8_t chip_io[0x100] __attribute__((aligned(8)));
uint64_t chip_now;

static uint8_t eeprom[1024];
static bool enabled; // interrupts
static uint64_t fed; // the watchdog
static uint64_t sent_at, heard_at, wave_at;
static bool byte_waits;
static uint8_t pins_asked; // ports whose pin interrupt has been asked for

static uint8_t line[LINE];
static unsigned line_head, line_tail;
static struct {
  uint64_t at;
  uint8_t port, mask;
  bool level;
} edges[EDGES];
static unsigned edge_head, edge_tail;

static jmp_buf reset_point;
enum { STOP = 0x100 };

void TIMER1_OVF_vect(void);
void TIMER0_COMPA_vect(void);
void USART_RX_vect(void);
void USART_UDRE_vect(void);
int firmware_main(void);

// boot.c knows the linker's symbols and is not portable; this is the rest of it.
uint16_t boot_id;
uint32_t boot_board_id;
void boot_init(void) { boot_id++; }
void boot_name(uint32_t board_id) { boot_board_id = board_id; }
uint16_t boot_stack_free(void) { return 0; }

static bool passes(uint16_t counter, uint64_t ticks) { return (uint16_t)(counter - chip_now - 1) < ticks; }

static void pass(uint64_t ticks) {
  if (passes(0, ticks)) TIFR1 |= _BV(TOV1);
  if (passes((uint16_t)(OCR1A + 1), ticks)) TIFR1 |= _BV(OCF1A);
  if (passes((uint16_t)(OCR1B + 1), ticks)) TIFR1 |= _BV(OCF1B);
  chip_now += ticks;
  if (PCIFR) pins_asked = PCIFR = 0;
  while (edge_tail != edge_head && edges[edge_tail % EDGES].at <= chip_now) {
    const uint8_t port = edges[edge_tail % EDGES].port, mask = edges[edge_tail % EDGES].mask;
    volatile uint8_t *pins = &PINB + 3 * port;
    const uint8_t before = *pins;
    *pins = edges[edge_tail++ % EDGES].level ? before | mask : before & (uint8_t)~mask;
    if ((before ^ *pins) & (&PCMSK0)[port]) pins_asked |= 1 << port;
  }
  while (line_tail != line_head && heard_at + TICKS_PER_BYTE <= chip_now) {
    heard_at = line_tail + 1 == line_head ? chip_now : heard_at + TICKS_PER_BYTE;
    if (byte_waits) UCSR0A |= _BV(DOR0); // the one before was not fetched in time
    UDR0 = line[line_tail++ % LINE];
    byte_waits = true;
  }
  if (chip_now - fed > (uint64_t)WATCHDOG_MS * TICKS_PER_MS) chip_reset(RESET_WATCHDOG);
  fuzz_passed();
}

bool chip_edge_waits(void) { return pins_asked & PCICR; }

static void serve(void (*vector)(void)) {
  enabled = false;
  vector();
  enabled = true;
}

// Serves what waits, by the priority of the vectors (data sheet 12.4).
static void interrupts(void) {
  while (enabled) {
    const uint8_t asked = pins_asked & PCICR;
    if (asked) {
      const uint8_t port = (uint8_t)__builtin_ctz(asked);
      pins_asked &= (uint8_t)~(1 << port);
      enabled = false;
      edges_twin_pins(port);
      enabled = true;
    } else if (TIFR1 & TIMSK1 & _BV(OCF1A)) {
      TIFR1 &= (uint8_t)~_BV(OCF1A);
      serve(edges_twin_alarm);
    } else if (TIFR1 & TIMSK1 & _BV(OCF1B)) {
      TIFR1 &= (uint8_t)~_BV(OCF1B);
    } else if (TIFR1 & TIMSK1 & _BV(TOV1)) {
      TIFR1 &= (uint8_t)~_BV(TOV1);
      serve(TIMER1_OVF_vect);
    } else if (TIMSK0 && wave_at <= chip_now) {
      wave_at = chip_now + TURN_OF_WAVE_TICKS;
      serve(TIMER0_COMPA_vect);
    } else if (byte_waits && (UCSR0B & _BV(RXCIE0))) {
      byte_waits = false;
      serve(USART_RX_vect);
      UCSR0A &= (uint8_t)~_BV(DOR0);
    } else if ((UCSR0B & _BV(UDRIE0)) && sent_at <= chip_now) {
      sent_at = chip_now + TICKS_PER_BYTE;
      serve(USART_UDRE_vect);
      fuzz_heard(UDR0);
    } else {
      return;
    }
  }
}

uint16_t chip_counter(void) {
  pass(READ_TICKS);
  return (uint16_t)chip_now;
}

void chip_sei(void) {
  enabled = true;
  interrupts();
}

void chip_cli(void) {
  enabled = false;
  pass(TURN_TICKS);
}

uint8_t chip_atomic_begin(void) {
  const uint8_t before = enabled;
  enabled = false;
  return before;
}

void chip_atomic_end(uint8_t *before) {
  enabled = *before;
  interrupts();
}

static void sooner(uint64_t *next, uint64_t at) {
  if (at > chip_now && at < *next) *next = at;
}

void chip_sleep(void) {
  uint64_t next = chip_now + (uint16_t)(0xffff - (uint16_t)chip_now) + 1;
  sooner(&next, chip_now + 1 + (uint16_t)(OCR1A - (uint16_t)chip_now));
  if (TIMSK1 & _BV(OCIE1B)) sooner(&next, chip_now + 1 + (uint16_t)(OCR1B - (uint16_t)chip_now));
  if (TIMSK0) sooner(&next, wave_at);
  if (UCSR0B & _BV(UDRIE0)) sooner(&next, sent_at);
  if (line_tail != line_head) sooner(&next, heard_at + TICKS_PER_BYTE);
  if (edge_tail != edge_head) sooner(&next, edges[edge_tail % EDGES].at);
  pass(next - chip_now);
  interrupts();
}

void chip_watchdog_reset(void) { fed = chip_now; }

uint8_t chip_eeprom_read(uintptr_t at) {
  if (at >= sizeof eeprom) abort();
  return eeprom[at];
}

void chip_eeprom_write(uintptr_t at, uint8_t value) {
  if (chip_eeprom_read(at) == value) return;
  eeprom[at] = value;
  pass(EEPROM_TICKS);
}

void chip_send(uint8_t byte) {
  if (line_tail == line_head) heard_at = chip_now;
  if (line_head - line_tail == LINE) abort();
  line[line_head++ % LINE] = byte;
}

uint64_t chip_starved_ticks(void) { return chip_now - fed; }

bool chip_line_free(void) { return line_tail == line_head; }

void chip_level(uint64_t at, uint8_t port, uint8_t mask, bool level) {
  if (edge_head - edge_tail == EDGES) return;
  const unsigned last = (edge_head - 1) % EDGES;
  if (edge_tail != edge_head && edges[last].at > at) at = edges[last].at;
  edges[edge_head % EDGES].at = at;
  edges[edge_head % EDGES].port = port;
  edges[edge_head % EDGES].mask = mask;
  edges[edge_head++ % EDGES].level = level;
}

// The firmware's variables as they are before its first instruction: the build gathers them in two sections of their own.
// Copied by hand, because the sanitizer's guards between them are copied too.
extern volatile uint8_t __start_fw_data[], __stop_fw_data[], __start_fw_bss[], __stop_fw_bss[];
static uint8_t pristine[1 << 14];

__attribute__((no_sanitize("address", "undefined"))) static void variables(bool restore) {
  volatile uint8_t *copy = pristine;
  if (__stop_fw_data - __start_fw_data > (long)sizeof pristine) abort();
  for (volatile uint8_t *byte = __start_fw_data; byte < __stop_fw_data; byte++, copy++) {
    if (restore) *byte = *copy;
    else *copy = *byte;
  }
  for (volatile uint8_t *byte = __start_fw_bss; byte < __stop_fw_bss; byte++) *byte = 0;
}

void chip_reset(uint8_t cause) { longjmp(reset_point, cause); }
void chip_stop(void) { longjmp(reset_point, STOP); }

void chip_run(void) {
  memset(eeprom, 0xff, sizeof eeprom);
  variables(false);
  const int cause = setjmp(reset_point);
  if (cause == STOP) return;
  variables(true);
  uint8_t pins[3] = {PINB, PINC, PIND};
  memset(chip_io, 0, sizeof chip_io);
  PINB = pins[0];
  PINC = pins[1];
  PIND = pins[2];
  enabled = byte_waits = false;
  pins_asked = 0;
  fed = sent_at = wave_at = chip_now;
  envelope_reset_cause = (uint8_t)(cause ? cause : _BV(PORF));
  fuzz_reset(envelope_reset_cause);
  firmware_main();
}
