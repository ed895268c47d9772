; The interrupts that must be fast: input edges and the engine's alarm.
;
; An edge is stamped (port, then timer), answered if its answer is known and no timer is due, and queued. Then the engine
; runs in the tail of the interrupt with interrupts on, unless it is running already further down the stack. What the next
; deadline does to the pins is known ahead too: the alarm rings early, and the interrupt waits for the tick itself.
; Cycle counts to an answer's first port, on the Uno: 4 response + 3 jump + 39 from here; on the Mega 5 + 3 + 51.
; The Mega's longer return addresses make no difference here: nothing counts from the stack pointer.

#include <avr/io.h>

#define io(register) _SFR_IO_ADDR(register)

; GPIOR0: the engine is running; the alarm is for a prepared deadline; that deadline was written by the interrupt.
; GPIOR1: pins of the fast bank whose edges matter. GPIOR2: pin of the first answer.
#define WORKING 0
#define AWAITED 1
#define MET 2

; struct edge_answer
#define BIT 0
#define LEVEL 1
#define AT 2
#define ANSWER 5

.extern edges_queue
.extern engine_work

#if defined(__AVR_ATmega2560__)
.extern answer_at

; PORTB or PORTK, into r24.
.macro read_pins bank
.if \bank
  lds r24, PINK
.else
  in r24, io(PINB)
.endif
.endm

.macro write_port from, index
  lds r30, answer_at + 2 * \index
  lds r31, answer_at + 2 * \index + 1
  lds r23, \from + \index
  st Z, r23
.endm

.macro write_ports from
  push r30
  push r31
  write_port \from, 0
  write_port \from, 1
  write_port \from, 2
  pop r31
  pop r30
.endm

; A branch reaches 63 words, and an answer is longer than on the Uno.
.macro branch_if condition, otherwise, target
  br\otherwise 7f
  rjmp \target
7:
.endm
#else
; PORTB, PORTC or PORTD, into r24.
.macro read_pins bank
  in r24, io(PINB) + 3 * \bank
.endm

.macro write_port from, index
  lds r23, \from + \index
  out io(PORTB) + 3 * \index, r23
.endm

; PORTD first: most valves hang there.
.macro write_ports from
  write_port \from, 2
  write_port \from, 0
  write_port \from, 1
.endm

.macro branch_if condition, otherwise, target
  br\condition \target
.endm
#endif

.macro answer_with which
  lds r23, edges_answer + \which * ANSWER + LEVEL
  cp r22, r23
  branch_if ne, eq, 3f
  sbic io(TIFR1), OCF1A
  rjmp 3f
  write_ports edges_answer + \which * ANSWER + AT
  set ; answered: bit 7 of the bank in the stamp
.endm

.macro edge_interrupt vector, bank, fast
.global \vector
\vector:
  push r24
  in r24, io(SREG)
  push r24
  push r25
  clt
  read_pins \bank
  lds r25, TCNT1L ; latches the high byte
  push r27
  push r23
  push r22
  lds r27, edges_last + \bank
  sts edges_last + \bank, r24
  eor r27, r24
.if \fast
  in r23, io(GPIOR1)
.else
  lds r23, edges_matter + \bank
.endif
  and r27, r23
  branch_if eq, ne, 4f ; changes nothing in this node: only to be recorded
.if \fast
  mov r22, r27
  and r22, r24 ; levels of the pins that changed
  in r23, io(GPIOR2)
  cp r27, r23
  brne 2f
  answer_with 0
  rjmp 3f
2:
  lds r23, edges_answer + ANSWER + BIT
  cp r27, r23
  brne 3f
  answer_with 1
.endif
3: ; a transition is coming, so no answer holds any more
  ldi r23, 0
  out io(GPIOR2), r23
  sts edges_answer + ANSWER + BIT, r23
  cbi io(GPIOR0), AWAITED
  ldi r23, 1
  sts edges_cold, r23
4:
  lds r22, TCNT1H ; as latched above
  push r30
  push r31
  lds r30, edges_head
  mov r27, r30
  subi r27, -4
  andi r27, 31
  lds r23, edges_tail
  cp r27, r23
  breq 5f
  sts edges_head, r27
  subi r30, lo8(-(edges_queue))
  ldi r31, hi8(edges_queue)
  st Z+, r24
  ldi r23, \bank
  bld r23, 7
  st Z+, r23
  st Z+, r25
  st Z, r22
  rjmp 6f
5:
  lds r23, edges_lost
  inc r23
  breq 6f
  sts edges_lost, r23
6:
  pop r31
  pop r30
  pop r22
  pop r23
  pop r27
  rjmp run_engine
.endm

.section .text

edge_interrupt PCINT0_vect, 0, 0
#if !defined(__AVR_ATmega2560__)
edge_interrupt PCINT1_vect, 1, 0
#endif
edge_interrupt PCINT2_vect, 2, 1

.global TIMER1_COMPA_vect
TIMER1_COMPA_vect:
  push r24
  in r24, io(SREG)
  push r24
  push r25
  sbis io(GPIOR0), AWAITED
  rjmp 3f
  push r23
  lds r25, edges_due
1:
  in r24, io(PCIFR)
  andi r24, 7
  brne 2f
  lds r24, TCNT1L
  sub r24, r25
  brmi 1b
  write_ports edges_off
  write_ports edges_on
  lds r24, TCNT1L
  sub r24, r25
  sts edges_late, r24
  sbi io(GPIOR0), MET
  pop r23
  rjmp 3f
2: ; an edge, to be stamped now; then this interrupt again, unless the edge matters
  lds r24, TCNT1L
  lds r25, TCNT1H
  adiw r24, 3
  sts OCR1AH, r25
  sts OCR1AL, r24
  pop r23
  rjmp 9f
3:
  ldi r24, 0
  out io(GPIOR2), r24
  sts edges_answer + ANSWER + BIT, r24
  cbi io(GPIOR0), AWAITED
  ldi r24, 1
  sts edges_cold, r24

; On the stack: r24, SREG, r25.
run_engine:
  sbic io(GPIOR0), WORKING
  rjmp 9f
  sbi io(GPIOR0), WORKING
  push r0
  push r1
  push r18
  push r19
  push r20
  push r21
  push r22
  push r23
  push r26
  push r27
  push r30
  push r31
  clr r1
  sei
  call engine_work
  cbi io(GPIOR0), WORKING
  pop r31
  pop r30
  pop r27
  pop r26
  pop r23
  pop r22
  pop r21
  pop r20
  pop r19
  pop r18
  pop r1
  pop r0
9:
  pop r25
  pop r24
  out io(SREG), r24
  pop r24
  reti
