// The registers that the firmware names, as bytes of one array at the addresses of the chip's data space (data sheet 36),
// so that the sources' arithmetic between neighbours (PINx, DDRx, PORTx) holds. Reading the counter passes time.
#ifndef SHIM_IO_H
#define SHIM_IO_H

#include <stdint.h>

#include "../../chip.h"

#define _BV(bit) (1 << (bit))
#define BYTE_AT(address) (*(volatile uint8_t *)&chip_io[address])
#define WORD_AT(address) (*(volatile uint16_t *)&chip_io[address])

#define PINB BYTE_AT(0x23)
#define DDRB BYTE_AT(0x24)
#define PORTB BYTE_AT(0x25)
#define PINC BYTE_AT(0x26)
#define DDRC BYTE_AT(0x27)
#define PORTC BYTE_AT(0x28)
#define PIND BYTE_AT(0x29)
#define DDRD BYTE_AT(0x2a)
#define PORTD BYTE_AT(0x2b)
#define TIFR0 BYTE_AT(0x35)
#define TIFR1 BYTE_AT(0x36)
#define TIFR2 BYTE_AT(0x37)
#define PCIFR BYTE_AT(0x3b)
#define GPIOR0 BYTE_AT(0x3e)
#define GTCCR BYTE_AT(0x43)
#define TCCR0A BYTE_AT(0x44)
#define TCCR0B BYTE_AT(0x45)
#define TCNT0 BYTE_AT(0x46)
#define OCR0A BYTE_AT(0x47)
#define OCR0B BYTE_AT(0x48)
#define GPIOR1 BYTE_AT(0x4a)
#define GPIOR2 BYTE_AT(0x4b)
#define MCUSR BYTE_AT(0x54)
#define PCICR BYTE_AT(0x68)
#define PCMSK0 BYTE_AT(0x6b)
#define PCMSK1 BYTE_AT(0x6c)
#define PCMSK2 BYTE_AT(0x6d)
#define TIMSK0 BYTE_AT(0x6e)
#define TIMSK1 BYTE_AT(0x6f)
#define TIMSK2 BYTE_AT(0x70)
#define ADC WORD_AT(0x78)
#define ADCL BYTE_AT(0x78)
#define ADCH BYTE_AT(0x79)
#define ADCSRA BYTE_AT(0x7a)
#define ADCSRB BYTE_AT(0x7b)
#define ADMUX BYTE_AT(0x7c)
#define DIDR0 BYTE_AT(0x7e)
#define TCCR1A BYTE_AT(0x80)
#define TCCR1B BYTE_AT(0x81)
#define TCNT1 chip_counter()
#define OCR1A WORD_AT(0x88)
#define OCR1B WORD_AT(0x8a)
#define TCCR2A BYTE_AT(0xb0)
#define TCCR2B BYTE_AT(0xb1)
#define TCNT2 BYTE_AT(0xb2)
#define OCR2A BYTE_AT(0xb3)
#define OCR2B BYTE_AT(0xb4)
#define UCSR0A BYTE_AT(0xc0)
#define UCSR0B BYTE_AT(0xc1)
#define UCSR0C BYTE_AT(0xc2)
#define UBRR0 WORD_AT(0xc4)
#define UDR0 BYTE_AT(0xc6)

enum { TOV1 = 0, OCF1A = 1, OCF1B = 2, TOIE1 = 0, OCIE1A = 1, OCIE1B = 2, CS11 = 1 };
enum { OCF0A = 1, OCIE0A = 1, CS00 = 0, CS01 = 1, WGM01 = 1 };
enum { CS20 = 0, CS21 = 1, WGM20 = 0, WGM21 = 1, COM2B0 = 4, COM2B1 = 5, COM2A0 = 6, COM2A1 = 7 };
enum { U2X0 = 1, DOR0 = 3, TXEN0 = 3, RXEN0 = 4, UDRIE0 = 5, RXCIE0 = 7 };
enum { PORF = 0, EXTRF = 1, BORF = 2, WDRF = 3 };
enum { REFS0 = 6, ADLAR = 5, ADEN = 7, ADSC = 6, ADATE = 5, ADIF = 4, ADIE = 3, ADPS2 = 2, ADPS1 = 1, ADPS0 = 0 };

#endif
