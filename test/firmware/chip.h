// The chip around the firmware on the host: time, interrupts, serial line, EEPROM, watchdog, pins. Only as exact as the
// safety rules need: the emulator (hardware/emulator) is the exact one; this one is fast and runs under sanitizers.
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>
#include <stdint.h>

extern uint8_t chip_io[0x100];
extern uint64_t chip_now; // ticks of 0.5 us since the first power-up

enum { TICKS_PER_MS = 2000, TICKS_PER_BYTE = 80 };

// From the shims.
uint16_t chip_counter(void);
void chip_sei(void);
void chip_cli(void);
uint8_t chip_atomic_begin(void);
void chip_atomic_end(uint8_t *before);
void chip_sleep(void);
void chip_watchdog_reset(void);
uint8_t chip_eeprom_read(uintptr_t at);
void chip_eeprom_write(uintptr_t at, uint8_t value);

// The interrupts of edges.S in C (edges-twin.c).
void edges_twin_pins(uint8_t port);
void edges_twin_alarm(void);
// Edges and deadlines that were answered ahead of the engine.
extern unsigned edges_twin_answered, edges_twin_met;
bool chip_edge_waits(void); // PCIFR

// From the fuzz: a byte at the end of the host's queue, a level at a pin from a time on, a reset.
void chip_send(uint8_t byte);
bool chip_line_free(void);
uint64_t chip_starved_ticks(void); // since the watchdog was last reset
void chip_level(uint64_t at, uint8_t port, uint8_t mask, bool level);
enum { RESET_EXTERNAL = 2, RESET_WATCHDOG = 8 };
void chip_reset(uint8_t cause) __attribute__((noreturn));

// Runs the firmware from its first power-up; returns when chip_stop was called.
void chip_run(void);
void chip_stop(void) __attribute__((noreturn));

// To the fuzz: whenever time has passed; a byte the board has sent; a reset.
void fuzz_passed(void);
void fuzz_heard(uint8_t byte);
void fuzz_reset(uint8_t cause);

#endif
