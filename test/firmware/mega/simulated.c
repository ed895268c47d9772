// An ATmega2560 at 16 MHz, simulated by simavr, for a test that sits at the other end of two pipes.
//
//   simulated FLASH     FLASH: a file with the bytes from address 0 on
//
// From the test, a line each:                      To the test:
//   run CYCLES                                       byte CYCLE HEX      the board has sent it
//   send HEX HEX ..      bytes, at 250000 baud       pin CYCLE PORT LEVELS  what the port drives has changed
//   level CYCLE PORT BIT LEVEL    an input pin       adc CYCLE CHANNEL  a conversion of a single input begins
//                                                    at CYCLE           the run is over
//   hang                 wdr becomes a jump to itself
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avr_adc.h"
#include "avr_ioport.h"
#include "avr_uart.h"
#include "sim_avr.h"

enum { CYCLES_PER_BYTE = 640, QUEUE = 4096 };
static const char ports[] = "ABCDEFGHJKL";
enum { PORTS = sizeof ports - 1 };

static avr_t *avr;
static uint8_t driven[PORTS];

static uint8_t queue[QUEUE];
static unsigned head, tail;
static avr_cycle_count_t line_free;

// The next byte is through; another one may follow it.
static avr_cycle_count_t arrive(avr_t *mcu, avr_cycle_count_t when, void *unused) {
  (void)unused;
  avr_raise_irq(avr_io_getirq(mcu, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), queue[tail++ % QUEUE]);
  return tail == head ? 0 : when + CYCLES_PER_BYTE;
}

static void send(uint8_t byte) {
  if (head == tail) {
    if (line_free < avr->cycle) line_free = avr->cycle;
    avr_cycle_timer_register(avr, line_free - avr->cycle + CYCLES_PER_BYTE, arrive, NULL);
  }
  line_free += CYCLES_PER_BYTE;
  queue[head++ % QUEUE] = byte;
}

static void sent(avr_irq_t *irq, uint32_t byte, void *unused) {
  (void)irq, (void)unused;
  printf("byte %" PRIu64 " %02x\n", avr->cycle, (unsigned)byte);
}

static void converting(avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq, (void)unused;
  const union {
    uint32_t value;
    avr_adc_mux_t mux;
  } input = {value};
  if (input.mux.kind == ADC_MUX_SINGLE) printf("adc %" PRIu64 " %d\n", avr->cycle, (int)input.mux.src);
}

// What the ports drive: an input's level is no output.
static void look(void) {
  for (int i = 0; i < PORTS; i++) {
    avr_ioport_state_t state;
    if (avr_ioctl(avr, AVR_IOCTL_IOPORT_GETSTATE(ports[i]), &state) != 0) continue;
    const uint8_t levels = state.pin & state.ddr;
    if (levels == driven[i]) continue;
    driven[i] = levels;
    printf("pin %" PRIu64 " %c %02x\n", avr->cycle, ports[i], levels);
  }
}

static void moved(avr_irq_t *irq, uint32_t value, void *changed) {
  (void)irq, (void)value;
  *(int *)changed = 1;
}

struct level {
  char port;
  int bit, level;
};

static avr_cycle_count_t apply(avr_t *mcu, avr_cycle_count_t when, void *what) {
  (void)when;
  struct level *level = what;
  avr_raise_irq(avr_io_getirq(mcu, AVR_IOCTL_IOPORT_GETIRQ(level->port), level->bit), level->level);
  free(level);
  return 0;
}

static avr_cycle_count_t stop(avr_t *mcu, avr_cycle_count_t when, void *unused) {
  (void)mcu, (void)when, (void)unused;
  return 0;
}

static void no_sleep(avr_t *mcu, avr_cycle_count_t how_long) { (void)mcu, (void)how_long; }

// simavr 1.6 gives the ATmega2560 a pin change interrupt on PORTB only; PORTK's registers and vector are as in the data
// sheet's chapter on external interrupts.
static void complete_port_k(void) {
  for (avr_io_t *io = avr->io_port; io; io = io->next) {
    avr_ioport_t *port = (avr_ioport_t *)io;
    if (strcmp(io->kind, "port") != 0 || port->name != 'K' || port->r_pcint) continue;
    port->pcint = (avr_int_vector_t){.vector = 11, .enable = AVR_IO_REGBIT(0x68, 2), .raised = AVR_IO_REGBIT(0x3b, 2)};
    port->r_pcint = 0x6d;
    avr_register_vector(avr, &port->pcint);
  }
}

// simavr keeps what is written to the pin change flags; on the chip a one clears its flag.
static void clear_flags(avr_t *mcu, avr_io_addr_t address, uint8_t ones, void *unused) {
  (void)unused;
  mcu->data[address] &= (uint8_t)~ones;
}

static void load(const char *path) {
  static uint8_t flash[256 * 1024];
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  const size_t size = fread(flash, 1, sizeof flash, file);
  fclose(file);
  avr_loadcode(avr, flash, (uint32_t)size, 0);
}

int main(int count, char **words) {
  if (count != 2) return 2;
  avr = avr_make_mcu_by_name("atmega2560");
  if (!avr) return 3;
  avr_init(avr);
  avr->frequency = 16000000;
  avr->vcc = avr->avcc = avr->aref = 5000;
  avr->sleep = no_sleep;
  complete_port_k();
  avr_register_io_write(avr, 0x3b, clear_flags, NULL);
  load(words[1]);
  // simavr's own pacing of firmware that polls its serial line would cost real time.
  uint32_t flags = 0;
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), sent, NULL);
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), converting, NULL);
  int changed = 0;
  for (int i = 0; i < PORTS; i++)
    for (int kind = 0; kind < IOPORT_IRQ_COUNT; kind++)
      if (kind != IOPORT_IRQ_REG_PIN)
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(ports[i]), kind), moved, &changed);

  static char line[16384];
  while (fgets(line, sizeof line, stdin)) {
    uint64_t cycles;
    char port;
    int bit, level;
    if (sscanf(line, "run %" SCNu64, &cycles) == 1) {
      // A sleep lasts to the next event: here is one.
      avr_cycle_timer_register(avr, cycles, stop, NULL);
      for (const avr_cycle_count_t until = avr->cycle + cycles; avr->cycle < until;) {
        const int state = avr_run(avr);
        if (changed) look();
        changed = 0;
        if (state == cpu_Done || state == cpu_Crashed) return 4;
      }
      look();
      printf("at %" PRIu64 "\n", avr->cycle);
      fflush(stdout);
    } else if (strncmp(line, "send ", 5) == 0) {
      for (char *word = strtok(line + 5, " \n"); word; word = strtok(NULL, " \n")) send((uint8_t)strtoul(word, NULL, 16));
    } else if (sscanf(line, "level %" SCNu64 " %c %d %d", &cycles, &port, &bit, &level) == 4) {
      struct level *what = malloc(sizeof *what);
      *what = (struct level){port, bit, level};
      if (cycles > avr->cycle) avr_cycle_timer_register(avr, cycles - avr->cycle, apply, what);
      else apply(avr, avr->cycle, what);
    } else if (strcmp(line, "hang\n") == 0) {
      for (uint32_t at = 0; at + 1 < avr->flashend; at += 2)
        if (avr->flash[at] == 0xa8 && avr->flash[at + 1] == 0x95) avr->flash[at] = 0xff, avr->flash[at + 1] = 0xcf;
    } else {
      return 5;
    }
  }
  return 0;
}
